/** How findings about the database are shown, and what `deploy` does about them. */
import { ACCEPTABLE } from '../crm/deploy/preflight/codes.ts';
import { refusals, type PreflightRow } from '../crm/deploy/preflight/row.ts';
import { EXIT, UserError } from '../errors.ts';

/** A block each: severity and what it is about, then what was found, why it matters, what to do. */
export const findingLines = (
  rows: readonly Pick<PreflightRow, 'severity' | 'object' | 'what' | 'why' | 'remedy'>[],
): string[] =>
  rows.flatMap(({ severity, object, what, why, remedy }) => [
    `${severity.padEnd(8)} ${object}: ${what}`,
    ...(why === '' ? [] : [`         ${why}`]),
    ...(remedy === '' ? [] : [`         → ${remedy}`]),
  ]);

/** Throws UserError for a code that there is not, or that may not be accepted. */
export const requireAcceptable = (accepted: readonly string[]): void => {
  const wrong = accepted.find((code) => !ACCEPTABLE.some((known) => known === code));
  if (wrong === undefined) return;
  throw new UserError(
    `"${wrong}" cannot be accepted`,
    `Codes that can: ${ACCEPTABLE.join(', ')} (docs/preflight.md).`,
    EXIT.usage,
  );
};

/** With the code in front of what was found: `--accept` and docs/preflight.md go by it. */
export const preflightLines = (rows: readonly PreflightRow[]): string[] =>
  findingLines(rows.map((row) => ({ ...row, object: `${row.code} ${row.object}` })));

export const refusalLines = (rows: readonly PreflightRow[], accepted: readonly string[]): string[] => {
  const refused = refusals(rows, accepted);
  const open = [...new Set(refused.map(({ code }) => code))];
  const acceptable = open.filter((code) => ACCEPTABLE.includes(code));
  return [
    '',
    `Refused for ${refused.length === 1 ? 'an error' : `${refused.length} errors`}; nothing was changed.`,
    ...(acceptable.length > 0 && acceptable.length === open.length
      ? [`To deploy in spite of it: deploy ${acceptable.map((code) => `--accept ${code}`).join(' ')}`]
      : []),
  ];
};
