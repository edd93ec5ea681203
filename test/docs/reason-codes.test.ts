/** Every reason code can be given, is explained alike on both engines, and stands for what Sage's users know. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAGE_SKIP_REASONS, readReasonTexts } from '../../src/docs/reason-codes-page.ts';
import { REASON_CODES } from '../../src/item/reason-code.ts';

const PROJECT = join(import.meta.dirname, '..', '..');

/** Where reasons are given. Types, remedies of the terminal and pages name codes without giving them. */
const GIVERS = ['src/runner', 'src/item', 'src/domino', 'sql/postgres', 'sql/mssql'];
const NAMES_ONLY = /reason-code\.ts$|reason_codes\.sql$|domino\/port\.ts$/;

const sources = GIVERS.flatMap((folder) =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.(ts|sql)$/.test(path) && !NAMES_ONLY.test(path))
    .map((path) => ({ path, text: withoutComments(readFileSync(join(PROJECT, path), 'utf8'), path) })),
);

function withoutComments(text: string, path: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(path.endsWith('.sql') ? /--.*$/gm : /\/\/.*$/gm, '');
}

/** Names of columns and fields as well: only where the code stands as an argument or a result does it count. */
const AMBIGUOUS: ReadonlySet<string> = new Set([
  'direction',
  'domino_uid',
  'write_back',
  'crm_only',
  'user_disabled',
]);

const gives = (code: string, text: string): boolean =>
  AMBIGUOUS.has(code)
    ? new RegExp(`(?:[(?:]|return|list,) *N?'${code}'`).test(text)
    : new RegExp(`'${code}'`).test(text);

/** `subject_truncated` is made of the name of the field that was cut. */
const MADE_OF_PARTS: Record<string, RegExp> = {
  subject_truncated: /_truncated`/,
  location_truncated: /_truncated`/,
};

test.each(REASON_CODES)('%s is given somewhere', (code) => {
  const made = MADE_OF_PARTS[code];
  const found = sources.filter(({ text }) => gives(code, text) || made?.test(text) === true);
  expect(found.map(({ path }) => path)).not.toEqual([]);
});

test('a code that only the administration of one engine gives is given by the other as well', () => {
  const givenBy = (engine: string): string[] =>
    REASON_CODES.filter(
      (code) =>
        !AMBIGUOUS.has(code) &&
        sources.some(({ path, text }) => path.startsWith(`sql/${engine}/admin`) && gives(code, text)),
    );
  expect(givenBy('mssql')).toEqual(givenBy('postgres'));
});

describe('the texts', () => {
  const script = (engine: string): string =>
    readFileSync(join(PROJECT, 'sql', engine, 'admin', 'reason_codes.sql'), 'utf8').replaceAll(/\bN'/g, "'");
  const texts = readReasonTexts(script('postgres'));

  test('are the same on both engines', () => {
    expect(readReasonTexts(script('mssql'))).toEqual(texts);
  });

  test.each(texts)(
    'of $code are sentences: what it means, and what to do',
    ({ meaning, remedy, severity }) => {
      for (const text of [meaning, remedy]) expect(text).toMatch(/^[A-Z][^\n]*\.$/);
      expect(meaning.length).toBeLessThan(200);
      // somebody has to act on an error, so its remedy says more than that there is nothing to do
      if (severity === 'error') expect(remedy.length).toBeGreaterThan('Nothing to do.'.length);
      // plain words: neither our tables nor the names of things in the code
      expect(meaning + remedy).not.toMatch(/item_link|inbound_parked|delivery|tombstone|SyncItem|\bfold/i);
    },
  );
});

test("each of Sage's published skip reasons has a code of ours, or a word on why it needs none", () => {
  const codes: readonly string[] = REASON_CODES;
  expect(SAGE_SKIP_REASONS).toHaveLength(10);
  for (const { code, here } of SAGE_SKIP_REASONS) {
    if (code !== null) expect(codes).toContain(code);
    expect(here).not.toBe('');
  }
});
