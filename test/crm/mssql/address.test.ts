/** Addresses of a CRM database on SQL Server. */
import { parseAddress } from '../../../src/crm/mssql/address.ts';

const refusal = (url: string): unknown => {
  try {
    return parseAddress(url);
  } catch (error) {
    return error;
  }
};

test('host, port, database and login are taken from the address; encryption is on', () => {
  expect(parseAddress('mssql://dom%40in:p%40ss%2Fword@db.example:14330/CRM%20live')).toEqual({
    host: 'db.example',
    port: 14330,
    instance: undefined,
    database: 'CRM live',
    user: 'dom@in',
    password: 'p@ss/word',
    domain: undefined,
    encrypt: true,
    trustServerCertificate: false,
  });
});

test('the port is 1433 unless an instance is named', () => {
  expect(parseAddress('mssql://u:p@db/CRM').port).toBe(1433);
  expect(parseAddress('mssql://u:p@db/CRM?instance=SAGE')).toMatchObject({
    port: undefined,
    instance: 'SAGE',
  });
});

test('options choose a Windows login, no encryption, an unsigned certificate', () => {
  expect(
    parseAddress('mssql://u:p@db/CRM?domain=FIRM&encrypt=false&trustServerCertificate=true'),
  ).toMatchObject({
    domain: 'FIRM',
    encrypt: false,
    trustServerCertificate: true,
  });
});

test.each([
  ['mssql://u:secret@db', 'names no database'],
  ['mssql://db/CRM', 'names no login'],
  ['mssql://u:secret@db/CRM?encrpyt=false', '"encrpyt"'],
  ['mssql://u:secret@db/CRM?encrypt=no', '"encrypt"'],
  ['mssql://u:secret@db:1434/CRM?instance=SAGE', 'a port and an instance'],
  ['mssql://u:sec#ret@db/CRM', 'mssql://'],
])('%s is refused without its password', (url, text) => {
  const error = refusal(url);
  expect(error).toMatchObject({ code: 'crm_refused', message: expect.stringContaining(text) as string });
  expect(JSON.stringify(error) + String(error)).not.toContain('secret');
});
