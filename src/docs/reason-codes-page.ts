/** `docs/reason-codes.md`: the texts of `sql/postgres/admin/reason_codes.sql`, read as SQL literals. Pure. */
import { markdownTable } from './markdown.ts';

export interface ReasonText {
  code: string;
  severity: string;
  meaning: string;
  remedy: string;
}

const LITERAL = String.raw`'((?:[^']|'')*)'`;
const ROW = new RegExp(String.raw`\(\s*${LITERAL},\s*${LITERAL},\s*${LITERAL},\s*${LITERAL}\s*\)`, 'g');

/** The rows of the script, in its order. */
export const readReasonTexts = (sql: string): ReasonText[] =>
  [...sql.matchAll(ROW)].map(([, ...literals]) => {
    const [code, severity, meaning, remedy] = literals.map((text) => text!.replaceAll("''", "'"));
    return { code: code!, severity: severity!, meaning: meaning!, remedy: remedy! };
  });

const GROUPS: readonly { severity: string; title: string }[] = [
  { severity: 'error', title: 'Somebody may have to do something' },
  { severity: 'skip', title: 'Left alone on purpose' },
  { severity: 'info', title: 'Something happened' },
];

/**
 * Why Sage's own synchronisation with Exchange leaves an item out, in the order in which Sage publishes it, and what
 * stands for it here. A code of ours, or why there is none.
 */
export const SAGE_SKIP_REASONS: readonly { sage: string; code: string | null; here: string }[] = [
  {
    sage: 'a series with more occurrences than the maximum',
    code: 'series_too_long',
    here: 'counted in the window; setting `max_occurrences`',
  },
  {
    sage: 'a series without an end date',
    code: 'series_no_end',
    here: 'where Domino shows the rule; series made in Notes are dates there, which end',
  },
  {
    sage: 'a yearly series on a relative day',
    code: null,
    here: 'its occurrences are appointments like others: the rule itself is not carried over',
  },
  { sage: 'a monthly series on the fourth day or weekday', code: null, here: 'the same' },
  {
    sage: 'an appointment whose organiser takes part in the synchronisation and is not among its users',
    code: null,
    here: 'it is in the mail file of the organiser',
  },
  {
    sage: 'a daily series of the CRM with the pattern _Occurs Every_',
    code: null,
    here: 'the CRM keeps each occurrence as a row, and each is an entry',
  },
  {
    sage: 'an item of the CRM that ended before the first day that counts',
    code: 'too_old',
    here: 'the window of the user',
  },
  { sage: 'a recurring task of the mailbox', code: null, here: 'each To Do is an item of its own' },
  {
    sage: 'a task whose owner is not the owner of the mailbox',
    code: null,
    here: 'a To Do belongs to the mail file it is in',
  },
  {
    sage: 'a task that was due before the first day that counts',
    code: 'too_old',
    here: 'the window of the user',
  },
];

export function reasonCodesPage(sql: string): string {
  const texts = readReasonTexts(sql);
  return [
    '# Reason codes',
    '',
    'Made from `sql/postgres/admin/reason_codes.sql` by `npm run docs`; a test fails when it is out of date. Do not edit',
    'it. `why` and the views of `domino_sync_report` show these codes.',
    ...GROUPS.flatMap(({ severity, title }) => [
      '',
      `## ${title}`,
      ...texts
        .filter((text) => text.severity === severity)
        .flatMap(({ code, meaning, remedy }) => ['', `### \`${code}\``, '', meaning, '', `→ ${remedy}`]),
    ]),
    '',
    "## Sage's own reasons",
    '',
    'What Sage publishes as reasons of its synchronisation with Exchange to leave an item out, and what stands for it here.',
    '',
    ...markdownTable(
      ['Sage leaves out', 'Reason code', 'Here'],
      SAGE_SKIP_REASONS.map(({ sage, code, here }) => [sage, code === null ? '–' : `\`${code}\``, here]),
    ),
    '',
  ].join('\n');
}
