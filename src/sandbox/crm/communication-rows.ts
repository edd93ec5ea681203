/** Turns the idea of a communication into its rows: one in Communication, several in Comm_Link, as Sage writes them. */
import type { Random } from './random.ts';
import type { ExternalPerson, Row } from './sample-people.ts';
import { DAY, MINUTE, wallText } from './wall-time.ts';

export interface Participant {
  userId: number;
  /** cmli_status. */
  status: number | null;
}

export interface Draft {
  type: 'Appointment' | 'Task';
  action: string;
  subject: string;
  /** Wall-clock times of the CRM, see `wall-time.ts`. */
  start: number;
  end: number;
  organiserId: number;
  /** In place of the organiser's user id: null as in old rows, or the address of somebody who is no user. */
  organiserText?: string | null;
  participants: Participant[];
  externals?: ExternalPerson[];
  regarding?: ExternalPerson | null;
  /** Attends without being a Person in the CRM. */
  strangers?: string[];
  columns?: Row;
}

export interface CommunicationRows {
  communication: Row[];
  comm_link: Row[];
}

export interface RowMaker {
  rows: CommunicationRows;
  /** Adds the rows and answers the id. */
  add(draft: Draft): number;
}

const ORGANISER = 6;

/** `now`: wall-clock time; nothing is written later than that. */
export const createRowMaker = (random: Random, now: number): RowMaker => {
  const rows: CommunicationRows = { communication: [], comm_link: [] };

  const stamps = (draft: Draft): { by: number; created: string; updated: string } => {
    const latest = Math.min(draft.start, now) - random.int(10, 600) * MINUTE;
    const created = latest - random.int(0, 30) * DAY;
    const updated = random.chance(0.5) ? created : random.int(created / MINUTE, latest / MINUTE) * MINUTE;
    return { by: draft.organiserId, created: wallText(created), updated: wallText(updated) };
  };

  const reminder = (draft: Draft): Row => {
    if (draft.type === 'Appointment' && random.chance(0.4)) {
      const minutes = random.pick([5, 10, 15, 30, 60, 1440]);
      return { comm_notifytime: wallText(draft.start - minutes * MINUTE), comm_notifydelta: minutes };
    }
    return {};
  };

  const addLinks = (
    id: number,
    draft: Draft,
    stamp: ReturnType<typeof stamps>,
    notifyTime: Row[string],
  ): void => {
    const addLink = (columns: Row): void => {
      rows.comm_link.push({
        cmli_commlinkid: rows.comm_link.length + 1,
        cmli_comm_communicationid: id,
        cmli_createdby: stamp.by,
        cmli_createddate: stamp.created,
        cmli_updatedby: stamp.by,
        cmli_updateddate: stamp.updated,
        cmli_timestamp: stamp.updated,
        cmli_deleted: draft.columns?.['comm_deleted'] ?? null,
        ...columns,
      });
    };
    // What the communication is about stands on the first user's link.
    const regarding: Row =
      draft.regarding == null
        ? {}
        : { cmli_comm_personid: draft.regarding.personId, cmli_comm_companyid: draft.regarding.companyId };
    draft.participants.forEach(({ userId, status }, position) => {
      addLink({
        cmli_comm_userid: userId,
        cmli_status: status,
        cmli_comm_notifytime: notifyTime,
        ...(position === 0 ? regarding : {}),
      });
    });
    for (const person of draft.externals ?? []) {
      addLink({
        cmli_isexternalattendee: 'Y',
        cmli_externalpersonid: person.personId,
        cmli_comm_personid: person.personId,
        cmli_comm_companyid: person.companyId,
        cmli_recipient: person.email,
        cmli_status: random.weighted([
          [6, 0],
          [3, 3],
          [1, 2],
          [1, 4],
        ]),
      });
    }
    for (const address of draft.strangers ?? []) {
      addLink({ cmli_isexternalattendee: 'Y', cmli_recipient: address, cmli_status: 0 });
    }
  };

  const add = (draft: Draft): number => {
    const id = rows.communication.length + 1;
    const stamp = stamps(draft);
    const remind = reminder(draft);
    rows.communication.push({
      comm_communicationid: id,
      comm_type: draft.type,
      comm_action: draft.action,
      comm_status: draft.end < now ? 'Complete' : 'Pending',
      comm_priority: random.weighted([
        [8, 'Normal'],
        [1, 'High'],
        [1, 'Low'],
      ]),
      comm_datetime: wallText(draft.start),
      comm_todatetime: wallText(draft.end),
      comm_subject: draft.subject,
      comm_organizer: draft.organiserText === undefined ? String(draft.organiserId) : draft.organiserText,
      comm_channelid: random.int(1, 6),
      comm_secterr: -2_147_483_640,
      comm_createdby: stamp.by,
      comm_createddate: stamp.created,
      comm_updatedby: stamp.by,
      comm_updateddate: stamp.updated,
      comm_timestamp: stamp.updated,
      ...remind,
      ...draft.columns,
    });
    addLinks(id, draft, stamp, remind['comm_notifytime'] ?? null);
    return id;
  };

  return { rows, add };
};

/** The organiser's own link and those of the users he invited. */
export const participants = (
  random: Random,
  organiserId: number,
  invited: readonly number[],
): Participant[] => [
  { userId: organiserId, status: ORGANISER },
  ...invited
    .filter((userId) => userId !== organiserId)
    .map((userId) => ({
      userId,
      status: random.weighted<number | null>([
        [4, 3],
        [3, 0],
        [2, null],
        [1, 2],
        [1, 4],
      ]),
    })),
];
