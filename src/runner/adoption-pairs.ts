/** Groups of entries and appointments that may belong together: who belongs to whom. Pure but for the reads. */
import type { ItemLink, LinkRole, LinkWrite, UnlinkedAppointment } from '../crm/contract.ts';
import { takesPart, type CrmAppointment } from '../item/crm-appointment.ts';
import { itemFromCrm } from '../item/crm-mapping.ts';
import { keyText, type DominoEntry } from '../item/domino-entry.ts';
import { itemFromDomino } from '../item/domino-mapping.ts';
import { parseSyncUid } from '../item/sync-uid.ts';
import { distance, identityOf, matchTwins, subjectKey, type TwinCandidate } from '../item/twin.ts';
import type { SyncItem } from '../item/sync-item.ts';
import type { Found } from './adoption-list.ts';
import { crmContext, dominoContext, type MailboxContext } from './context.ts';
import { isOwner } from './former-users.ts';
import { newLink } from './link.ts';
import type { Pair } from './pair.ts';
import { optOutOf } from './pair-facts.ts';

export interface Group {
  /** link: moved from another mail file with its uid. key: bears our uid or sync key. twin: looks alike. */
  how: 'link' | 'key' | 'twin';
  appointments: number[];
  /** As the database listed them; one that a key names may be missing. */
  unlinked: ReadonlyMap<number, UnlinkedAppointment>;
  entries: Found[];
}

/** What was read for a group. */
export interface GroupRead {
  rowOf: ReadonlyMap<number, CrmAppointment>;
  /** By `keyText`; what is gone meanwhile is missing. */
  entryOf: ReadonlyMap<string, DominoEntry>;
  /** Entries that could not be read, with the fault. */
  unreadable: ReadonlyMap<string, string>;
  /** Links of the other mail file. */
  links: readonly ItemLink[];
}

export interface FoundPair {
  how: Group['how'];
  found: Found;
  pair: Pair;
}

export interface GroupDecision {
  pairs: FoundPair[];
  /** Nobody can tell them apart: nothing is created or linked, on either side. */
  held: { appointments: number[]; entries: Found[]; text: string } | null;
  /** Made by us for an appointment that this mailbox is not to hold any more. */
  orphans: Found[];
}

interface CrmSide extends TwinCandidate {
  item: SyncItem;
  appointment: CrmAppointment;
  role: LinkRole;
}

interface DominoSide extends TwinCandidate {
  item: SyncItem;
  found: Found;
  entry: DominoEntry;
}

const NOTHING: GroupDecision = { pairs: [], held: null, orphans: [] };

export function decideGroup(context: MailboxContext, group: Group, read: GroupRead): GroupDecision {
  const crm = group.appointments.flatMap((id) => crmSide(context, read.rowOf.get(id)) ?? []);
  const domino = group.entries.flatMap((found) => {
    const entry = read.entryOf.get(keyText(found.summary.key));
    return entry === undefined ? [] : (dominoSide(context, found, entry) ?? []);
  });
  if (group.how !== 'twin') return decideKnown(context, group, read, crm[0], domino);

  const theirs = domino.filter(({ entry }) => !isInviteeCopy(context, entry));
  const fault = group.entries.map(({ summary }) => read.unreadable.get(keyText(summary.key))).find(Boolean);
  if (fault !== undefined && crm.length > 0)
    return {
      ...NOTHING,
      held: held(crm, group.entries, `an entry that looks alike cannot be read: ${fault}`),
    };

  const { pairs, ambiguous } = matchTwins(crm, theirs);
  const unclear = ambiguous.map(
    ({ crm: ours, domino: others }) =>
      `${ours.length} in the CRM (${ours.map(({ id }) => Number(id)).join(', ')}) and ${others.length} in Notes have the same subject, organiser and times`,
  );
  return {
    pairs: pairs.map((match) => ({
      how: group.how,
      found: match.domino.found,
      pair: pairOf(match.crm, match.domino, freshLink(context, group, match.crm, match.domino)),
    })),
    held:
      ambiguous.length === 0
        ? null
        : held(
            ambiguous.flatMap(({ crm: ours }) => ours),
            ambiguous.flatMap(({ domino: others }) => others.map(({ found }) => found)),
            unclear.join('; '),
          ),
    orphans: [],
  };
}

const held = (crm: readonly CrmSide[], entries: readonly Found[], text: string): GroupDecision['held'] => ({
  appointments: crm.map(({ appointment }) => appointment.appointment_id),
  entries: [...entries],
  text,
});

