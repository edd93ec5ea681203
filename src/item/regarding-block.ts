/**
 * Whom and what an appointment of the CRM is about (company, person, opportunity, case), named in the text of its entry.
 * One way: the CRM's links are never changed from Notes.
 */
import type { CrmAppointment } from './crm-appointment.ts';
import type { BlockKind } from './marked-block.ts';
import { oneLine } from './text.ts';

/** `list` names them in the text, `omit` does not. */
export type RegardingMode = 'list' | 'omit';

const LABEL: Readonly<Record<CrmAppointment['regarding'][number]['kind'], string>> = {
  company: 'Company',
  person: 'Person',
  opportunity: 'Opportunity',
  case: 'Case',
};

export const REGARDING_BLOCK: BlockKind = {
  begin: '--- Regarding, from the CRM ---',
  end: '--- end of regarding ---',
  entry: new RegExp(`^- (?:${Object.values(LABEL).join('|')}): .*\\S$`),
};

/** What a name is cut to: the block is to remind, not to tell. */
const LONGEST_NAME = 200;

/**
 * `Company: Acme Ltd`, in the order of the kinds, each once. What has no name, or is of a module that this CRM lacks, is
 * shown by its number.
 */
export function regardingOf(row: Pick<CrmAppointment, 'regarding'>): string[] {
  const kinds = Object.keys(LABEL);
  const inOrder = [...row.regarding].sort(
    (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.id - b.id,
  );
  const texts = inOrder.map(({ kind, id, name }) => {
    const shown = [...oneLine(name ?? '')].slice(0, LONGEST_NAME).join('').trim();
    return `${LABEL[kind]}: ${shown === '' ? `number ${id}` : shown}`;
  });
  return [...new Set(texts)];
}

export const regardingLine = (text: string): string => `- ${text}`;

/** As `regardingOf` gave it, from a line of the block. */
export const regardingText = (line: string): string => line.slice(2);
