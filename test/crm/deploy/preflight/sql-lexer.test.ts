import fc from 'fast-check';
import { lex, POSTGRES, tsql } from '../../../../src/crm/deploy/preflight/sql-lexer.ts';

const texts = (sql: string, dialect = tsql(true)): string[] =>
  lex(sql, dialect).map(({ kind, text }) => `${kind} ${text}`);

describe('T-SQL', () => {
  test('comments are left out, also nested ones and one that is never closed', () => {
    expect(texts('a -- @@IDENTITY\nb /* x /* y */ z */ c /* d')).toEqual(['word a', 'word b', 'word c']);
  });

  test('strings, bracketed and quoted names keep what is in them, with doubled quotes made single', () => {
    expect(texts(`N'it''s -- no' [a]]b /*] "c""d" 'open`)).toEqual([
      `string it's -- no`,
      'name a]b /*',
      'name c"d',
      'string open',
    ]);
  });

  test('a double quote holds a string where QUOTED_IDENTIFIER was off', () => {
    expect(texts('"a"', tsql(false))).toEqual(['string a']);
  });

  test('a word may follow a number at once, and variables are words', () => {
    expect(texts('1FROM @@IDENTITY,#t $action 0xAB 1.5e-3')).toEqual([
      'number 1',
      'word FROM',
      'word @@IDENTITY',
      'symbol ,',
      'word #t',
      'word $action',
      'number 0xAB',
      'number 1.5e-3',
    ]);
  });

  test('lines count from 1, through comments and strings', () => {
    expect(lex("a\r\n/*\n*/ b 'x\ny' c", tsql(true)).map(({ line }) => line)).toEqual([1, 3, 3, 4]);
  });
});

describe('PostgreSQL', () => {
  test('dollar quotes, escapes and brackets are its own', () => {
    expect(texts(String.raw`$body$ it's $$ $body$ E'a\'b' 'a\' [x] $1`, POSTGRES)).toEqual([
      `string  it's $$ `,
      String.raw`string a\'b`,
      String.raw`string a\ `.trim(),
      'symbol [',
      'word x',
      'symbol ]',
      'symbol $',
      'number 1',
    ]);
  });
});

test('whatever stands between tokens, the same tokens come back', () => {
  const gap = fc.constantFrom(' ', '\n', '\t', ' -- OUTPUT\n', ' /* @@IDENTITY */ ', '/**/', '\r\n');
  const piece = fc.oneof(
    fc.constantFrom('OUTPUT', 'inserted', '@@identity', '@x', 'ö_1').map((text) => ({ sql: text, text })),
    fc.string().map((text) => ({ sql: `'${text.replaceAll("'", "''")}'`, text })),
    fc.string({ minLength: 1 }).map((text) => ({ sql: `[${text.replaceAll(']', ']]')}]`, text })),
    fc.constantFrom('(', ')', ',', ';', '=').map((text) => ({ sql: text, text })),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, gap)), (pieces) => {
      const sql = pieces.map(([{ sql: text }, between]) => text + between).join('');
      expect(lex(sql, tsql(true)).map(({ text }) => text)).toEqual(pieces.map(([{ text }]) => text));
    }),
  );
});

test('any text at all is read to its end', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, quoted) => {
      for (const dialect of [tsql(quoted), POSTGRES])
        expect(lex(text, dialect).every(({ line }) => line >= 1)).toBe(true);
    }),
  );
});
