/** What a private item does not tell: `why` is read over shoulders and pasted into tickets, also as JSON. Pure. */
import type { Explanation } from '../../crm/contract.ts';
import { WORDS } from '../../item/field-change.ts';

export const PRIVATE = '(private)';

/** The explanation without the words of what is private on either side, whenever they were recorded. */
export function veiled(explanation: Explanation): Explanation {
  const parked = explanation.parked.map((item) =>
    isPrivate(item.payload) ? { ...item, subject: PRIVATE, payload: null } : item,
  );
  const { appointment } = explanation;
  const secret =
    appointment?.private === true ||
    explanation.links.some(
      ({ base_item: base }) => base?.crm.private === true || base?.domino.private === true,
    );
  if (!secret) return { ...explanation, parked };
  const hide = (field: string, value: unknown): unknown =>
    WORDS.has(field) && value !== null ? PRIVATE : value;
  return {
    ...explanation,
    appointment: appointment && {
      ...appointment,
      subject: PRIVATE,
      location: appointment.location === null ? null : PRIVATE,
      note: appointment.note === null ? null : PRIVATE,
      externals: appointment.externals.map((person) => ({
        ...person,
        email: null,
        name: PRIVATE,
        person_id: null,
      })),
      regarding: [],
    },
    people: [],
    links: explanation.links.map((link) => ({ ...link, base_item: null })),
    parked: parked.map((item) => ({ ...item, subject: PRIVATE, payload: null })),
    conflicts: explanation.conflicts.map((conflict) => ({
      ...conflict,
      base_value: hide(conflict.field, conflict.base_value),
      crm_value: hide(conflict.field, conflict.crm_value),
      domino_value: hide(conflict.field, conflict.domino_value),
    })),
    activity: explanation.activity.map((row) => ({
      ...row,
      changes:
        row.changes?.map((change) =>
          WORDS.has(change.field) ? { ...change, before: null, after: null, masked: true as const } : change,
        ) ?? null,
    })),
  };
}

const isPrivate = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && 'private' in payload && payload.private === true;
