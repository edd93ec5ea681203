import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules/', 'coverage/', '.sandbox/'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  // The layers of DESIGN §4: item/ is pure, crm/ and domino/ never meet, the stand-in shares nothing with the client.
  {
    files: ['src/item/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['**/crm/**', '**/domino/**', '**/runner/**', '**/sandbox/**', 'node:*'] },
      ],
    },
  },
  {
    files: ['src/crm/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['**/domino/**', '**/runner/**', '**/sandbox/**'] }],
    },
  },
  {
    files: ['src/domino/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['**/crm/**', '**/runner/**', '**/sandbox/**'] }],
    },
  },
  {
    files: ['src/sandbox/domino-stand-in/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['**/crm/**', '**/domino/**', '**/runner/**', '**/item/**'] },
      ],
    },
  },
);
