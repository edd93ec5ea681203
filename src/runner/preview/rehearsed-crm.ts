/**
 * The calls of the work on a mailbox, answered without writing: what reads goes to the database, what writes is decided by
 * the database (`preview_inbound`, `preview_missing`), recorded, and kept in memory for the steps after it.
 */
import type {
  InboundItem,
  InboundOutcome,
  KnownLink,
  LeasedDelivery,
  LinkWrite,
  MissingItem,
  PreviewDatabase,
} from '../../crm/contract.ts';
import type { CrmAppointment } from '../../item/crm-appointment.ts';
import { rowAfter } from '../../item/crm-mapping.ts';
import { keyText } from '../../item/domino-entry.ts';
import { wallToInstant } from '../../item/time-zone.ts';
import type { MailboxDatabase } from '../context.ts';
import { linkKey } from '../link.ts';
import type { SyncSettings } from '../settings.ts';
import type { Recorder } from './recorder.ts';
import { rowRestored } from './row-restored.ts';
import { enqueue, linkIn, linkOf, linksOf, putLink, type PreviewState } from './state.ts';

/** What a preview reads; for a supposed enabling some of it is answered otherwise than the database does now. */
export type PreviewReads = Pick<
  PreviewDatabase,
  | 'readAppointments'
  | 'listUnlinked'
  | 'listKnown'
  | 'readLinks'
  | 'previewInbound'
  | 'previewMissing'
  | 'previewDeletions'
>;

export interface Rehearsal {
  crm: PreviewReads;
  state: PreviewState;
  recorder: Recorder;
  settings: SyncSettings;
  now: () => Date;
  /** As the mapping wants it: the owner of the mailbox. */
  contextOf: (role: 'organiser' | 'copy') => Parameters<typeof rowAfter>[3];
}

