/** An entry of Domino that has no link yet: an appointment is made of it, or it is one of ours, a copy, or none of the CRM's. */
import type { InboundItem, KnownLink } from '../crm/contract.ts';
import { crmFieldsFrom, crmItemAfter } from '../item/crm-mapping.ts';
import { keyText, type DominoEntry } from '../item/domino-entry.ts';
import { fieldChanges } from '../item/field-change.ts';
import { itemFromDomino } from '../item/domino-mapping.ts';
import { attendeeChanges } from '../item/people.ts';
import { ORDINARY, planPair } from '../item/planner.ts';
import { shownToOthers } from '../item/privacy.ts';
import { MERGED_FIELDS, type SyncItem } from '../item/sync-item.ts';
import { parseSyncUid } from '../item/sync-uid.ts';
import { crmContext, dominoContext, maskOf, type MailboxContext } from './context.ts';
import { isOwner } from './former-users.ts';
import { heldByAnother } from './group-todos.ts';
import { listed, park, parkCopy, type Decision, type Seen } from './inbound-decision.ts';
import { agreed, newLink, withBase } from './link.ts';
import { ownAnswer } from './own-answer.ts';
import { isOptedOut, isSkipped } from './pair-facts.ts';
import { reasonOf } from './pair.ts';
import { changedInDomino } from './told.ts';
import { isTooOld } from './window.ts';

export function decideNew(
  context: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  no: number,
  { summary, entry, brought }: Seen & { brought: string | null },
): Decision {
  const direction = context.mailbox.direction;
  const action = planPair('absent', isOptedOut(context, entry) ? 'opted_out' : 'edited', {
    ...ORDINARY,
    direction,
    skipped: isSkipped(context, entry),
  });
  if (action.do !== 'create') return { do: 'park', parked: park(summary, action.reason, null) };
  const owner = context.mailbox.email.toLowerCase();
  const ours = parseSyncUid(entry.syncKey ?? entry.key.uid);
  if (ours !== null && ours.instanceId === context.settings.instance_id && !isCopy(known, entry)) {
    return isOwner(context, ours.crmUserId)
      ? { do: 'deliver', appointmentId: ours.appointmentId, reason: 'found_in_domino', link: null }
      : { do: 'park', parked: parkCopy(summary, null) };
  }
  const organiser = entry.organiser?.email.toLowerCase() ?? owner;
  if (organiser !== owner && context.enabledEmails.has(organiser)) {
    // Without an answer that arrived by invitation: put there by him, or by a delegate. Only his own mail file brings it.
    const how =
      summary.noticeType === null
        ? ', who was not seen to invite: it comes from his mail file or not at all'
        : '';
    return { do: 'park', parked: parkCopy(summary, `the meeting of ${organiser}${how}`) };
  }
  const another = heldByAnother(context, entry) ?? brought ?? leftBefore(known, entry);
  if (another !== null) return { do: 'park', parked: park(summary, 'assignee_copy', another) };
  const read = itemFromDomino(entry, dominoContext(context));
  if ('refused' in read) return { do: 'park', parked: park(summary, read.refused, read.detail) };
  if (isTooOld(context, read.item)) return { do: 'park', parked: park(summary, 'too_old', null) };
  return {
    do: 'apply',
    item: inboundCreate(
      context,
      no,
      { summary, entry },
      read.item,
      organiser === owner ? 'organiser' : 'copy',
    ),
  };
}

/** A document that was left to another one stays so, whatever is edited in it, until somebody is disabled or wants it. */
function leftBefore(known: ReadonlyMap<string, KnownLink>, { key, group }: DominoEntry): string | null {
  const before = known.get(keyText(key));
  return group !== undefined && before?.reason_code === 'assignee_copy' && !before.retry_due
    ? 'another document of it was taken'
    : null;
}

/**
 * A To Do that was copied inside Notes still bears the key of its original, which is known under another UNID: it is an
 * item of its own. An original that is being made is not known by its UNID yet.
 */
function isCopy(known: ReadonlyMap<string, KnownLink>, entry: DominoEntry): boolean {
  const ours = entry.syncKey === null ? null : parseSyncUid(entry.syncKey);
  if (ours === null) return false;
  return [...known.values()].some(
    (link) =>
      link.appointment_id === ours.appointmentId &&
      (link.state === 'linked' || link.state === 'unlinked') &&
      link.form === 'todo' &&
      link.domino_uid !== entry.key.uid,
  );
}

/** An appointment made from a Domino entry. An invitee's entry (role copy) names its organiser, who is no enabled user. */
function inboundCreate(
  context: MailboxContext,
  no: number,
  { summary, entry }: Seen,
  item: SyncItem,
  role: 'organiser' | 'copy',
): InboundItem {
  const side = crmContext(context, role);
  const shown = shownToOthers(item, maskOf(context));
  const organiser = role === 'copy' ? shown.organiser : null;
  const { fields, truncated } = crmFieldsFrom({ ...shown, organiser }, MERGED_FIELDS, {
    ...side,
    current: null,
    newTodos: context.settings.tasks === 'sync' ? context.settings.notes_todos : 'appointment',
  });
  const owner = context.mailbox.email.toLowerCase();
  const { add } = attendeeChanges(null, shown);
  const people = [
    ...add.filter((person) => person.email !== owner && person.email !== organiser?.email),
    // Without its organiser it is his own.
    ...(organiser !== null ? ownAnswer(summary, owner) : []),
  ];
  const after = crmItemAfter(null, fields, { add: people, remove: [] }, side);
  const crm = 'item' in after ? after.item : item;
  const link = newLink({
    appointmentId: 0,
    crmUserId: context.mailbox.crm_user_id,
    role,
    item,
    uid: entry.key.uid,
    incarnation: 1,
    context: dominoContext(context),
  });
  return {
    item_no: no,
    appointment_id: null,
    fingerprint: null,
    fields,
    attendees_add: people,
    attendees_remove: [],
    link: listed(
      summary,
      withBase(link, role, item.kind, entry, agreed(context, { base_item: null }, { crm, domino: item })),
    ),
    write_back: false,
    action: 'created',
    ...reasonOf(context.mailbox.first_sync_done ? 'domino_created' : 'first_sync', truncated),
    conflicts: [],
    changes: fieldChanges(null, crm, MERGED_FIELDS),
    ...changedInDomino(entry),
  };
}
