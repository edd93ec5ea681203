/**
 * Entries that should be listed and are not. Absence proves nothing: each is asked for, and only Domino's own "not
 * found" counts. Then S4 and S5 decide. Too many at once are an alarm, not a decision.
 */
import type { KnownLink, MailboxReport, MissingItem } from '../crm/contract.ts';
import { keyText, UNLISTED, type DominoSummary, type EntryKey } from '../item/domino-entry.ts';
import type { ItemLink } from '../crm/contract.ts';
import type { MailboxContext } from './context.ts';
import { takeChanges } from './inbound-changes.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import { applyMissing } from './missing.ts';
import { lookForOlderFile } from './older-file.ts';
import { decidePair } from './pair-facts.ts';
import { readRows } from './rows.ts';
import type { RefusedSeries } from './series.ts';
import { weightText } from './weight.ts';

type Alarm = Pick<MailboxReport, 'reason_code' | 'detail'>;

export async function takeMissing(
  context: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  missing: readonly EntryKey[],
  refused: RefusedSeries,
): Promise<Alarm | null> {
  const suspects = missing.filter((key) => known.get(keyText(key))?.state === 'linked');
  if (suspects.length === 0) return null;
  const probed = await context.mailFile.probe(suspects, { signal: context.calls });
  const gone = suspects.filter((key) => probed.get(keyText(key)) === 'gone');
  const moved = suspects.filter((key) => probed.get(keyText(key)) === 'present');
  // Not listed but there: moved out of the window, or a list that lost a row. Read it like any change.
  await takeChanges(
    context,
    known,
    moved.map((key) => unlisted(key)),
    refused,
  );

  // One that was waited for and is gone now is not read again: the wait for it ends here.
  context.older.over += gone.filter((key) => isWaitOver(known.get(keyText(key))!)).length;
  // Where the state is known to be older no witness is asked: it would be over before it was waited for.
  const { older, doubtful } =
    gone.length > 0 && !isAnOlderState(context, known)
      ? await lookForOlderFile(context, known, gone)
      : { older: null, doubtful: [] };
  // Read as any change it is parked, and waited for.
  if (older !== null) await takeChanges(context, known, [unlisted(older)], refused);
  if (gone.length > 0 && isAnOlderState(context, known)) {
    await waitOrMakeAgain(context, gone);
    return null;
  }
  const decided = await decideGone(context, gone);
  const held =
    (await holdDoubtful(context, known, doubtful)) ?? (await holdGone(context, known, gone, decided));
  if (held === null) await carryOut(context, decided);
  return held;
}

/** Nobody can tell whether these were deleted or the mail file came back from a back-up. */
async function holdDoubtful(
  { crm, mailbox, log }: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  doubtful: readonly EntryKey[],
): Promise<Alarm | null> {
  if (doubtful.length === 0) return null;
  const reason: ReasonCode = 'mail_file_older';
  const ids = doubtful.map((key) => known.get(keyText(key))!.appointment_id!);
  const { held } = await crm.holdDeletions(mailbox.crm_user_id, 'to_crm', ids, reason);
  if (held === 0) return null;
  const detail = `the youngest ${held} entries are gone from Domino, and nothing that is left is younger; nothing was deleted`;
  log.error({ reason }, detail);
  return { reason_code: reason, detail };
}

/** Who deletes nothing in the CRM is asked about only when very much is gone. */
async function holdGone(
  context: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  gone: readonly EntryKey[],
  { items }: Decided,
): Promise<Alarm | null> {
  const { crm, mailbox, settings, log } = context;
  const deletes = items.some(({ action }) => action === 'delete');
  if (!deletes && gone.length <= settings.mass_disappearance_count) return null;
  const ids = gone.map((key) => known.get(keyText(key))!.appointment_id!);
  const weighed = await crm.holdDeletions(mailbox.crm_user_id, 'to_crm', ids, null);
  if (weighed.held === 0) return null;
  const detail = `${weightText(context, weighed)} are gone from Domino; nothing was deleted`;
  log.error({ reason: 'mass_disappearance' }, detail);
  return { reason_code: 'mass_disappearance', detail };
}

