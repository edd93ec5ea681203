/** What `npm run check:tsql` parses by: the shortcuts that make it fast must not make it blind. */
import { syntaxErrors } from '../../support/tsql-grammar.ts';

const procedure = (body: string): string =>
  `CREATE OR ALTER PROCEDURE domino_sync_api.p @names nvarchar(max) AS\nBEGIN\n  ${body}\nEND\n`;

test('what T-SQL allows parses', () => {
  const text = `${procedure(`
    INSERT INTO domino_sync.t (a, b) SELECT n.a, domino_sync.f(n.b) FROM domino_sync.g(@names) AS n, domino_sync.u;
    DECLARE @next bigint = NEXT VALUE FOR domino_sync.change_seq;
    EXECUTE domino_sync.q @names = @names, @count = @next OUTPUT;
    SELECT LEFT(t.b, 3) FROM crm.dbo.t AS t WHERE EXISTS (SELECT 1);`)}GO\n${procedure('RETURN;')}`;
  expect(syntaxErrors(text)).toEqual([]);
});

test.each([
  'EXECUTE domino_sync.q @names = ;',
  'SELECT t. FROM domino_sync.t AS t;',
  'INSERT INTO domino_sync.t VALUES 1, 2;',
  'UPDATE domino_sync.t SET a = NEXT VALUE domino_sync.change_seq;',
])('%s does not, and the line is told', (body) => {
  expect(syntaxErrors(procedure(body))).toContainEqual(expect.stringMatching(/^3:\d+ /));
});
