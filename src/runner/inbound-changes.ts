/** Entries that are new in Domino or look changed: read each, decide, apply in one call, park what cannot be applied. */
import type {
  InboundItem,
  InboundOutcome,
  KnownLink,
  LinkWrite,
  MissingItem,
  ParkedItem,
} from '../crm/contract.ts';
import { CrmError } from '../crm/contract.ts';
import {
  keyText,
  UNLISTED,
  type DominoEntry,
  type DominoSummary,
  type EntryKey,
} from '../item/domino-entry.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import { cleanText } from '../item/text.ts';
import type { MailboxContext } from './context.ts';
import { faultOf, retryDelaySeconds } from './faults.ts';
import { broughtByOthers } from './group-todo-pairs.ts';
import { discreet, park, parkCopy, type Decision, type Seen } from './inbound-decision.ts';
import { decideKnown } from './inbound-known.ts';
import { decideNew } from './inbound-new.ts';
import { applyMissing } from './missing.ts';
import { readTogether } from './read-together.ts';
import { readRows } from './rows.ts';
import { withOwnAnswer } from './own-answer.ts';
import type { RefusedSeries } from './series.ts';

/** NoticeType letters of rows that are not entries yet: they cannot be read as such. */
const PENDING_NOTICES: ReadonlyMap<string, ReasonCode> = new Map([
  ['I', 'invitation_pending'],
  ['L', 'invitation_pending'],
  ['U', 'invitation_pending'],
  ['C', 'cancellation_notice'],
  ['T', 'counter_pending'],
]);
/** An item that somebody keeps editing in the CRM is left to the next cycle after so many tries. */
const TRIES = 3;
const DAY_SECONDS = 86_400;

/** Answers those that no list has shown and that are gone: what that means is not decided here. */
export async function takeChanges(
  context: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  changed: readonly DominoSummary[],
  refused: RefusedSeries,
): Promise<EntryKey[]> {
  const parked: ParkedItem[] = [];
  const toRead: DominoSummary[] = [];
  for (const summary of changed) {
    const notice = summary.noticeType === null ? undefined : PENDING_NOTICES.get(summary.noticeType);
    const series = summary.key.recurrenceId === null ? undefined : refused.get(summary.key.uid);
    // Beside the meeting itself it says nothing of it: that stays at its time until the organiser has accepted.
    if (notice === 'counter_pending' && known.get(keyText(summary.key))?.state === 'linked') continue;
    if (notice) parked.push(park(summary, notice, null));
    // What is a pair already stays one: its edits must not be lost because the series grew.
    else if (series !== undefined && known.get(keyText(summary.key))?.state !== 'linked')
      // That a rule got an end shows in no list.
      parked.push(park(summary, series, null, series === 'series_no_end' ? DAY_SECONDS : null));
    else toRead.push(summary);
  }
  const { seen: read, gone } = await readAll(context, toRead, parked);
  let seen = read;
  for (let attempt = 0; seen.length > 0 && attempt < TRIES; attempt += 1) {
    seen = await decideAndApply(context, known, seen, parked);
  }
  if (seen.length > 0) {
    parked.push(...seen.map(({ summary }) => park(summary, 'crm_stale', null, 5)));
  }
  const news = parked.filter((item) => !alreadyParked(known, item));
  context.counts.parked += news.filter((item) => item.retry_after_seconds !== null).length;
  context.counts.toCrm.skipped += news.filter((item) => item.retry_after_seconds === null).length;
  if (parked.length > 0) await context.crm.parkInbound(context.mailbox.crm_user_id, parked);
  return gone;
}

async function readAll(
  context: MailboxContext,
  summaries: readonly DominoSummary[],
  parked: ParkedItem[],
): Promise<{ seen: Seen[]; gone: EntryKey[] }> {
  const { entries, faults, silence } = await readTogether(
    context,
    summaries.map(({ key }) => key),
  );
  for (const [no, { code, text, transient, retryAfterSeconds }] of faults) {
    const delay = transient ? retryDelaySeconds(1, context.random, retryAfterSeconds) : null;
    parked.push(park(summaries[no]!, code, text, delay));
  }
  if (silence !== null) {
    if (parked.length > 0) await context.crm.parkInbound(context.mailbox.crm_user_id, parked);
    throw silence.error;
  }
  const seen: Seen[] = [];
  const gone: EntryKey[] = [];
  for (const [no, summary] of summaries.entries()) {
    const entry = entries[no];
    if (entry) seen.push({ summary, entry: withOwnAnswer(context, summary, entry) });
    // One that was listed is gone since then: the next pull finds it missing.
    else if (entry === null && summary.digest === UNLISTED) gone.push(summary.key);
  }
  return { seen, gone };
}