/** `left`: deliveries that were handed out or wait, and that nothing came of. */
export function rehearseCrm(
  rehearsal: Rehearsal,
): MailboxDatabase & { left(crmUserId: number): LeasedDelivery[] } {
  const { crm, state, recorder, contextOf } = rehearsal;
  let inHand: LeasedDelivery[] = [];
  const known = (crmUserId: number): Promise<KnownLink[]> => {
    const asked = state.known.get(crmUserId) ?? crm.listKnown(crmUserId);
    state.known.set(crmUserId, asked);
    return asked;
  };

  const rows = async (ids: readonly number[]): Promise<CrmAppointment[]> => {
    const asked = ids.filter((id) => !state.rows.has(id));
    const read = asked.length === 0 ? [] : await crm.readAppointments(asked);
    const found = [...read, ...ids.flatMap((id) => state.rows.get(id) ?? [])];
    for (const row of found) state.seenRows.set(row.appointment_id, row);
    return found;
  };

  /** What the database cannot know: links that the preview has made in other mailboxes. */
  const takenElsewhere = (crmUserId: number, item: InboundItem): number | null => {
    const { link } = item;
    if (item.appointment_id !== null && !(link.role === 'copy' && link.kind === 'meeting')) return null;
    const other = [...state.links.values()].find(
      (one) =>
        one.domino_uid === link.domino_uid &&
        one.domino_recurrence_id === link.domino_recurrence_id &&
        one.crm_user_id !== crmUserId &&
        one.state === 'linked',
    );
    return other?.appointment_id ?? null;
  };

  const written = async (item: InboundItem, outcome: InboundOutcome): Promise<void> => {
    const crmUserId = item.link.crm_user_id;
    const id = outcome.appointment_id ?? (state.lastId -= 1);
    const link: LinkWrite = { ...item.link, appointment_id: id };
    const side = contextOf(link.role);
    const people = { add: item.attendees_add, remove: item.attendees_remove };
    const [row] = id > 0 ? await rows([id]) : [];
    const current = row && item.restore === true ? rowRestored(row, link, side) : (row ?? null);
    const after = rowAfter(current, item.fields, people, side);
    recorder.inbound(item, id);
    putLink(state, link);
    state.rows.set(id, { ...after, appointment_id: id, fingerprint: row?.fingerprint ?? '' });
    if (item.write_back)
      enqueue(state, {
        appointment_id: id,
        crm_user_id: crmUserId,
        version: 0,
        attempts: 0,
        reason_code: 'write_back',
        link: null,
      });
  };

  const settled = (id: number): void => {
    inHand = inHand.filter((delivery) => delivery.appointment_id !== id);
  };

  return {
    left: (crmUserId) => [...inHand, ...(state.queue.get(crmUserId) ?? [])],
    readAppointments: rows,

    async leaseOutbound(crmUserId, limit) {
      const queue = state.queue.get(crmUserId ?? 0) ?? [];
      const leased = queue.slice(0, limit);
      state.queue.set(crmUserId ?? 0, queue.slice(limit));
      inHand = await Promise.all(
        leased.map(async (delivery) => ({
          ...delivery,
          link:
            linkIn(state, delivery.crm_user_id, delivery.appointment_id) ??
            delivery.link ??
            (await linkOf(state, crm, known, delivery.crm_user_id, delivery.appointment_id)),
        })),
      );
      return inHand;
    },

    beginCreate: async (links) => {
      for (const link of links) putLink(state, link);
      return Promise.resolve();
    },
    noteConflicts: () => Promise.resolve(),
    reportFirstSync: () => Promise.resolve(),

    completeOutbound(results) {
      for (const result of results) {
        if (result.link !== null) putLink(state, result.link);
        recorder.outbound(result);
        settled(result.appointment_id);
      }
      return Promise.resolve({ completed: results.length, requeued: 0 });
    },
    failOutbound(failures) {
      for (const failure of failures) {
        recorder.failed(failure);
        settled(failure.appointment_id);
      }
      const parked = failures.filter(({ retry_after_seconds: seconds }) => seconds === null).length;
      return Promise.resolve({ parked, waiting: failures.length - parked });
    },
    enqueueDelivery(crmUserId, ids, reason) {
      for (const id of ids)
        enqueue(state, {
          appointment_id: id,
          crm_user_id: crmUserId,
          version: 0,
          attempts: 0,
          reason_code: reason,
          link: null,
        });
      return Promise.resolve();
    },

    async holdDeletions(crmUserId, direction, ids, reason) {
      if (direction === 'to_crm') return crm.previewDeletions(crmUserId, direction, ids, reason);
      const due = [...inHand, ...(state.queue.get(crmUserId) ?? [])].map((one) => one.appointment_id);
      const gone = (await rows([...new Set(due)])).filter((row) => wouldGo(rehearsal, crmUserId, row));
      const goneIds = gone.map((row) => row.appointment_id);
      return crm.previewDeletions(crmUserId, direction, goneIds, reason);
    },
    // A preview looks at what is due; a reconcile is never begun in one.
    reconcileChunk: () => Promise.resolve({ enqueued: 0, more: false }),
    finishReconcile: () => Promise.resolve({ healed: 0, open_differences: 0 }),

    async listUnlinked(crmUserId) {
      const due = new Map((state.queue.get(crmUserId) ?? []).map((one) => [one.appointment_id, one]));
      // What was captured and not folded yet is in the queue by then.
      return (await crm.listUnlinked(crmUserId)).map((one) => {
        const delivery = due.get(one.appointment_id);
        if (delivery === undefined || one.delivery === 'own' || one.delivery === 'due') return one;
        return { ...one, delivery: 'due' as const, delivery_reason: delivery.reason_code };
      });
    },

    async listKnown(crmUserId) {
      const own = linksOf(state, crmUserId);
      const ours = new Set(own.map((link) => link.appointment_id));
      const listed = (await known(crmUserId)).filter(
        ({ appointment_id: id }) => id === null || !ours.has(id),
      );
      return [...listed, ...own.map((link) => knownAs(link))];
    },

    async readLinks(crmUserId, keys) {
      const wanted = new Set(keys.map(({ uid, recurrence_id: id }) => `${uid}/${id}`));
      const own = linksOf(state, crmUserId);
      const ours = new Set(own.map((link) => link.appointment_id));
      const read = await crm.readLinks(crmUserId, keys);
      return [
        ...read.filter((link) => !ours.has(link.appointment_id)),
        ...own.filter((link) => wanted.has(`${link.domino_uid}/${link.domino_recurrence_id}`)),
      ];
    },

    async applyInbound(crmUserId, items) {
      const decided = await crm.previewInbound(crmUserId, items);
      const outcomes: InboundOutcome[] = [];
      for (const outcome of decided) {
        const item = items.find((one) => one.item_no === outcome.item_no)!;
        const taken = outcome.outcome === 'created' ? takenElsewhere(crmUserId, item) : null;
        if (taken !== null) {
          outcomes.push({ ...outcome, outcome: 'duplicate', appointment_id: taken });
          continue;
        }
        if (outcome.outcome === 'created' || outcome.outcome === 'updated') await written(item, outcome);
        outcomes.push(outcome);
      }
      return outcomes;
    },

    async applyMissing(crmUserId, items) {
      const outcomes = await crm.previewMissing(crmUserId, items);
      for (const { appointment_id: id, outcome } of outcomes) {
        if (outcome !== 'deleted' && outcome !== 'unlinked') continue;
        const item = items.find((one) => one.appointment_id === id)!;
        await rows([id]);
        const link = await linkOf(state, crm, known, crmUserId, id);
        if (link !== null) putLink(state, { ...link, state: 'unlinked', unlinked_reason: item.reason_code });
        recorder.missing(crmUserId, item satisfies MissingItem, outcome);
        const row = state.seenRows.get(id);
        if (outcome === 'deleted' && row !== undefined)
          state.rows.set(id, { ...row, deleted: true, users: [], externals: [], holders: [] });
      }
      return outcomes;
    },

    async parkInbound(crmUserId, items) {
      const before = new Map((await known(crmUserId)).map((one) => [keyText(linkKey(one)), one] as const));
      const told = new Set<string>();
      for (const item of items) {
        const key = keyText(linkKey(item));
        // A reason that is there already is no news, and an entry is parked once.
        if (told.has(key) || before.get(key)?.reason_code === item.reason_code) continue;
        told.add(key);
        recorder.parked(item, before.get(key)?.appointment_id ?? null);
      }
    },

    // Nothing changes on either side.
    settleParked: () => Promise.resolve(),

    saveLinks(_crmUserId, links) {
      for (const link of links) putLink(state, link);
      return Promise.resolve();
    },
  };
}

/** As hold_deletions counts what would be deleted in Domino. */
function wouldGo({ settings, now }: Rehearsal, crmUserId: number, row: CrmAppointment): boolean {
  if (!row.present || row.crm_only) return false;
  if (row.holders.some(({ crm_user_id: id }) => id === crmUserId)) return false;
  if (!row.deleted) return true;
  const { inCrm, past } = settings.deletePolicy;
  const end = row.end_at ?? row.start_at;
  const over = end !== null && Date.parse(wallToInstant(end, settings.crm_time_zone)) < now().getTime();
  return inCrm === 'delete' && (past === 'delete' || !over);
}

const knownAs = (link: LinkWrite): KnownLink => ({
  appointment_id: link.appointment_id,
  state: link.state,
  form: link.form,
  domino_uid: link.domino_uid,
  domino_recurrence_id: link.domino_recurrence_id,
  domino_start: link.domino_start,
  domino_digest: link.domino_digest,
  domino_token: link.domino_token,
  reason_code: link.unlinked_reason,
  retry_due: false,
  ask_due: false,
});
