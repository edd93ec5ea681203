/**
 * Who is enabled or disabled later must not bring a second appointment of a group To Do: another document of it may have one
 * already. No item ties the documents together, so they are told by who assigned them to whom and by subject or days, as the pair
 * of the other document last showed them; and only where that question arises: in the first comparison of a mailbox, whose owner
 * may just have been enabled, and of documents that were left to somebody else's before.
 */
import type { ItemLink, KnownLink } from '../crm/contract.ts';
import { keyText } from '../item/domino-entry.ts';
import { itemFromDomino } from '../item/domino-mapping.ts';
import type { SyncItem } from '../item/sync-item.ts';
import { subjectKey } from '../item/twin.ts';
import { dominoContext, type MailboxContext } from './context.ts';
import { othersOf, sameGroup, type NotesPerson } from './group-todos.ts';
import type { Seen } from './inbound-decision.ts';
import { readRows } from './rows.ts';

/** By `keyText` of the documents that must not make another appointment, in words which one there is. Throws CrmError. */
export async function broughtByOthers(
  context: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  seen: readonly Seen[],
): Promise<ReadonlyMap<string, string>> {
  const brought = new Map<string, string>();
  const asked = seen.filter(
    ({ entry }) =>
      entry.group !== undefined &&
      (!context.mailbox.first_sync_done || known.get(keyText(entry.key))?.reason_code === 'assignee_copy'),
  );
  if (asked.length === 0) return brought;
  const pairs = await pairsOf(context, [
    ...new Map(
      asked.flatMap(({ entry }) => othersOf(context, entry.group!)).map((one) => [one.crmUserId, one]),
    ).values(),
  ]);
  const left = new Set(pairs);
  // Those that are alike in both first, so that they do not stand for another.
  for (const alike of [all, any]) {
    for (const { entry } of asked) {
      const key = keyText(entry.key);
      const read = itemFromDomino(entry, dominoContext(context));
      if (brought.has(key) || 'refused' in read) continue;
      const pair = [...left].find(
        ({ item }) => sameGroup(item.group!, entry.group!) && alike(item, read.item),
      );
      if (pair === undefined) continue;
      left.delete(pair);
      brought.set(key, `the CRM has it from ${pair.owner.name} as appointment ${pair.link.appointment_id}`);
    }
  }
  return brought;
}

interface Pair {
  owner: NotesPerson;
  link: ItemLink;
  item: SyncItem;
}

const sameSubject = (a: SyncItem, b: SyncItem): boolean => subjectKey(a.subject) === subjectKey(b.subject);
const sameDays = (a: SyncItem, b: SyncItem): boolean =>
  a.when.start === b.when.start && a.when.end === b.when.end;
const all = (a: SyncItem, b: SyncItem): boolean => sameSubject(a, b) && sameDays(a, b);
const any = (a: SyncItem, b: SyncItem): boolean => sameSubject(a, b) || sameDays(a, b);

/** Their group To Dos that are, or were, pairs with an appointment that is still there. */
async function pairsOf({ crm }: MailboxContext, owners: readonly NotesPerson[]): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const owner of owners) {
    const known = (await crm.listKnown(owner.crmUserId)).filter(
      ({ form, state }) => form === 'todo' && (state === 'linked' || state === 'unlinked'),
    );
    const keys = known.map((link) => ({ uid: link.domino_uid, recurrence_id: link.domino_recurrence_id }));
    const links = keys.length === 0 ? [] : await crm.readLinks(owner.crmUserId, keys);
    for (const link of links) {
      const item = link.base_item?.domino;
      if (item?.group !== undefined) pairs.push({ owner, link, item });
    }
  }
  const { rowOf } = await readRows(
    crm,
    pairs.map(({ link }) => link.appointment_id),
  );
  return pairs.filter(({ link }) => {
    const row = rowOf.get(link.appointment_id);
    return row !== undefined && row.present && !row.deleted;
  });
}
