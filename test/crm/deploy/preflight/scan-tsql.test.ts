import fc from 'fast-check';
import { withViews } from '../../../../src/crm/deploy/preflight/mssql-modules.ts';
import { lastvalLines } from '../../../../src/crm/deploy/preflight/scan-postgres.ts';
import { readMssqlObjects } from '../../../../src/crm/deploy/sql-objects.ts';
import { scanTsql, type Target } from '../../../../src/crm/deploy/preflight/scan-tsql.ts';

const TARGETS: readonly Target[] = ['Communication', 'Comm_Link'].map((name) => ({
  schema: 'dbo',
  name,
  table: `dbo.${name}`,
}));
const scan = (text: string, targets = TARGETS) => scanTsql(text, { targets, database: 'CRM' });
const output = (text: string): string[] => scan(text).output.map(({ verb, table }) => `${verb} ${table}`);

describe('OUTPUT without INTO is found', () => {
  test.each([
    ['INSERT INTO Communication (a) OUTPUT inserted.Comm_CommunicationId VALUES (1)', 'INSERT'],
    ['insert [dbo].[communication] output INSERTED.* select 1', 'INSERT'],
    ['INSERT INTO CRM..Communication WITH (TABLOCK) (a) OUTPUT inserted.a DEFAULT VALUES', 'INSERT'],
    ['INSERT TOP (5) INTO "Communication" (a) OUTPUT inserted.a EXEC p @x OUTPUT', 'INSERT'],
    ['UPDATE Communication SET a = 1 OUTPUT deleted.a WHERE b = 2', 'UPDATE'],
    ['UPDATE TOP (10) PERCENT dbo.Communication SET a = (SELECT 1) OUTPUT deleted.a', 'UPDATE'],
    ['UPDATE c SET a = 1 OUTPUT inserted.a FROM dbo.Communication AS c WHERE 1 = 1', 'UPDATE'],
    ['UPDATE c SET a = 1 OUTPUT inserted.a FROM x JOIN [Communication] c WITH (NOLOCK) ON 1 = 1', 'UPDATE'],
    ['UPDATE d SET a = 1 OUTPUT inserted.a FROM (SELECT TOP 5 * FROM Communication) AS d', 'UPDATE'],
    ['WITH c AS (SELECT * FROM dbo.Communication) UPDATE c SET a = 1 OUTPUT inserted.a', 'UPDATE'],
    [
      'WITH a AS (SELECT * FROM Communication), b (x) AS (SELECT x FROM a) DELETE b OUTPUT deleted.x',
      'DELETE',
    ],
    ['DELETE FROM Communication OUTPUT deleted.x WHERE a = 1', 'DELETE'],
    ['DELETE OUTPUT deleted.x FROM y; DELETE c OUTPUT deleted.x FROM Communication c', 'DELETE'],
    ['SELECT * FROM (DELETE FROM Communication OUTPUT deleted.a WHERE b = 1) AS gone', 'DELETE'],
    [
      'UPDATE Communication SET a = CASE WHEN b = 1 THEN 2 ELSE 3 END OUTPUT CASE WHEN 1 = 1 THEN 2 END',
      'UPDATE',
    ],
    [
      `MERGE INTO dbo.Communication AS t USING (SELECT 1 AS a) AS s ON t.a = s.a
       WHEN MATCHED THEN UPDATE SET b = 1 WHEN NOT MATCHED THEN INSERT (a) VALUES (s.a)
       OUTPUT $action, inserted.a;`,
      'MERGE',
    ],
    ['DELETE Communication OUTPUT deleted.a INTO @t OUTPUT deleted.b WHERE c = 1', 'DELETE'],
    [
      'CREATE TRIGGER t ON x AFTER INSERT, UPDATE AS IF UPDATE(a) DELETE Communication OUTPUT deleted.a',
      'DELETE',
    ],
    ['INSERT Communication (a) OUTPUT inserted.[into] VALUES (1)', 'INSERT'],
    ['INSERT Communication (a) OUTPUT inserted.a AS output, inserted.b VALUES (1)', 'INSERT'],
  ])('%s', (text, verb) => {
    expect(output(text)).toEqual([`${verb} dbo.Communication`]);
  });
});

