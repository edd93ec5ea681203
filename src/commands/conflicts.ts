/** `conflicts`: what both sides had changed, what was decided, and what it lost to. */
import type { Config } from '../config.ts';
import type { OpenConflict } from '../crm/contract.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { EXISTENCE } from '../item/conflict-resolution.ts';
import { withCrm } from './connections.ts';
import { print, shownTime, type Output } from './output.ts';

/** Newest first, for the terminal; `--json` gives them all. */
const SHOWN = 50;
const ALL = 1_000_000;
const LONGEST = 60;

export async function listConflicts(
  config: Config,
  output: Output,
  appointmentId: number | null,
): Promise<ExitCode> {
  const found = await withCrm(config, (crm) =>
    crm.listConflicts(appointmentId, output.json ? ALL : SHOWN + 1),
  );
  print(output, found.map(discreet), (conflicts) => {
    if (conflicts.length === 0) return 'No open conflicts.';
    const more = conflicts.length > SHOWN ? [`… and older ones: use --json, or name an appointment.`] : [];
    return [...conflicts.slice(0, SHOWN).flatMap(conflictLines), ...more, '', remedy(conflicts[0]!)];
  });
  return EXIT.ok;
}

/** A list is read over shoulders and put into tickets: of a private appointment it tells that, not what. */
const discreet = (conflict: OpenConflict): OpenConflict =>
  conflict.private
    ? { ...conflict, subject: null, base_value: null, crm_value: null, domino_value: null }
    : conflict;

function conflictLines(conflict: OpenConflict): string[] {
  const { appointment_id: id, field, user_name: name, mail_file: file, winner } = conflict;
  const subject = conflict.private ? '(private)' : `"${conflict.subject ?? ''}"`;
  const won = { crm: 'the CRM won', domino: 'Notes won', both: 'both were kept' }[winner];
  const values = conflict.private
    ? []
    : [
        `    CRM    ${shownValue(conflict.crm_value)}`,
        `    Notes  ${shownValue(conflict.domino_value)}`,
        ...(conflict.base_value === null ? [] : [`    before ${shownValue(conflict.base_value)}`]),
      ];
  return [
    `${id} ${subject}, ${field === EXISTENCE ? 'deleted on one side' : field}: ${won} (${conflict.decided_by})`,
    `    ${shownTime(conflict.decided_at)}, ${name ?? 'unknown user'}${file === null ? '' : `, ${file}`}`,
    ...values,
  ];
}

const remedy = ({ appointment_id: id, field, winner }: OpenConflict): string =>
  `To take the other value: crm-domino-sync resolve ${id} --take ${field}=${winner === 'crm' ? 'domino' : 'crm'}`;

/** On one line, no longer than a terminal is wide. */
export function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? `"${value.replace(/\s+/g, ' ')}"` : plain(value);
  const characters = [...text];
  return characters.length <= LONGEST ? text : `${characters.slice(0, LONGEST).join('')}…`;
}

function plain(value: unknown): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? 'none' : value.map(member).join(', ');
  }
  if (typeof value === 'object' && value !== null && 'start' in value && 'end' in value)
    return `${String(value.start)} – ${String(value.end)}`;
  return value === null ? 'none' : JSON.stringify(value);
}

const member = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'email' in value
    ? `${String(value.email)}${'response' in value && value.response !== 'none' ? ` (${String(value.response)})` : ''}`
    : String(value);
