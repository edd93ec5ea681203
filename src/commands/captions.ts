/** How captions of the CRM read in Notes: what the table says, and changes of it. */
import type { Config } from '../config.ts';
import type { Caption } from '../crm/contract.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { withCrm } from './connections.ts';
import { print, table, type Output } from './output.ts';

const FOLLOW = [
  'Runners obey from their next cycle on. Entries in Notes that are there already follow by: crm-domino-sync reconcile',
  'What users chose in Notes before keeps the code that it has in the CRM.',
] as const;

const arrow = ({ to_item, to_crm }: Caption): string => (to_item && to_crm ? '↔' : to_item ? '→' : '←');

export async function listCaptions(config: Config, output: Output): Promise<ExitCode> {
  const { captions } = await withCrm(config, (crm) => crm.readSettings());
  print(output, captions, () =>
    table(
      ['family', 'in the CRM', '', 'means'],
      captions.map((row) => [row.family, row.crm_value, arrow(row), row.item_value]),
    ),
  );
  return EXIT.ok;
}

export async function setCaption(config: Config, output: Output, row: Caption): Promise<ExitCode> {
  const changed = await withCrm(config, (crm) => crm.setCaption(row));
  print(output, { ...row, changed }, () => {
    const said = `${row.family}: ${row.crm_value} ${arrow(row)} ${row.item_value}`;
    return changed === 0 ? `${said} was there already.` : [`${said} holds.`, ...FOLLOW];
  });
  return EXIT.ok;
}

/** `itemValue` null: all rows of this caption. Exit code 1 if there is none. */
export async function removeCaption(
  config: Config,
  output: Output,
  family: string,
  crmValue: string,
  itemValue: string | null,
): Promise<ExitCode> {
  const done = await withCrm(config, (crm) => crm.removeCaption(family, crmValue, itemValue));
  print(output, done, ({ removed, remaining }) => {
    if (removed === 0) return 'There is no such row. captions list shows them.';
    const lines = [`${removed} ${removed === 1 ? 'row is' : 'rows are'} gone.`, ...FOLLOW];
    if (remaining === 0)
      lines.push(`${family} has no row any more: the next deployment brings those of Sage CRM back.`);
    return lines;
  });
  return done.removed === 0 ? EXIT.findings : EXIT.ok;
}