/** A key or a link names the appointment. Of several entries with one key (a To Do copied in Notes) the likest is meant. */
function decideKnown(
  context: MailboxContext,
  group: Group,
  { links, unreadable }: GroupRead,
  crm: CrmSide | undefined,
  domino: readonly DominoSide[],
): GroupDecision {
  if (crm === undefined) {
    // A link of the other mail file stays as it is.
    const orphans = group.how === 'key' ? group.entries : [];
    return { ...NOTHING, orphans: orphans.filter(({ summary }) => !unreadable.has(keyText(summary.key))) };
  }
  const [best] = [...domino].sort(
    (a, b) => distance(crm.item, a.item) - distance(crm.item, b.item) || (a.id < b.id ? -1 : 1),
  );
  if (best === undefined) return NOTHING;
  if (group.how === 'key' && isAnother(context, crm.item, best.item)) {
    const text = `made for appointment ${crm.appointment.appointment_id} of another state of this database, and not like it`;
    return { ...NOTHING, held: held([crm], [best.found], text) };
  }
  const moved = links.find(({ appointment_id: id }) => id === crm.appointment.appointment_id);
  const link: LinkWrite =
    group.how === 'link' && moved !== undefined
      ? { ...moved, state: 'creating' }
      : freshLink(context, group, crm, best);
  return { ...NOTHING, pairs: [{ how: group.how, found: best.found, pair: pairOf(crm, best, link) }] };
}

/**
 * A database that was restored may give an id again that stands in a uid already. Neither subject nor time alike: another
 * appointment. Whether the id was given again cannot be known, so nobody guesses.
 */
const isAnother = ({ mailbox, settings }: MailboxContext, crm: SyncItem, domino: SyncItem): boolean =>
  mailbox.database_identity !== null &&
  mailbox.database_identity !== settings.databaseIdentity &&
  subjectKey(crm.subject) !== subjectKey(domino.subject) &&
  crm.when.start !== domino.when.start;

const pairOf = (crm: CrmSide, domino: DominoSide, link: LinkWrite): Pair => ({
  link,
  role: crm.role,
  appointment: crm.appointment,
  crm: crm.item,
  entry: domino.entry,
  domino: domino.item,
});

/** Nothing is known of what both sides last agreed on: merged without a base, so that nobody loses a text. */
function freshLink(context: MailboxContext, group: Group, crm: CrmSide, domino: DominoSide): LinkWrite {
  const { appointment_id: appointmentId } = crm.appointment;
  const { uid } = domino.entry.key;
  const incarnation = parseSyncUid(domino.entry.syncKey ?? uid)?.incarnation ?? 1;
  const link = newLink({
    appointmentId,
    crmUserId: context.mailbox.crm_user_id,
    role: crm.role,
    item: domino.item,
    uid,
    incarnation: Math.max(incarnation, group.unlinked.get(appointmentId)?.incarnation ?? 1),
    context: dominoContext(context),
  });
  return { ...link, base_item: null, base_hash: null };
}

function crmSide(context: MailboxContext, row: CrmAppointment | undefined): CrmSide | null {
  const role = row === undefined ? null : roleOf(context, row);
  if (row === undefined || role === null) return null;
  const read = itemFromCrm(row, crmContext(context, role));
  if ('refused' in read) return null;
  const { mailbox, settings } = context;
  const own = identityOf(read.item, mailbox.email, settings.crm_time_zone);
  const copied = identityOf(read.item, row.organiser?.email ?? '', settings.crm_time_zone);
  // A participant's copy: the meeting as its organiser invited him, or the plain entry that we would make ourselves.
  const identities = role === 'organiser' || copied === own ? [own] : [copied, own];
  return { id: ordinal(row.appointment_id), identities, item: read.item, appointment: row, role };
}

/** Ids in the order of numbers. */
const ordinal = (id: number): string => String(id).padStart(10, '0');

/** Null when the mailbox is not to hold it. Nothing is meant to go to Domino for a user `to_crm`, and yet it is his. */
function roleOf({ mailbox }: MailboxContext, row: CrmAppointment): LinkRole | null {
  if (!row.present || row.deleted || optOutOf(row) !== null || !takesPart(row)) return null;
  const { crm_user_id: me, direction } = mailbox;
  const holder = row.holders.find(({ crm_user_id: id }) => id === me);
  if (holder !== undefined) return holder.role;
  if (direction !== 'to_crm') return null;
  if (row.organiser?.user_id === me) return 'organiser';
  return row.users.some(({ user_id: id }) => id === me) ? 'copy' : null;
}

function dominoSide(context: MailboxContext, found: Found, entry: DominoEntry): DominoSide | null {
  const read = itemFromDomino(entry, dominoContext(context));
  if ('refused' in read) return null;
  const { mailbox, settings } = context;
  const organiser = entry.organiser?.email ?? mailbox.email;
  const identity = identityOf(read.item, organiser, settings.crm_time_zone);
  const plain = read.item.attendees.length === 0 && organiser.toLowerCase() === mailbox.email.toLowerCase();
  const identities = plain ? [identity, identity] : [identity];
  return { id: keyText(entry.key), identities, item: read.item, found, entry };
}

/** The entry of an organiser who is enabled, or one that we made for him: it is his to be synchronised. */
function isInviteeCopy(context: MailboxContext, entry: DominoEntry): boolean {
  const { mailbox, settings, enabledEmails } = context;
  const ours = parseSyncUid(entry.syncKey ?? entry.key.uid);
  if (ours?.instanceId === settings.instance_id && !isOwner(context, ours.crmUserId)) return true;
  const organiser = entry.organiser?.email.toLowerCase() ?? null;
  return organiser !== null && organiser !== mailbox.email.toLowerCase() && enabledEmails.has(organiser);
}
