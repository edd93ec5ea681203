/**
 * Domino's own scheduling: invitations, reschedules, cancellations and replies. People of the stand-in get the notice into
 * their mail file; for everybody the notice is recorded in the outbox, as mail that left.
 */
import { abbreviated } from './directory.ts';
import type { MailFile } from './mail-file.ts';
import { isoInstant } from './dates.ts';
import type { CalendarEntry, EntryFields, Notice, NoticeType } from './model.ts';
import { findOccurrence, instanceFields } from './series.ts';
import type { World } from './world.ts';

interface Message {
  noticeType: NoticeType;
  uid: string;
  recurrenceId: string | null;
  fields: EntryFields;
  series: Notice['series'];
  zones: Notice['zones'];
  chair: string;
  chairEmail: string;
  broadcast: boolean;
  comments: string | null;
}

const copy = <T>(value: T): T => structuredClone(value);

const mailFileOf = (world: World, email: string): MailFile | undefined => {
  const user = world.directory.find(email);
  return user === undefined ? undefined : world.mailFile(user.mailFile);
};

const send = (world: World, from: MailFile, to: string, message: Message): Notice | null => {
  const target = mailFileOf(world, to);
  const now = world.now();
  world.outbox.push({
    at: isoInstant(now),
    noticeType: message.noticeType,
    mailFile: from.state.path,
    from: from.state.ownerEmail,
    to,
    uid: message.uid,
    recurrenceId: message.recurrenceId,
    summary: message.fields.summary,
    comments: message.comments,
    deliveredTo: target?.state.path ?? null,
  });
  if (target === undefined) return null;
  const notice: Notice = {
    ...copy(message),
    unid: world.ids.unid(now),
    noteId: world.ids.noteId(),
    created: now,
    modified: now,
    from: from.state.ownerName,
    processed: false,
    readBy: [],
  };
  target.addNotice(notice);
  return notice;
};

const messageOf = (
  entry: CalendarEntry,
  noticeType: NoticeType,
  recurrenceId: string | null,
  comments: string | null,
): Message => {
  const occurrence =
    recurrenceId === null
      ? undefined
      : entry.series?.occurrences.find((one) => one.recurrenceId === recurrenceId);
  return {
    noticeType,
    uid: entry.uid,
    recurrenceId,
    fields: occurrence === undefined ? entry.fields : instanceFields(entry, occurrence),
    series: recurrenceId === null ? entry.series : null,
    zones: entry.zones,
    chair: entry.chair,
    chairEmail: entry.chairEmail,
    broadcast: entry.broadcast,
    comments,
  };
};

/** True for the owner's own meeting, whose changes concern others. */
export const isChair = (mailFile: MailFile, entry: CalendarEntry): boolean =>
  entry.noticeType === null && entry.chairEmail.toLowerCase() === mailFile.state.ownerEmail.toLowerCase();

/** Sends a notice about the chair's meeting, to the given people or all invitees. */
export const notify = (
  world: World,
  mailFile: MailFile,
  entry: CalendarEntry,
  noticeType: 'I' | 'U' | 'E' | 'C',
  options: { to?: readonly string[]; recurrenceId?: string | null; comments?: string | null } = {},
): void => {
  const recurrenceId = options.recurrenceId ?? null;
  const message = messageOf(entry, noticeType, recurrenceId, options.comments ?? null);
  const receivers = options.to ?? message.fields.attendees.map((attendee) => attendee.email);
  for (const to of receivers) {
    const notice = send(world, mailFile, to, message);
    const target = mailFileOf(world, to);
    if (notice === null || target === undefined) continue;
    if (notice.noticeType === 'E') target.touch(notice, world.now());
    if (world.knobs.autoProcess && notice.noticeType !== 'I') processNotice(world, target, notice);
  }
};

/** Puts an update or cancellation into effect in the invitee's mail file. */
export const processNotice = (world: World, mailFile: MailFile, notice: Notice): void => {
  const now = world.now();
  notice.processed = true;
  mailFile.touch(notice, now);
  const entry = mailFile.entry(notice.uid);
  if (entry === undefined) {
    // A cancellation also answers the invitation nobody looked at.
    if (notice.noticeType === 'C') {
      for (const other of mailFile.state.notices) if (other.uid === notice.uid) other.processed = true;
    }
    return;
  }
  if (notice.recurrenceId === null) {
    if (notice.noticeType === 'C') mailFile.removeEntry(entry, now);
    else {
      entry.fields = copy(notice.fields);
      entry.series = copy(notice.series);
      mailFile.touch(entry, now);
    }
    return;
  }
  const occurrence = findOccurrence(entry, notice.recurrenceId);
  if (occurrence === undefined) return;
  if (notice.noticeType === 'C') occurrence.deleted = true;
  else occurrence.override = copy(notice.fields);
  mailFile.touch(entry, now);
};

