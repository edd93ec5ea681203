/** A preview as text: grouped by mailbox and direction, counts first; deletions and conflicts in full, the rest cut. Pure. */
import type { ReasonText } from '../../crm/contract.ts';
import type { Preview, PreviewedMailbox, PreviewItem } from '../../runner/preview/item.ts';
import { changeText, fieldName, shownValue } from '../story/words.ts';
import { instantToWall, isTimeZone } from '../../item/time-zone.ts';

export interface ShownWith {
  reasons: ReadonlyMap<string, ReasonText>;
  names: ReadonlyMap<number, string>;
  /** Of the CRM's clock. */
  zone: string | null;
}

/** Lines of an action that are shown; deletions and conflicts are never cut. */
const MOST = 10;

type Action = PreviewItem['action'];

const DO: Record<Action, string> = {
  deleted: 'delete',
  unlinked: 'keep apart',
  created: 'create',
  updated: 'update',
  adopted: 'link',
  parked: 'give up',
  retried: 'try again later',
  skipped: 'leave alone',
  unchanged: 'decide',
};
/** What cannot be taken back comes first. */
const ORDER: readonly Action[] = [
  'deleted',
  'unchanged',
  'parked',
  'retried',
  'unlinked',
  'created',
  'updated',
  'adopted',
  'skipped',
];
const WAY = { to_domino: 'CRM → Domino', to_crm: 'Domino → CRM' } as const;

export function shownPreview(preview: Preview, shown: ShownWith): string[] {
  const { enabling, mailboxes } = preview;
  const headline =
    enabling === null
      ? 'What the next cycle would do. Nothing was written.'
      : `What enabling ${shown.names.get(enabling) ?? `user ${enabling}`} would do. Nothing was written, and nobody is enabled.`;
  if (mailboxes.length === 0) return [headline, '', 'Nobody is enabled: nothing would happen.'];
  return [headline, ...mailboxes.flatMap((mailbox) => ['', ...mailboxLines(mailbox, shown)])];
}

function mailboxLines(mailbox: PreviewedMailbox, shown: ShownWith): string[] {
  const name = shown.names.get(mailbox.crm_user_id) ?? `user ${mailbox.crm_user_id}`;
  const lines = [`${name}, ${mailbox.mail_file}${notes(mailbox)}`];
  const { stop } = mailbox;
  if (stop !== null) {
    lines.push(`  stopped: ${stop.detail ?? stop.reason_code} (${stop.reason_code})`);
    const remedy = shown.reasons.get(stop.reason_code)?.remedy;
    if (remedy !== undefined && remedy !== 'Nothing to do.') lines.push(`  → ${remedy}`);
    lines.push('  Below is what was found before that.');
  }
  for (const direction of ['to_domino', 'to_crm'] as const) {
    const items = mailbox.items.filter((item) => item.direction === direction);
    if (items.length > 0) lines.push(`  ${WAY[direction]}: ${countsOf(items)}`, ...groups(items, shown));
  }
  if (mailbox.items.length === 0 && stop === null) lines.push('  nothing to do');
  if (mailbox.unchanged > 0) lines.push(`  ${mailbox.unchanged} looked at and found as agreed`);
  return lines;
}

function notes(mailbox: PreviewedMailbox): string {
  const parts = [
    ...(mailbox.enabled ? [] : ['disabled']),
    ...(mailbox.direction === 'both' ? [] : [mailbox.direction]),
    ...(mailbox.first_sync ? ['both sides are compared first'] : []),
    ...(mailbox.health === 'paused' ? [`paused now: ${mailbox.health_reason ?? 'a fault'}`] : []),
    ...(mailbox.waiting > 0 ? [`${mailbox.waiting} wait for a later attempt`] : []),
    ...(mailbox.parked_before > 0 ? [`${mailbox.parked_before} are parked`] : []),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

/** `create 12, update 3 (subject, time), leave alone 5 (too_old 4, direction 1)`. */
function countsOf(items: readonly PreviewItem[]): string {
  return ORDER.flatMap((action) => {
    const some = items.filter((item) => item.action === action);
    if (some.length === 0) return [];
    const detail =
      action === 'updated'
        ? [...new Set(some.flatMap(({ changes }) => changes.map(({ field }) => fieldName(field))))].join(', ')
        : ['skipped', 'parked', 'retried', 'unlinked'].includes(action)
          ? tally(some.map(({ reason_code: code }) => code))
          : '';
    return [`${DO[action]} ${some.length}${detail === '' ? '' : ` (${detail})`}`];
  }).join(', ');
}

function tally(codes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].map(([code, count]) => `${code} ${count}`).join(', ');
}

function groups(items: readonly PreviewItem[], shown: ShownWith): string[] {
  return ORDER.flatMap((action) => {
    const some = items.filter((item) => item.action === action);
    // In full whatever their number: what would be lost is what somebody has to see.
    const inFull = (item: PreviewItem) => item.action === 'deleted' || item.conflicts.length > 0;
    const first = some.filter(inFull);
    const rest = some.filter((item) => !inFull(item));
    const cut = rest.slice(MOST).length;
    return [
      ...[...first, ...rest.slice(0, MOST)].flatMap((item) => itemLines(item, shown)),
      ...(cut > 0 ? [`      … and ${cut} more to ${DO[action]} (--json shows all)`] : []),
    ];
  });
}

function itemLines(item: PreviewItem, shown: ShownWith): string[] {
  const { reasons, zone } = shown;
  const id = item.appointment_id === null ? '' : `, appointment ${item.appointment_id}`;
  const then = item.follows ? 'then ' : '';
  const what = item.subject === null || item.subject === '' ? '(no subject)' : item.subject;
  const lines = [
    `    ${then}${DO[item.action]}: ${what}, ${startOf(item.start, zone)}${id}`,
    `      because ${reasonOf(item, reasons)}`,
  ];
  for (const change of item.changes) lines.push(`      ${changeText(change, zone)}`);
  for (const conflict of item.conflicts) {
    const value = (side: unknown) => shownValue(conflict.field, side, zone);
    lines.push(
      `      conflict in ${fieldName(conflict.field)}: CRM ${value(conflict.crm_value)}, Notes ${value(conflict.domino_value)}; ` +
        `${winnerText(conflict.winner)} (${conflict.decided_by})`,
    );
  }
  return lines;
}

const winnerText = (winner: 'crm' | 'domino' | 'both'): string =>
  winner === 'both' ? 'each side keeps its own' : `${winner === 'crm' ? 'the CRM' : 'Notes'} wins`;

function reasonOf(item: PreviewItem, reasons: ShownWith['reasons']): string {
  const meaning = reasons.get(item.reason_code)?.meaning.replace(/\.( .*)?$/s, '') ?? item.reason_code;
  const text = meaning.charAt(0).toLowerCase() + meaning.slice(1);
  return `${text} (${item.reason_code}${item.detail === null ? '' : `: ${item.detail}`})`;
}

/** An instant or a date; wall clock of the CRM where the zone is set. */
function startOf(start: string | null, zone: string | null): string {
  if (start === null) return 'no time';
  if (!start.includes('T')) return start;
  if (!start.endsWith('Z')) return start.slice(0, 16).replace('T', ' ');
  const local = zone !== null && isTimeZone(zone) ? instantToWall(start, zone) : start;
  return `${local.slice(0, 16).replace('T', ' ')}${local === start ? ' UTC' : ''}`;
}