async function carryOut(context: MailboxContext, { items, again }: Decided): Promise<void> {
  // The delivery finds the entry gone and makes it anew.
  if (again.length > 0) await context.crm.enqueueDelivery(context.mailbox.crm_user_id, again, 'crm_changed');
  await applyMissing(context, items);
}

const isWaitOver = ({ reason_code: reason, retry_due: due }: KnownLink): boolean =>
  reason === 'domino_older' && due;

/** What was made since is gone from an older state as well: no deletion of anybody's. */
const isAnOlderState = ({ older }: MailboxContext, known: ReadonlyMap<string, KnownLink>): boolean =>
  older.waiting + older.over > 0 ||
  [...known.values()].some(
    ({ state, reason_code: reason }) => state === 'linked' && reason === 'domino_older',
  );

async function waitOrMakeAgain(context: MailboxContext, gone: readonly EntryKey[]): Promise<void> {
  const again = context.older.over > 0;
  context.log.warn(
    { reason: 'domino_older' },
    `${gone.length} entries are gone from an older state of the mail file: ${again ? 'made again' : 'waiting'}`,
  );
  if (!again) return;
  const { crm, mailbox } = context;
  const links = await crm.readLinks(
    mailbox.crm_user_id,
    gone.map((key) => ({ uid: key.uid, recurrence_id: key.recurrenceId ?? '' })),
  );
  const linked = links.filter(({ state }) => state === 'linked');
  const ours = linked.filter((link) => isWritten(context, link));
  const ids = ours.map((link) => link.appointment_id);
  if (ids.length > 0) await crm.enqueueDelivery(mailbox.crm_user_id, ids, 'domino_older');
  // Nobody makes these again, so the next look would take them for deleted.
  await applyMissing(
    context,
    linked
      .filter((link) => !isWritten(context, link))
      .map((link) => ({
        appointment_id: link.appointment_id,
        action: 'unlink',
        fingerprint: null,
        reason_code: 'domino_older',
        detail: 'gone from an older state of the mail file, and not ours to make again',
      })),
  );
}

/** Whether CRM → Domino makes such an entry. */
const isWritten = ({ mailbox }: MailboxContext, link: ItemLink): boolean =>
  mailbox.direction !== 'to_crm' && !(link.role === 'copy' && link.kind === 'meeting');

interface Decided {
  items: MissingItem[];
  /** An edit of the CRM outweighs the deletion. */
  again: number[];
}

/** What follows from each. Writes nothing. */
async function decideGone(context: MailboxContext, gone: readonly EntryKey[]): Promise<Decided> {
  const decided: Decided = { items: [], again: [] };
  if (gone.length === 0) return decided;
  const { crm, mailbox } = context;
  const links = await crm.readLinks(
    mailbox.crm_user_id,
    gone.map((key) => ({ uid: key.uid, recurrence_id: key.recurrenceId ?? '' })),
  );
  const { rowOf, unreadable } = await readRows(
    crm,
    links.map((link) => link.appointment_id),
  );
  for (const [id, fault] of unreadable) context.log.warn({ appointment: id, reason: 'crm_refused' }, fault);
  for (const link of links.filter((one) => one.state === 'linked')) {
    // Nothing is concluded from a row that cannot be read; the entry is asked for again at the next poll.
    const appointment = rowOf.get(link.appointment_id);
    if (appointment === undefined) continue;
    const action = decidePair(context, link, appointment, null);
    if (action.do === 'recreate') decided.again.push(link.appointment_id);
    if (action.do !== 'delete' && action.do !== 'unlink' && action.do !== 'forget') continue;
    decided.items.push({
      appointment_id: link.appointment_id,
      action: action.do === 'delete' ? 'delete' : 'unlink',
      fingerprint: appointment.present ? appointment.fingerprint : null,
      reason_code: action.reason,
      detail: null,
    });
  }
  return decided;
}

export const unlisted = (key: EntryKey): DominoSummary => ({
  key,
  digest: UNLISTED,
  noticeType: null,
  subject: '',
  start: null,
});