/** The notice as the invitee's client sends it: the meeting at the time he would rather have. */
export const propose = (
  world: World,
  mailFile: MailFile,
  about: CalendarEntry | Notice,
  times: Pick<EntryFields, 'start' | 'end'>,
  comments: string | null,
): void => {
  const fields = { ...copy(about.fields), ...times };
  const { uid, zones, chair, chairEmail } = about;
  send(world, mailFile, about.chairEmail, {
    noticeType: 'T',
    ...{ uid, zones, chair, chairEmail, fields, comments },
    recurrenceId: null,
    series: null,
    broadcast: false,
  });
};

/** The chair keeps his time: whoever proposed another is told, and his invitation waits as before [inferred]. */
export const declineProposal = (world: World, mailFile: MailFile, proposal: Notice): void => {
  const proposer = world.directory.find(proposal.from);
  if (proposer === undefined) return;
  send(world, mailFile, proposer.email, { ...copy(proposal), noticeType: 'J' });
  const target = world.mailFile(proposer.mailFile);
  const invitation = target?.state.notices.find(
    ({ uid, noticeType, from }) => uid === proposal.uid && noticeType === 'T' && from !== proposal.from,
  );
  if (target === undefined || invitation === undefined) return;
  invitation.noticeType = 'I';
  invitation.processed = false;
  target.touch(invitation, world.now());
};

export type Answer = 'accept' | 'tentative' | 'decline';

const LETTER = { accept: 'A', tentative: 'P', decline: 'R' } as const;
const RESPONSE = { accept: 'accepted', tentative: 'tentative', decline: 'declined' } as const;

const reply = (
  world: World,
  mailFile: MailFile,
  about: CalendarEntry | Notice,
  answer: Answer,
  recurrenceId: string | null,
  comments: string | null,
): void => {
  if (about.broadcast) return;
  const now = world.now();
  const message: Message = {
    noticeType: LETTER[answer],
    uid: about.uid,
    recurrenceId,
    fields: about.fields,
    series: null,
    zones: about.zones,
    chair: about.chair,
    chairEmail: about.chairEmail,
    broadcast: false,
    comments,
  };
  send(world, mailFile, about.chairEmail, message);
  const chairFile = mailFileOf(world, about.chairEmail);
  const chairEntry = chairFile?.entry(about.uid);
  if (chairFile === undefined || chairEntry === undefined) return;
  const own = mailFile.state.ownerEmail.toLowerCase();
  const lists = [chairEntry.fields, ...(chairEntry.series?.occurrences ?? []).map((one) => one.override)];
  for (const fields of lists) {
    for (const attendee of fields?.attendees ?? []) {
      if (attendee.email.toLowerCase() === own) attendee.response = RESPONSE[answer];
    }
  }
  if (world.knobs.replyTouchesChair) chairFile.touch(chairEntry, now);
};

/** Answers an invitation or a reschedule: the invitee's copy appears, changes or goes, and the chair gets the reply. */
export const answerNotice = (
  world: World,
  mailFile: MailFile,
  notice: Notice,
  answer: Answer,
  comments: string | null = null,
): void => {
  const now = world.now();
  const existing = mailFile.entry(notice.uid);
  if (answer === 'decline') {
    notice.processed = true;
    mailFile.touch(notice, now);
    if (existing !== undefined && notice.recurrenceId === null) mailFile.removeEntry(existing, now);
  } else if (existing !== undefined) {
    processNotice(world, mailFile, notice);
    existing.noticeType = answer === 'accept' ? 'A' : 'P';
  } else {
    notice.processed = true;
    mailFile.touch(notice, now);
    mailFile.addEntry(acceptedCopy(world, notice, answer));
  }
  reply(world, mailFile, notice, answer, notice.recurrenceId, comments);
};

const acceptedCopy = (world: World, notice: Notice, answer: 'accept' | 'tentative'): CalendarEntry => {
  const now = world.now();
  const organizer = notice.fields.organizer ?? {
    displayName: abbreviated(notice.chair),
    email: notice.chairEmail,
    sentBy: null,
  };
  return {
    uid: notice.uid,
    unid: world.ids.unid(now),
    noteId: world.ids.noteId(),
    madeBy: 'invitation',
    created: now,
    modified: now,
    appointmentType: '3',
    fields: { ...copy(notice.fields), organizer },
    series: copy(notice.series),
    noticeType: answer === 'accept' ? 'A' : 'P',
    chair: notice.chair,
    chairEmail: notice.chairEmail,
    broadcast: notice.broadcast,
    zones: copy(notice.zones),
    items: {},
    readBy: [],
  };
};

/** Answers anew from an accepted copy. */
export const answerEntry = (
  world: World,
  mailFile: MailFile,
  entry: CalendarEntry,
  answer: Answer,
  recurrenceId: string | null,
  comments: string | null = null,
): void => {
  const now = world.now();
  const occurrence = recurrenceId === null ? undefined : findOccurrence(entry, recurrenceId);
  if (answer === 'decline') {
    if (occurrence === undefined) mailFile.removeEntry(entry, now);
    else occurrence.deleted = true;
  } else entry.noticeType = answer === 'accept' ? 'A' : 'P';
  mailFile.touch(entry, now);
  reply(world, mailFile, entry, answer, recurrenceId, comments);
};