describe('nothing is found', () => {
  test.each([
    'INSERT INTO Communication (a) OUTPUT inserted.a INTO @t (a) VALUES (1)',
    'INSERT INTO Communication (a) OUTPUT inserted.a AS output INTO @t VALUES (1)',
    'UPDATE Communication SET a = 1 OUTPUT CASE WHEN inserted.a = 1 THEN 2 END INTO #t FROM x',
    "-- DELETE Communication OUTPUT deleted.a\nSELECT 'DELETE Communication OUTPUT deleted.a'",
    'INSERT INTO Communication_Archive (a) OUTPUT inserted.a SELECT a FROM Communication',
    'DELETE FROM archive.Communication OUTPUT deleted.a',
    'DELETE FROM Other.dbo.Communication OUTPUT deleted.a',
    'DELETE FROM srv.CRM.dbo.Communication OUTPUT deleted.a',
    'DELETE FROM #Communication OUTPUT deleted.a; DELETE FROM @Communication OUTPUT deleted.a',
    'DELETE a OUTPUT deleted.x FROM Archive a JOIN Communication c ON c.x = a.x',
    'CREATE PROCEDURE p @a int OUTPUT, @b int OUT AS UPDATE Communication SET x = 1 EXEC q @a OUTPUT',
    'INSERT INTO Communication (a) EXEC p @x OUTPUT',
    'UPDATE Communication SET a = 1; DELETE FROM x OUTPUT deleted.a',
    'UPDATE Communication SET a = 1 DELETE FROM x OUTPUT deleted.a',
    'CREATE TABLE t (a int REFERENCES x ON DELETE CASCADE, Communication int); EXEC p @a OUTPUT',
    'SELECT output, inserted.output FROM Communication',
    'WITH c AS (SELECT * FROM Archive) DELETE c OUTPUT deleted.a',
    '',
  ])('%s', (text) => {
    expect(scan(text)).toEqual({ identity: [], output: [], dynamic: [] });
  });
});

test('@@IDENTITY is found in any case, with its line, but not in names, comments and strings', () => {
  expect(
    scan("SELECT 1\nSELECT @@Identity -- @@IDENTITY\nSELECT [@@IDENTITY], '@@IDENTITY'").identity,
  ).toEqual([2]);
});

test('a string that is executed and looks like either is reported as dynamic, and one that is not executed is not', () => {
  expect(scan("EXEC (N'SELECT @@IDENTITY')").dynamic).toEqual([1]);
  expect(
    scan("SET @s = N'DELETE dbo.Comm_Link OUTPUT deleted.x'\nEXECUTE sys.sp_executesql @s").dynamic,
  ).toEqual([1]);
  expect(scan("PRINT N'SELECT @@IDENTITY'").dynamic).toEqual([]);
  expect(scan("EXEC (N'SELECT 1 FROM Communication')").dynamic).toEqual([]);
});

test('a double-quoted name counts only where QUOTED_IDENTIFIER was on', () => {
  const text = 'DELETE "Communication" OUTPUT deleted.a';
  expect(scanTsql(text, { targets: TARGETS, database: 'CRM', quotedIdentifier: true }).output).toHaveLength(
    1,
  );
  expect(scanTsql(text, { targets: TARGETS, database: 'CRM', quotedIdentifier: false }).output).toEqual([]);
});

test('a view over a view over the table leads to it', () => {
  const view = (name: string, definition: string) => ({ schema: 'dbo', name, definition, quoted: true });
  const targets = withViews(
    TARGETS,
    [
      view('vOuter', 'CREATE VIEW dbo.vOuter AS SELECT * FROM vInner'),
      view('vInner', 'CREATE VIEW dbo.vInner AS SELECT * FROM [Communication]'),
      view('vOther', "CREATE VIEW dbo.vOther AS SELECT 'Communication' AS a /* Communication */ FROM x"),
    ],
    'CRM',
  );
  expect(scan('UPDATE vOuter SET a = 1 OUTPUT inserted.a', targets).output).toEqual([
    { verb: 'UPDATE', table: 'dbo.Communication (through dbo.vOuter)', line: 1 },
  ]);
  expect(scan('UPDATE vOther SET a = 1 OUTPUT inserted.a', targets).output).toEqual([]);
});

