/** What happened, oldest first, as sentences: each effect with its fields, who changed them, and what a merge decided. Pure. */
import type { ExplainedActivity, ExplainedConflict, Explanation } from '../../crm/contract.ts';
import { at, changeText, fieldName, reasonText, shownValue } from './words.ts';

export interface Event {
  happened_at: string;
  /** Of the last one, when the same happened several times in a row. */
  until: string | null;
  times: number;
  direction: string;
  action: string;
  reason_code: string;
  /** What was done and by which rule. */
  sentence: string;
  /** Fields, conflicts, people: a line each. */
  details: string[];
}

const WAY: Record<string, string> = {
  to_domino: 'CRM → Domino',
  to_crm: 'Domino → CRM',
  admin: 'administrator',
};

const DONE: Record<string, string> = {
  adopted: 'found and linked',
  unlinked: 'kept apart',
  skipped: 'left alone',
  parked: 'given up',
  retried: 'put back in the queue',
};

/** A conflict is stored in the transaction of its effect; engines differ in how finely they tell its time. */
const TOGETHER_MS = 2000;

export function timelineOf(explanation: Explanation): Event[] {
  const zone = explanation.settings['crm_time_zone'] ?? null;
  const several = new Set(explanation.activity.map((row) => row.crm_user_id ?? 0)).size > 1;
  const left = new Set(explanation.conflicts);
  const events: Event[] = [];
  for (const row of [...explanation.activity].reverse()) {
    const conflicts = [...left].filter((one) => belongs(one, row));
    for (const one of conflicts) left.delete(one);
    const event = eventOf(explanation, row, conflicts, zone, several);
    const before = events.at(-1);
    if (before !== undefined && repeats(before, event)) {
      before.times += 1;
      before.until = event.happened_at;
    } else events.push(event);
  }
  // Their effect has been purged, or is older than the last hundred.
  for (const one of left) events.push(conflictAlone(explanation, one, zone));
  return events.sort((a, b) => (a.happened_at < b.happened_at ? -1 : a.happened_at > b.happened_at ? 1 : 0));
}

const belongs = (conflict: ExplainedConflict, row: ExplainedActivity): boolean =>
  conflict.crm_user_id === row.crm_user_id &&
  row.action !== 'skipped' &&
  Math.abs(Date.parse(conflict.decided_at) - Date.parse(row.happened_at)) <= TOGETHER_MS;

const repeats = (before: Event, event: Event): boolean =>
  before.direction === event.direction &&
  before.sentence === event.sentence &&
  before.details.length === 0 &&
  event.details.length === 0;

function eventOf(
  explanation: Explanation,
  row: ExplainedActivity,
  conflicts: readonly ExplainedConflict[],
  zone: string | null,
  several: boolean,
): Event {
  const done = DONE[row.action] ?? row.action;
  const detail = row.detail === null ? '' : ` (${row.detail})`;
  return {
    happened_at: row.happened_at,
    until: null,
    times: 1,
    direction: row.direction,
    action: row.action,
    reason_code: row.reason_code,
    sentence: `${done}${several ? of(explanation, row) : ''}: ${reasonText(explanation, row.reason_code)}${detail}`,
    details: [
      ...author(row),
      ...(row.changes ?? []).map((change) => changeText(change, zone)),
      ...conflicts.flatMap((one) => conflictLines(one, zone)),
    ],
  };
}

/** Whose mail file, where there is more than one. */
function of({ mailboxes }: Explanation, row: ExplainedActivity): string {
  const mailbox = mailboxes.find((one) => one.crm_user_id === row.crm_user_id);
  return mailbox === undefined ? '' : ` (${mailbox.mail_file ?? mailbox.name})`;
}

/** Domino tells when an entry was changed and never by whom. */
function author({ changed_by, changed_at, direction }: ExplainedActivity): string[] {
  if (changed_by === null && changed_at === null) return [];
  if (direction === 'to_domino')
    return [`last saved in the CRM by ${changed_by ?? 'somebody it does not name'} at ${at(changed_at)}`];
  return [`changed in Notes at ${at(changed_at)}${changed_by === null ? '' : ` by ${changed_by}`}`];
}

const WINNER = { crm: 'the CRM won', domino: 'Notes won', both: 'both were kept' } as const;

export function conflictLines(conflict: ExplainedConflict, zone: string | null): string[] {
  const { field, crm_value, domino_value, winner, decided_by } = conflict;
  const both =
    `conflict ${conflict.conflict_id} in ${fieldName(field)}: the CRM had ${shownValue(field, crm_value, zone)}, ` +
    `Notes had ${shownValue(field, domino_value, zone)}; ${WINNER[winner]} (${decided_by})`;
  if (conflict.resolved_at === null) return [both];
  const took =
    conflict.resolution === 'crm'
      ? 'the value of the CRM'
      : conflict.resolution === 'domino'
        ? 'the value of Notes'
        : 'another value';
  return [both, `${conflict.resolved_by ?? 'somebody'} took ${took} at ${at(conflict.resolved_at)}`];
}

const conflictAlone = (
  explanation: Explanation,
  conflict: ExplainedConflict,
  zone: string | null,
): Event => ({
  happened_at: conflict.decided_at,
  until: null,
  times: 1,
  direction: 'merge',
  action: 'merged',
  reason_code: 'conflict_resolved',
  sentence: `merged: ${reasonText(explanation, 'conflict_resolved')}`,
  details: conflictLines(conflict, zone),
});

export const eventLines = (event: Event): string[] => [
  `${at(event.happened_at)}  ${WAY[event.direction] ?? event.direction}  ${event.sentence}` +
    (event.times > 1 ? ` — ${event.times} times, last at ${at(event.until)}` : ''),
  ...event.details.map((line) => `    ${line}`),
];
