import { notesNameKey } from '../../src/item/notes-name.ts';

test.each([
  ['CN=Jane Doe/OU=West/O=Acme', 'Jane Doe/West/Acme'],
  ['cn=jane doe/ou1=west/o=acme', 'Jane  Doe/West/Acme@ACME'],
  ['mailto:Jane.Doe@acme.example', ' jane.doe@ACME.example '],
  ['CN=Jane Doe/O=Acme/C=DE', 'Jane Doe/Acme/DE'],
])('%s and %s are one name', (one, other) => {
  expect(notesNameKey(one)).toBe(notesNameKey(other));
});

test.each([
  ['CN=Jane Doe/O=Acme', 'CN=Jane Doe/O=Umbrella'],
  ['CN=Jane Doe/O=Acme', 'CN=Jane Doe/OU=West/O=Acme'],
  ['CN=Jane Doe/O=Acme', 'Jane Doe'],
  ['jane@acme.example', 'jane@umbrella.example'],
])('%s and %s are not', (one, other) => {
  expect(notesNameKey(one)).not.toBe(notesNameKey(other));
});

test('no name is no key', () => {
  expect(['', '  '].map(notesNameKey)).toEqual(['', '']);
});
