/**
 * Proposals of another time. What lies where meanwhile is inferred: the notice stands on the chair's calendar at the proposed
 * time, the meeting stays at its own, and nobody else hears of it before the chair decides (domino.md §1.4, §4.2).
 */
import { changeEntry, movedTo } from './entries.ts';
import type { MailFile } from './mail-file.ts';
import type { CalendarEntry, EntryTime, Notice } from './model.ts';
import type * as input from './notes-user-input.ts';
import { declineProposal, isChair, propose } from './workflow.ts';
import type { World } from './world.ts';

export interface NotesProposals {
  /** As an invitee, from an invitation that waits or an accepted copy: proposes another time. */
  counter(proposal: input.CounterInput): void;
  /** As the chair: the meeting moves there, and its invitees are told. */
  acceptCounter(which: { uid: string }): void;
  declineCounter(which: { uid: string }): void;
}

export const createProposals = (
  world: World,
  mailFile: MailFile,
  entryOf: (uid: string) => CalendarEntry,
  instant: (text: string) => EntryTime,
): NotesProposals => {
  const waiting = (uid: string): Notice => {
    const proposal = mailFile.state.notices.find(
      (notice) => notice.uid === uid && notice.noticeType === 'T' && !notice.processed,
    );
    if (proposal === undefined) throw new RangeError(`nobody proposed another time for ${uid}`);
    return proposal;
  };
  const done = (notice: Notice): void => {
    notice.processed = true;
    mailFile.touch(notice, world.now());
  };
  return {
    counter: ({ uid, start, end, comments }) => {
      const invitation = mailFile.state.notices.find(
        (notice) => notice.uid === uid && !notice.processed && ['I', 'U'].includes(notice.noticeType),
      );
      const times = { start: instant(start), end: instant(end) };
      propose(world, mailFile, invitation ?? entryOf(uid), times, comments ?? null);
      if (invitation === undefined) return;
      invitation.noticeType = 'T';
      invitation.processed = world.knobs.counteredInvitation === 'hidden';
      mailFile.touch(invitation, world.now());
    },
    acceptCounter: ({ uid }) => {
      const proposal = waiting(uid);
      const entry = entryOf(uid);
      const fields = movedTo(structuredClone(entry.fields), proposal.fields.start, proposal.fields.end);
      fields.sequence += 1;
      done(proposal);
      changeEntry(world, mailFile, entry, null, fields, { workflow: isChair(mailFile, entry) });
    },
    declineCounter: ({ uid }) => {
      const proposal = waiting(uid);
      done(proposal);
      declineProposal(world, mailFile, proposal);
    },
  };
};
