/** An entry that has a link already: what both sides did since they agreed, and what the planner makes of it. Pure. */
import type { InboundItem, ItemLink, KnownLink, LinkWrite, MissingItem } from '../crm/contract.ts';
import type { CrmAppointment } from '../item/crm-appointment.ts';
import { itemFromCrm } from '../item/crm-mapping.ts';
import type { DominoSummary } from '../item/domino-entry.ts';
import { itemFromDomino } from '../item/domino-mapping.ts';
import { planPair } from '../item/planner.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import { crmContext, dominoContext, type MailboxContext } from './context.ts';
import { listed, park, type Decision, type Seen } from './inbound-decision.ts';
import { agreed, isInstanceDeletedInNotes, withBase } from './link.ts';
import { crmChangeOf, dominoChangeOf, factsOf, isOptedOut } from './pair-facts.ts';
import { answerChange } from './own-answer.ts';
import { inboundUpdate, mergePair, seenBase, type Pair } from './pair.ts';
import { restoration } from './restore.ts';

/** Replicas of a cluster are minutes behind, not quarters of an hour. */
const OLDER_PATIENCE_SECONDS = 900;

export function decideKnown(
  context: MailboxContext,
  no: number,
  { summary, entry }: Seen,
  link: ItemLink,
  appointment: CrmAppointment,
  known: Pick<KnownLink, 'reason_code'> | undefined,
): Decision {
  if (link.state === 'creating') {
    return { do: 'deliver', appointmentId: link.appointment_id, reason: 'found_in_domino', link: null };
  }
  const looked = listed(summary, { ...link, domino_digest: entry.digest });
  // The mark was taken away: a Notes user wants it in the CRM, whatever became of it there. Or an older state is over.
  const isBack = isInstanceDeletedInNotes(link);
  const returns =
    link.state === 'unlinked' &&
    (['notes_only', 'private_skipped', 'domino_older'].includes(link.unlinked_reason ?? '') || isBack) &&
    !isOptedOut(context, entry);
  // Kept apart on purpose: remember how it looks, so that it is not read at every poll.
  if (link.state === 'unlinked' && !returns) return { do: 'save', link: looked };

  if (context.mailFile.isOlder(entry, link.domino_token)) return decideOlder(context, summary, looked, known);

  const read = itemFromDomino(entry, dominoContext(context));
  if ('refused' in read) return { do: 'park', parked: park(summary, read.refused, read.detail) };
  const domino = read.item;
  const answered = answerChange(context, no, link, appointment, entry, domino);
  if (answered !== null) return { do: 'apply', item: answered };
  const change = dominoChangeOf(context, link, entry);
  const action = planPair(
    crmChangeOf(context, link, appointment),
    returns && change === 'none' ? 'edited' : change,
    factsOf(context, link, appointment, entry),
  );
  switch (action.do) {
    case 'recreate': {
      if (action.on === 'domino') return { do: 'none' };
      const restored = restoration(context, no, link, appointment, entry, domino);
      const item = isBack ? { ...restored, ...BACK_IN_NOTES } : restored;
      return { do: 'apply', item: { ...item, link: listed(summary, item.link) } };
    }
    case 'delete':
      // Who takes the mark away does not ask for a deletion.
      if (returns) return { do: 'save', link: looked };
      return { do: 'deliver', appointmentId: link.appointment_id, reason: action.reason, link: looked };
    case 'unlink':
      return returns
        ? { do: 'save', link: looked }
        : { do: 'unlink', item: unlinking(link, appointment, action.reason) };
    case 'nothing':
      if (!returns && action.reason !== 'already_equal') return { do: 'save', link: looked };
      break;
    case 'update':
    case 'merge':
      break;
    case 'create':
    case 'forget':
      return { do: 'none' };
  }
  const crm = itemFromCrm(appointment, crmContext(context, link.role));
  if ('refused' in crm) return { do: 'park', parked: park(summary, crm.refused, crm.detail) };
  const pair: Pair = { link, role: link.role, appointment, crm: crm.item, entry, domino };
  const merge = mergePair(context, pair);
  if (!returns && merge.toCrm.length === 0 && merge.toDomino.length === 0 && merge.conflicts.length === 0) {
    const base = agreed(context, link, seenBase(pair, merge, crm.item));
    return { do: 'save', link: listed(summary, withBase(link, link.role, link.kind, entry, base)) };
  }
  const item = inboundUpdate(context, no, pair, merge, 'domino_changed');
  return {
    do: 'apply',
    item: {
      ...item,
      link: listed(summary, item.link),
      // A user of direction to_crm gets nothing written; the base keeps what Domino was not told.
      write_back: item.write_back && context.mailbox.direction === 'both',
      action: returns ? 'adopted' : item.action,
    },
  };
}

/**
 * An older state is nobody's edit. A replica that lags behind catches up, so it is waited for; after a restore from a
 * backup it stays, and what the CRM holds is written again.
 */
function decideOlder(
  context: MailboxContext,
  summary: DominoSummary,
  looked: LinkWrite,
  known: Pick<KnownLink, 'reason_code'> | undefined,
): Decision {
  if (known?.reason_code !== 'domino_older') {
    context.older.waiting += 1;
    return { do: 'park', parked: park(summary, 'domino_older', null, OLDER_PATIENCE_SECONDS) };
  }
  context.older.over += 1;
  return { do: 'deliver', appointmentId: looked.appointment_id, reason: 'domino_older', link: looked };
}

/** No edit of one side against a deletion of the other. */
const BACK_IN_NOTES = {
  reason_code: 'domino_created',
  detail: 'deleted in Notes earlier, and there again',
  conflicts: [],
} satisfies Partial<InboundItem>;

/** The CRM's state does not matter: to unlink writes nothing there. */
const unlinking = (link: ItemLink, appointment: CrmAppointment, reason: ReasonCode): MissingItem => ({
  appointment_id: link.appointment_id,
  action: 'unlink',
  fingerprint: null,
  reason_code: reason,
  detail: appointment.present ? null : 'the row is gone from the CRM',
});