/** Returns what has to be looked at once more because the CRM's row changed meanwhile. */
async function decideAndApply(
  context: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  seen: readonly Seen[],
  parked: ParkedItem[],
): Promise<Seen[]> {
  const { crm, mailbox } = context;
  const links = await crm.readLinks(
    mailbox.crm_user_id,
    seen.map(({ entry }) => ({ uid: entry.key.uid, recurrence_id: entry.key.recurrenceId ?? '' })),
  );
  const linkOf = new Map(links.map((link) => [`${link.domino_uid}/${link.domino_recurrence_id}`, link]));
  const { rowOf, unreadable } = await readRows(
    crm,
    links.map((link) => link.appointment_id),
  );

  const brought = await broughtByOthers(
    context,
    known,
    seen.filter(({ entry }) => !linkOf.has(`${entry.key.uid}/${entry.key.recurrenceId ?? ''}`)),
  );

  const items: InboundItem[] = [];
  const saves: LinkWrite[] = [];
  const missing: MissingItem[] = [];
  const bySeen = new Map<number, Seen>();
  for (const [no, one] of seen.entries()) {
    const link = linkOf.get(`${one.entry.key.uid}/${one.entry.key.recurrenceId ?? ''}`) ?? null;
    const fault = link === null ? undefined : unreadable.get(link.appointment_id);
    const decision: Decision =
      fault !== undefined
        ? { do: 'park', parked: park(one.summary, 'crm_refused', fault) }
        : guarded(one, () =>
            link === null
              ? decideNew(context, known, no, {
                  ...one,
                  brought: brought.get(keyText(one.entry.key)) ?? null,
                })
              : decideKnown(
                  context,
                  no,
                  one,
                  link,
                  rowOf.get(link.appointment_id)!,
                  known.get(keyText(one.entry.key)),
                ),
          );
    if (decision.do === 'apply') {
      const hidden = context.reconciling && isHidden(known, one);
      items.push(
        hidden ? { ...decision.item, reason_code: 'reconcile' satisfies ReasonCode } : decision.item,
      );
      bySeen.set(no, one);
    } else if (decision.do === 'save') saves.push(decision.link);
    else if (decision.do === 'unlink') missing.push(decision.item);
    else if (decision.do === 'park') parked.push(discreet(decision.parked, one.entry));
    else if (decision.do === 'deliver') {
      await crm.enqueueDelivery(mailbox.crm_user_id, [decision.appointmentId], decision.reason);
      if (decision.link !== null) saves.push(decision.link);
      else parked.push(discreet(park(one.summary, 'found_in_domino', null, DAY_SECONDS), one.entry));
    }
  }
  if (saves.length > 0) await crm.saveLinks(mailbox.crm_user_id, saves);
  await applyMissing(context, missing);
  const outcomes = await applyAll(context, items, (no, fault) => {
    const one = bySeen.get(no)!;
    const refused = { ...park(one.summary, fault.code, fault.text), payload: storable(one.entry) };
    parked.push(discreet(refused, one.entry));
  });
  for (const { item_no: no, outcome, appointment_id: id } of outcomes) {
    // Another invitee's copy of the same meeting has made the appointment already, or did so at this very moment.
    if (outcome === 'duplicate') {
      const { summary, entry } = bySeen.get(no)!;
      const copy = parkCopy(summary, `the CRM has it as appointment ${id}`);
      parked.push(discreet(copy, entry));
    }
  }
  return count(context, items, outcomes).flatMap((no) => bySeen.get(no) ?? []);
}

/** What the list shows as it is known, and was read only because both sides are compared in full. */
function isHidden(known: ReadonlyMap<string, KnownLink>, { summary }: Seen): boolean {
  const link = known.get(keyText(summary.key));
  return (
    link !== undefined && link.retry_due && (summary.digest === '' || summary.digest === link.domino_digest)
  );
}

/** A value that the mapping chokes on parks its entry, not the mailbox. */
function guarded({ summary }: Seen, decide: () => Decision): Decision {
  try {
    return decide();
  } catch (error) {
    const { code, text } = faultOf(error);
    return { do: 'park', parked: park(summary, code, text) };
  }
}

/** One call for all; if the database refuses the data, one call for each, so that a bad item does not stop its neighbours. */
async function applyAll(
  context: MailboxContext,
  items: readonly InboundItem[],
  refuse: (itemNo: number, fault: { code: ReasonCode; text: string }) => void,
): Promise<InboundOutcome[]> {
  if (items.length === 0) return [];
  try {
    return await context.crm.applyInbound(context.mailbox.crm_user_id, items);
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'crm_refused') throw error;
    if (items.length === 1) {
      refuse(items[0]!.item_no, { code: 'crm_refused', text: error.message });
      return [];
    }
    const outcomes: InboundOutcome[] = [];
    for (const item of items) outcomes.push(...(await applyAll(context, [item], refuse)));
    return outcomes;
  }
}

function count(
  context: MailboxContext,
  items: readonly InboundItem[],
  outcomes: readonly InboundOutcome[],
): number[] {
  const stale: number[] = [];
  for (const outcome of outcomes) {
    const item = items.find((one) => one.item_no === outcome.item_no)!;
    if (outcome.outcome === 'stale') stale.push(outcome.item_no);
    if (outcome.outcome === 'stale' || outcome.outcome === 'duplicate') continue;
    context.counts.toCrm[item.action] += 1;
    context.counts.conflicts += item.conflicts.length;
    if (item.action === 'unchanged') continue;
    context.log.info(
      { appointment: outcome.appointment_id, action: item.action, reason: item.reason_code },
      'Domino → CRM',
    );
  }
  return stale;
}

/** The entry without what no database holds (NUL, half characters): what is parked as read must not be refused again. */
const storable = (entry: DominoEntry): unknown =>
  JSON.parse(JSON.stringify(entry), (_key, value: unknown) =>
    typeof value === 'string' ? cleanText(value) : value,
  );

const alreadyParked = (known: ReadonlyMap<string, KnownLink>, item: ParkedItem): boolean => {
  const key = keyText({
    form: item.form,
    uid: item.domino_uid,
    recurrenceId: item.domino_recurrence_id === '' ? null : item.domino_recurrence_id,
  });
  return known.get(key)?.reason_code === item.reason_code;
};
