/** `docs/reason-codes.md`: the texts of `sql/postgres/admin/reason_codes.sql`, read as SQL literals. Pure. */

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

export function reasonCodesPage(sql: string): string {
  const texts = readReasonTexts(sql);
  return [
    '# Reason codes',
    '',
    'Made from `sql/postgres/admin/reason_codes.sql` by `npm run docs`; a test fails when it is out of date. Do not edit',
    'it. `why` and the views of `domino_sync_report` show these codes. Two remedies are ahead of the program: there is no',
    '`reconcile` yet ([dba.md](dba.md#after-capture-was-off) says what to do meanwhile), and `retry` does not take a',
    '`tombstone` away (make a new appointment in the CRM instead).',
    ...GROUPS.flatMap(({ severity, title }) => [
      '',
      `## ${title}`,
      ...texts
        .filter((text) => text.severity === severity)
        .flatMap(({ code, meaning, remedy }) => ['', `### \`${code}\``, '', meaning, '', `→ ${remedy}`]),
    ]),
    '',
  ].join('\n');
}
