/** Of the nasty mailbox: meetings, invitations, series. */
import { hour, left, made, notes, type MailboxOddity } from './cast.ts';

export const NASTY_MEETINGS: readonly MailboxOddity[] = [
  {
    name: 'meeting with oneself twice, a Notes name and somebody outside',
    make: (cast) =>
      notes(cast).createMeeting({
        subject: 'People',
        invitees: [
          cast.anna.email,
          cast.bert.email.toUpperCase(),
          'CN=Nobody/O=Acme',
          'guest@elsewhere.example',
        ],
        ...hour(cast, 4),
      }),
    becomes: made({ comm_subject: 'People' }),
  },
  {
    name: 'invitation that waits for an answer',
    make: (cast) =>
      cast.world
        .notes(cast.dirk)
        .createMeeting({ subject: 'Invitation', invitees: [cast.anna.email], ...hour(cast, 4, 11) }),
    becomes: left('invitation_pending'),
  },
  {
    name: 'accepted invitation of somebody who takes no part',
    make: (cast) => {
      const meeting = { subject: 'Accepted', invitees: [cast.anna.email], ...hour(cast, 4, 12) };
      const uid = cast.world.notes(cast.dirk).createMeeting(meeting);
      notes(cast).accept({ uid });
      return uid;
    },
    becomes: made({ comm_subject: 'Accepted' }),
  },
  {
    name: 'accepted invitation of an enabled colleague',
    make: (cast) => {
      const meeting = { subject: 'Of Bert', invitees: [cast.anna.email], ...hour(cast, 4, 13) };
      const uid = cast.world.notes(cast.bert).createMeeting(meeting);
      notes(cast).accept({ uid });
      return uid;
    },
    becomes: left('invitee_copy'),
  },
  {
    name: 'invitation that was called off before it was answered',
    make: (cast) => {
      const meeting = { subject: 'Called off', invitees: [cast.anna.email], ...hour(cast, 4, 14) };
      const uid = cast.world.notes(cast.dirk).createMeeting(meeting);
      cast.world.notes(cast.dirk).delete({ uid, notify: true });
      return uid;
    },
    // Both notices wait under one uid; either keeps it out.
    becomes: { reason: expect.stringMatching(/^(invitation_pending|cancellation_notice)$/), rows: [] },
  },
  {
    name: 'meeting for which an invitee would rather have another time',
    make: (cast) => {
      const meeting = { subject: 'Countered', invitees: [cast.bert.email], ...hour(cast, 4, 15) };
      const uid = notes(cast).createMeeting(meeting);
      cast.world.notes(cast.bert).counter({ uid, ...hour(cast, 7, 15) });
      return uid;
    },
    becomes: made({ comm_subject: 'Countered' }),
  },
  {
    name: 'series with an instance that moved and one that was deleted',
    make: (cast) => {
      const uid = notes(cast).createSeries({
        subject: 'Weekly',
        rule: 'FREQ=WEEKLY;COUNT=4',
        ...hour(cast, 5),
      });
      const instances = notes(cast)
        .calendar()
        .filter((item) => item.uid === uid);
      notes(cast).moveInstance({
        uid,
        recurrenceId: instances[1]!.recurrenceId!,
        start: cast.world.at(13, 15).utc,
      });
      notes(cast).deleteInstance({ uid, recurrenceId: instances[2]!.recurrenceId! });
      return uid;
    },
    becomes: { reason: 'first_sync', rows: Array(3).fill({ comm_subject: 'Weekly' }) },
  },
  {
    name: 'series of more instances than the CRM takes',
    make: (cast) =>
      notes(cast).createSeries({ subject: 'Daily', rule: 'FREQ=DAILY;COUNT=250', ...hour(cast, 5, 11) }),
    becomes: left('series_too_long'),
  },
];
