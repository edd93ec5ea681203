import { serverFault } from '../../../src/crm/deploy/mssql-server.ts';

const [STANDARD, ENTERPRISE, EXPRESS, AZURE_SQL_DATABASE, MANAGED_INSTANCE, EDGE] = [2, 3, 4, 5, 8, 9];

test.each([
  ['2014 is too old', '12.0.6024.0', STANDARD, 'too_old'],
  ['2016 without its service pack is too old', '13.0.1601.5', ENTERPRISE, 'too_old'],
  ['2016 SP1 is new enough', '13.0.4001.0', STANDARD, null],
  ['2022 is new enough', '16.0.1000.6', EXPRESS, null],
  [
    'Azure SQL Database lacks what we read, whatever its version',
    '12.0.2000.8',
    AZURE_SQL_DATABASE,
    'lacking_service',
  ],
  ['Managed Instance is not judged by its version', '12.0.2000.8', MANAGED_INSTANCE, null],
  ['Azure SQL Edge tells its true version', '15.0.2000.1565', EDGE, null],
])('%s', (_what, version, engine, fault) => {
  expect(serverFault(version, engine!)).toBe(fault);
});
