/**
 * What would be, kept in memory: rows, links, deliveries and entries that the preview has "written". Everything else is read
 * from the two sides. One for all mailboxes of a preview, so that what the first would do is there for the next.
 */
import type { ItemLink, KnownLink, LeasedDelivery, LinkWrite, PreviewDatabase } from '../../crm/contract.ts';
import type { CrmAppointment } from '../../item/crm-appointment.ts';
import type { DominoEntry } from '../../item/domino-entry.ts';

export interface PreviewState {
  /** Rows that would be different. */
  rows: Map<number, CrmAppointment>;
  /** Rows as they were last answered, for the subject. */
  seenRows: Map<number, CrmAppointment>;
  /** By `pairKey`. */
  links: Map<string, ItemLink>;
  /** By user. */
  queue: Map<number, LeasedDelivery[]>;
  /** By mail file and key; null = deleted. */
  entries: Map<string, DominoEntry | null>;
  seenEntries: Map<string, DominoEntry>;
  /** What the database knows of a mailbox; read once. */
  known: Map<number, Promise<KnownLink[]>>;
  /** Appointments that would be made have ids below zero. */
  lastId: number;
  clock: string;
}

export const newState = (clock: string): PreviewState => ({
  rows: new Map(),
  seenRows: new Map(),
  links: new Map(),
  queue: new Map(),
  entries: new Map(),
  seenEntries: new Map(),
  known: new Map(),
  lastId: 0,
  clock,
});

const pairKey = (crmUserId: number, appointmentId: number): string => `${crmUserId}/${appointmentId}`;

export const linkIn = (state: PreviewState, crmUserId: number, appointmentId: number): ItemLink | undefined =>
  state.links.get(pairKey(crmUserId, appointmentId));

export function putLink(state: PreviewState, link: LinkWrite): void {
  const before = linkIn(state, link.crm_user_id, link.appointment_id);
  state.links.set(pairKey(link.crm_user_id, link.appointment_id), {
    ...link,
    created_at: before?.created_at ?? state.clock,
  });
}

export const linksOf = (state: PreviewState, crmUserId: number): ItemLink[] =>
  [...state.links.values()].filter((link) => link.crm_user_id === crmUserId);

/** A pair is in the queue once; the newer reason counts. */
export function enqueue(state: PreviewState, delivery: LeasedDelivery): void {
  const queue = state.queue.get(delivery.crm_user_id) ?? [];
  state.queue.set(delivery.crm_user_id, [
    ...queue.filter(({ appointment_id: id }) => id !== delivery.appointment_id),
    delivery,
  ]);
}

/** The link of a pair as it would be: the preview's own, else the database's; null when there is none. */
export async function linkOf(
  state: PreviewState,
  crm: Pick<PreviewDatabase, 'readLinks'>,
  listKnown: (crmUserId: number) => Promise<readonly KnownLink[]>,
  crmUserId: number,
  appointmentId: number,
): Promise<ItemLink | null> {
  const own = linkIn(state, crmUserId, appointmentId);
  if (own !== undefined) return own;
  const known = (await listKnown(crmUserId)).find(
    (one) => one.appointment_id === appointmentId && one.state !== 'parked',
  );
  if (known === undefined) return null;
  const found = await crm.readLinks(crmUserId, [
    { uid: known.domino_uid, recurrence_id: known.domino_recurrence_id },
  ]);
  return found.find((link) => link.appointment_id === appointmentId) ?? null;
}
