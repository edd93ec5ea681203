/**
 * What enabling a user would do: the same rehearsal, on a database that answers as it would once he is enabled. Nothing of him
 * is stored; who would hold what is asked of the database (`preview_window`).
 */
import type {
  EnableUser,
  ItemLink,
  LeasedDelivery,
  PreviewMailbox,
  PreviewPair,
  SupposedMailbox,
  UnlinkedAppointment,
} from '../../crm/contract.ts';
import { takesPart, type CrmAppointment } from '../../item/crm-appointment.ts';
import { UserError } from '../../errors.ts';
import { formerIds } from '../former-users.ts';
import { withPerson } from '../group-todos.ts';
import { optOutOf } from '../pair-facts.ts';
import type { Preview, PreviewedMailbox } from './item.ts';
import { openRun, push, rehearseMailbox, type PreviewOptions, type PreviewRun } from './preview.ts';
import type { PreviewReads } from './rehearsed-crm.ts';

/** Refuses as `enableUser` does. Throws CrmError, and UserError for settings that are wrong. */
export async function previewEnabling(options: PreviewOptions, user: EnableUser): Promise<Preview> {
  const { crm } = options;
  const run = await openRun(options);
  const supposed = await crm.previewEnable(user);
  const former = formerIds(run.users, supposed);
  if (former.length > 0) {
    throw new UserError(
      `user ${user.crm_user_id} was user ${former.join(', ')} in the CRM: what that one has is taken over first, and so cannot be previewed`,
      'Enable the user while no runner runs; then `preview` shows what the first cycle does.',
    );
  }
  const pairs = await crm.previewWindow(user);
  const before = await crm.previewMailboxes();
  const reads = supposedReads(options, supposed, pairs);
  const enabledEmails = new Set([...run.enabledEmails, supposed.email.toLowerCase()]);
  const people = withPerson(run.people, { ...supposed, name: supposed.email, notes_name: user.notes_name });
  const supposing: PreviewRun = { ...run, enabledEmails, people };

  if (supposed.direction !== 'to_crm') for (const pair of pairs) push(run.state, deliveryOf(supposed, pair));
  const mailbox = mailboxOf(user, supposed, run.state.queue.get(user.crm_user_id)?.length ?? 0);
  const previewed: PreviewedMailbox[] = [await rehearseMailbox(supposing, mailbox, reads)];
  // Those who held a copy until now give it to him; of theirs nothing else is looked at.
  for (const other of before) {
    const due = run.state.queue.get(other.crm_user_id)?.length ?? 0;
    if (other.crm_user_id === user.crm_user_id || due === 0) continue;
    const given = {
      ...other,
      due_deliveries: due,
      poll_due: false,
      first_sync_done: true,
      twins_pending: false,
    };
    previewed.push(await rehearseMailbox(supposing, given, reads));
  }
  return { clock: run.state.clock, enabling: user.crm_user_id, mailboxes: previewed };
}

const mailboxOf = (user: EnableUser, supposed: SupposedMailbox, due: number): PreviewMailbox => ({
  ...supposed,
  notes_name: user.notes_name,
  enabled: true,
  cursor: null,
  faults_in_a_row: 0,
  due_deliveries: due,
  poll_due: true,
  first_sync_done: false,
  twins_pending: false,
  reconcile_reason: null,
  health: 'ok',
  health_reason: null,
  health_detail: null,
  waiting: 0,
  parked: 0,
});

const deliveryOf = (supposed: SupposedMailbox, pair: PreviewPair): LeasedDelivery => ({
  appointment_id: pair.appointment_id,
  crm_user_id: pair.crm_user_id,
  version: 0,
  attempts: 0,
  reason_code: 'first_sync',
  link: pair.link === null ? null : linkThen(supposed, pair.link),
});

/** Links of another mail file are kept apart, as enabling does it. */
const linkThen = (supposed: SupposedMailbox, link: ItemLink): ItemLink =>
  supposed.moved && link.crm_user_id === supposed.crm_user_id && link.state !== 'unlinked'
    ? { ...link, state: 'unlinked', unlinked_reason: 'mail_file_changed' }
    : link;

/** The database, with the answers that would be others. */
function supposedReads(
  { crm }: PreviewOptions,
  supposed: SupposedMailbox,
  pairs: readonly PreviewPair[],
): PreviewReads {
  const me = supposed.crm_user_id;
  const roleOf = new Map(
    pairs.flatMap((pair) =>
      pair.crm_user_id === me && pair.role !== null ? [[pair.appointment_id, pair.role] as const] : [],
    ),
  );
  return {
    previewInbound: (crmUserId, items) => crm.previewInbound(crmUserId, items),
    previewMissing: (crmUserId, items) => crm.previewMissing(crmUserId, items),
    previewDeletions: (...asked) => crm.previewDeletions(...asked),
    readAppointments: async (ids) =>
      (await crm.readAppointments(ids)).map((row) => ({
        ...row,
        holders: holdersThen(supposed, roleOf, row),
      })),
    async listKnown(crmUserId) {
      const known = await crm.listKnown(crmUserId);
      if (crmUserId !== me || !supposed.moved) return known;
      return known
        .filter(({ state }) => state !== 'parked')
        .map((link) =>
          link.state === 'unlinked'
            ? { ...link, retry_due: false }
            : { ...link, state: 'unlinked', reason_code: 'mail_file_changed', retry_due: false },
        );
    },
    readLinks: async (crmUserId, keys) =>
      (await crm.readLinks(crmUserId, keys)).map((link) => linkThen(supposed, link)),
    async listUnlinked(crmUserId) {
      if (crmUserId !== me) return crm.listUnlinked(crmUserId);
      return pairs
        .filter((pair) => pair.crm_user_id === me && pair.role !== null)
        .flatMap((pair) => unlinkedOf(supposed, pair) ?? []);
    },
  };
}

/** Null: it is linked. Enabling has put everything in the queue that goes to Domino. */
function unlinkedOf(supposed: SupposedMailbox, pair: PreviewPair): UnlinkedAppointment | null {
  const link = pair.link === null ? null : linkThen(supposed, pair.link);
  if (link !== null && link.state !== 'unlinked') return null;
  const sent = supposed.direction !== 'to_crm';
  return {
    appointment_id: pair.appointment_id,
    role: pair.role,
    subject: pair.subject,
    start_at: pair.start_at,
    end_at: pair.end_at,
    all_day: pair.all_day,
    unlinked_reason: link?.unlinked_reason ?? null,
    incarnation: link?.incarnation ?? null,
    lost_tombstone: pair.lost_tombstone,
    delivery: sent ? 'due' : null,
    delivery_reason: sent ? 'first_sync' : null,
  };
}

/** An organiser who is enabled holds the entry alone; a participant gets a copy beside the others. */
function holdersThen(
  { crm_user_id: me, direction }: SupposedMailbox,
  roleOf: ReadonlyMap<number, 'organiser' | 'copy'>,
  row: CrmAppointment,
): CrmAppointment['holders'] {
  const others = row.holders.filter(({ crm_user_id: id }) => id !== me);
  const role = roleOf.get(row.appointment_id);
  // Outside the window it is asked of the row alone: a pair that is linked from before stays what it was.
  const mine =
    role ??
    (row.organiser?.user_id === me ? 'organiser' : row.holders.find((h) => h.crm_user_id === me)?.role);
  if (direction === 'to_crm' || mine === undefined) return others;
  if (!row.present || row.deleted || optOutOf(row) !== null || !takesPart(row)) return [];
  const entry = { crm_user_id: me, role: mine };
  return mine === 'organiser' ? [entry] : [...others, entry];
}
