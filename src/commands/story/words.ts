/** Values and reasons as words. Pure. */
import type { Explanation } from '../../crm/contract.ts';
import type { FieldChange } from '../../item/field-change.ts';
import { whenSchema } from '../../item/sync-item.ts';
import { instantToWall, isTimeZone } from '../../item/time-zone.ts';
import { shownTime } from '../output.ts';
import { PRIVATE } from './veil.ts';

export const reasonText = ({ reasons }: Pick<Explanation, 'reasons'>, code: string | null): string =>
  code === null ? 'nobody knows why' : (reasons[code]?.meaning ?? code);

/** The first sentence of the meaning behind "because": without its full stop, and with a small letter where it begins with a common word. */
export function because(explanation: Pick<Explanation, 'reasons'>, code: string | null): string {
  const text = reasonText(explanation, code).replace(/\.( .*)?$/s, '');
  return /^(The|This|A|An|Nobody|Somebody|One|Both|So|It|Its)\b/.test(text)
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text;
}

/** What to do about a reason; null when there is nothing to do. */
export function remedyOf({ reasons }: Pick<Explanation, 'reasons'>, code: string | null): string | null {
  const remedy = code === null ? undefined : reasons[code]?.remedy;
  return remedy === undefined || remedy === 'Nothing to do.' ? null : remedy;
}

const FIELD: Record<string, string> = {
  when: 'time',
  body: 'text',
  reminderMinutes: 'reminder',
  existence: 'existence',
};
export const fieldName = (field: string): string => FIELD[field] ?? field;

/** What somebody typed. */
const QUOTED: ReadonlySet<string> = new Set(['subject', 'body', 'location']);

/** A value of the history or of a conflict. Times in the zone of the CRM's clock, where that is set. */
export function shownValue(field: string, value: unknown, zone: string | null): string {
  if (value === null || value === undefined) return field === 'reminderMinutes' ? 'none' : 'nothing';
  if (field === 'when') return shownWhen(value, zone);
  if (field === 'reminderMinutes' && typeof value === 'number') return `${value} minutes before`;
  if (Array.isArray(value)) return value.length === 0 ? 'nobody' : value.map(shownMember).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string')
    return QUOTED.has(field) && value !== PRIVATE ? JSON.stringify(value) : value;
  return JSON.stringify(value);
}

/** Attendees of a conflict are whole people, those of the history their addresses. */
const shownMember = (member: unknown): string =>
  typeof member === 'object' && member !== null && 'email' in member ? String(member.email) : String(member);

function shownWhen(value: unknown, zone: string | null): string {
  const parsed = whenSchema.safeParse(value);
  if (!parsed.success) return JSON.stringify(value);
  const { allDay, start, end } = parsed.data;
  if (allDay) return start === end ? `${start}, all day` : `${start} to ${end}, all day`;
  const local = zone !== null && isTimeZone(zone);
  const show = (at: string): string => (local ? instantToWall(at, zone) : at).slice(0, 16).replace('T', ' ');
  const [from, to] = [show(start), show(end)];
  return `${from} to ${to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to} ${local ? 'CRM time' : 'UTC'}`;
}

/** `subject: "A" → "B"`; of a list what went and what came. */
export function changeText({ field, before, after, masked }: FieldChange, zone: string | null): string {
  const name = fieldName(field);
  if (masked === true) return `${name}: changed (private)`;
  if (Array.isArray(before) && Array.isArray(after)) {
    const parts = [
      ...(after.length > 0 ? [`+ ${shownValue(field, after, zone)}`] : []),
      ...(before.length > 0 ? [`− ${shownValue(field, before, zone)}`] : []),
    ];
    return `${name}: ${parts.join('  ')}`;
  }
  const now = shownValue(field, after, zone);
  return before === null && field !== 'reminderMinutes'
    ? `${name}: ${now}`
    : `${name}: ${shownValue(field, before, zone)} → ${now}`;
}

/** A list as prose: `a`, `a and b`, `a, b and c`. */
export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;

export const at = shownTime;
