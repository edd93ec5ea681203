/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Most of the time goes to a database and sockets: all processors, not all but one.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  transform: { '\\.(ts|js|mjs)$': '<rootDir>/test/support/esbuild-transform.cjs' },
  // Packages published as ES modules only: Jest runs CommonJS, so these are transformed like our own code.
  transformIgnorePatterns: ['/node_modules/(?!(ical\\.js|temporal-polyfill|temporal-utils|windows-iana)/)'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: process.env.MSSQL_TEST_URL === undefined ? 60_000 : 300_000,
};