describe('whatever the writing', () => {
  const anyCase = (text: string): fc.Arbitrary<string> =>
    fc
      .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
      .map((upper) => [...text].map((c, i) => (upper[i] ? c.toUpperCase() : c.toLowerCase())).join(''));
  const space = fc.constantFrom(
    ' ',
    '\n',
    '\r\n\t',
    ' /* INTO @t */ ',
    ' -- OUTPUT INTO @t\n',
    '/*/* */ ; */ ',
  );
  const name = (text: string): fc.Arbitrary<string> =>
    anyCase(text).chain((cased) => fc.constantFrom(cased, `[${cased}]`, `"${cased}"`));
  const table = fc
    .constantFrom('Communication', 'Comm_Link')
    .chain((base) =>
      fc
        .tuple(name(base), name('dbo'), name('CRM'), space)
        .chain(([bare, dbo, crm, gap]) =>
          fc.constantFrom(
            bare,
            `${dbo}.${bare}`,
            `${dbo}${gap}.${gap}${bare}`,
            `${crm}..${bare}`,
            `${crm}.${dbo}.${bare}`,
          ),
        ),
    );
  const before = fc.constantFrom(
    '',
    'SET NOCOUNT ON',
    "PRINT 'DELETE x OUTPUT y'",
    'DECLARE @t table (a int);',
    'IF 1 = 1',
  );
  const after = fc.constantFrom('', ';', 'RETURN', 'EXEC p @a OUTPUT', 'INSERT INTO x (a) SELECT 1');
  const into = fc.constantFrom('', 'INTO @t', 'INTO dbo.x (a)');
  const list = fc.constantFrom(
    'deleted.a',
    'deleted.a , deleted.[into]',
    "COALESCE(deleted.a, 'INTO')",
    'CASE WHEN 1 = 1 THEN deleted.a END AS a',
  );
  // ~ stands for a gap
  const shapes = [
    'DELETE~FROM~T~OUTPUT~L~I~WHERE~b = 1',
    'DELETE~T~OUTPUT~L~I',
    'DELETE~TOP~(5)~FROM~T~OUTPUT~L~I',
    'DELETE~c~OUTPUT~L~I~FROM~T~AS~c',
    'DELETE~c~OUTPUT~L~I~FROM~other~o~JOIN~T~c~ON~o.a = c.a',
    'UPDATE~T~SET~a = (SELECT 1)~OUTPUT~L~I~WHERE~b = 1',
    'WITH~c~AS~(SELECT a FROM T)~UPDATE~c~SET~a = 1~OUTPUT~L~I',
    'UPDATE~c~SET~a = CASE WHEN 1 = 1 THEN 1 END~OUTPUT~L~I~FROM~(SELECT a FROM T)~c',
  ];

  test('an OUTPUT clause is found if and only if it has no INTO', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...shapes).chain((shape) => anyKeywordCase(shape)),
        fc.tuple(table, into, list, before, after),
        fc.array(space, { minLength: 20, maxLength: 20 }),
        (shape, [target, intoText, listText, first, last], gaps) => {
          let used = 0;
          const text = shape
            .replace(/\bT\b/, () => target)
            .replace(/~L\b/, () => `~${listText}`)
            .replace(/~I\b/, () => `~${intoText}`)
            .replaceAll('~', () => gaps[used++ % gaps.length] ?? ' ');
          const found = scan(`${first}\n${text}\n${last}`).output;
          expect(found.map(({ table: of }) => of.toLowerCase())).toEqual(
            intoText === '' ? [expect.stringMatching(/^dbo\.comm/)] : [],
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  /** Keywords only: the placeholders stay. */
  function anyKeywordCase(shape: string): fc.Arbitrary<string> {
    return fc
      .boolean()
      .map((small) => (small ? shape.replace(/[A-Z]{2,}/g, (word) => word.toLowerCase()) : shape));
  }

  test('no text makes it fail', () => {
    const word = fc.constantFrom(
      ...'OUTPUT INTO DELETE UPDATE MERGE INSERT ( ) ; . , AS WITH c Communication CASE END TOP FROM'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (text) => {
          expect(scan(text).identity).toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test('lastval() is found in code and in strings, not in comments or as a column', () => {
  expect(lastvalLines('begin\n v := lastval();\n -- lastval()\n select lastval from t; end')).toEqual([2]);
  expect(lastvalLines(`execute 'select LASTVAL ()'`)).toEqual([1]);
  expect(lastvalLines(`execute $q$ select pg_catalog.lastval() $q$`)).toEqual([1]);
});

test('our own T-SQL passes the scan', () => {
  for (const { path, text } of readMssqlObjects()) {
    const { output: uses, identity } = scan(text);
    expect([path, uses, identity]).toEqual([path, [], []]);
  }
});
