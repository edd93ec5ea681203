/** T-SQL scripts are cut at the lines SSMS cuts them at, and nowhere else. */
import { batchesOf, codeOf } from '../../../src/crm/deploy/tsql-text.ts';

describe('the batches of a script', () => {
  test.each([
    ['no GO at all', 'SELECT 1;\nSELECT 2;\n', ['SELECT 1;\nSELECT 2;']],
    ['GO in any case, with blanks, a semicolon or CRLF', 'a\n go \nb\r\nGO;\r\nc', ['a', 'b', 'c']],
    ['empty batches left out', 'GO\n\nGO\nSELECT 1\nGO\n', ['SELECT 1']],
    [
      'a name that begins with GO',
      'SELECT GO FROM t\nGOTO done\nGO_ON',
      ['SELECT GO FROM t\nGOTO done\nGO_ON'],
    ],
    ['a line GO in a string', "PRINT N'a\nGO\nit''s';\nGO\nb", ["PRINT N'a\nGO\nit''s';", 'b']],
    ['a line GO in a nested comment', '/* a /*\nGO\n*/\nGO\n*/ b\nGO\nc', ['/* a /*\nGO\n*/\nGO\n*/ b', 'c']],
    ['an apostrophe in a comment', "-- don't\na\nGO\n-- it's\nb", ["-- don't\na", "-- it's\nb"]],
    ['a line GO in a quoted name', 'SELECT [\nGO\n], "\nGO\n"', ['SELECT [\nGO\n], "\nGO\n"']],
    ['an arithmetic minus and slash', 'SELECT 1 - 2 / 3\nGO\nb', ['SELECT 1 - 2 / 3', 'b']],
  ])('%s', (_, script, batches) => {
    expect(batchesOf(script)).toEqual(batches);
  });
});

test('the code of a script is without its comments and strings', () => {
  expect(codeOf("SELECT [a b] -- from x\nFROM /* y */ z WHERE n = N'w';").replace(/\s+/g, ' ')).toBe(
    'SELECT [a b] FROM z WHERE n = N ;',
  );
});
