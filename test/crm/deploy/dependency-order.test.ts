/** Objects of SQL Server are made after what they need. */
import { inDependencyOrder, withDependents } from '../../../src/crm/deploy/dependency-order.ts';
import type { SqlFile, SqlObject } from '../../../src/crm/deploy/sql-objects.ts';

const file = (kind: SqlObject['kind'], name: string, text: string): SqlFile => ({
  path: name,
  text,
  checksum: text,
  objects: [{ kind, schema: 'domino_sync', name, table: null }],
});
const paths = (files: readonly SqlFile[]): string[] => files.map(({ path }) => path);

const VIEW = file('view', 'a_view', 'SELECT n FROM domino_sync.B_function(1) -- not domino_sync.c_procedure');
const FUNCTION = file('function', 'b_function', 'SELECT n FROM domino_sync.d_view');
const CALLER = file(
  'procedure',
  'c_procedure',
  'SELECT n FROM domino_sync.a_view; EXECUTE domino_sync.e_procedure',
);
const BASE = file('view', 'd_view', "SELECT N'domino_sync.a_view' AS n FROM domino_sync.item_link");
const CALLED = file('procedure', 'e_procedure', 'IF 1 = 0 EXECUTE domino_sync.c_procedure');

test('each object comes after those it names', () => {
  expect(paths(inDependencyOrder([VIEW, FUNCTION, CALLER, BASE, CALLED]))).toEqual([
    'd_view',
    'b_function',
    'a_view',
    'e_procedure',
    'c_procedure',
  ]);
});

test('views that need each other are refused by name', () => {
  const circle = file('view', 'd_view', 'SELECT n FROM domino_sync.a_view');
  expect(() => inDependencyOrder([VIEW, FUNCTION, circle])).toThrow(
    'these need each other: a_view, b_function, d_view',
  );
});

test('what is built on a changed view is made anew with it, procedures are not', () => {
  expect(paths(withDependents([VIEW, FUNCTION, CALLER, BASE, CALLED], [BASE]))).toEqual([
    'a_view',
    'b_function',
    'd_view',
  ]);
});
