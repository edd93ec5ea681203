/** What the rules of the exercise work with: real writes on both sides, cycles on demand, and looks at both sides. */
import pg from 'pg';
import { runCycle } from '../../runner/cycle.ts';
import { createServerGate } from '../../runner/server-gate.ts';
import { effects, type Counts } from '../../runner/counts.ts';
import { silentLog, type Log } from '../../log.ts';
import { createCrmUserActions, type CrmUserActions } from '../crm/crm-user-actions.ts';
import type { SampleUser } from '../crm/sample-people.ts';
import { wallNow, wallText } from '../crm/wall-time.ts';
import type { CalendarItem, NotesUser } from '../domino-stand-in/index.ts';
import type { BothSides } from '../sandbox.ts';

export interface World {
  sandbox: BothSides;
  /** Acts as users on the screens of Sage CRM. */
  crm: CrmUserActions;
  /** Enabled users. */
  users: SampleUser[];
  /** A CRM user with an address who is not enabled. */
  outsider: { userId: number; email: string };
  notes(user: SampleUser): NotesUser;
  /** One cycle in which every mailbox is pulled. */
  cycle(): Promise<Counts>;
  /** Cycles until one finds nothing to do. */
  settle(): Promise<void>;
  /** A CRM wall time `days` from today at `hour`, with its UTC instant. */
  at(days: number, hour: number): { wall: string; utc: string };
  appointment(id: number): Promise<AppointmentRow | null>;
  /** Live appointments of the CRM with that subject. */
  bySubject(subject: string): Promise<AppointmentRow[]>;
  calendarEntries(user: SampleUser, subject: string): CalendarItem[];
  /** The CRM database as Sage's own login sees it. */
  sage: pg.Pool;
  /** With all rights: to look into our own tables. */
  vendor: pg.Pool;
  close(): Promise<void>;
}

export interface AppointmentRow {
  id: number;
  subject: string;
  /** Wall clock. */
  start: string;
  deleted: number | null;
  organiser: string;
  status: string | null;
}

const MOST_CYCLES = 20;

export function createWorld(sandbox: BothSides, outsider: World['outsider'], log: Log = silentLog()): World {
  const { vendor, standIn, timeZone } = sandbox;
  const sage = sandbox.openSage?.() ?? new pg.Pool({ connectionString: sandbox.sageUrl, max: 2 });
  sage.on('error', () => undefined); // an idle session that ends with the server; queries report their own errors
  const today = wallNow(new Date(), timeZone);
  const midnight = today - (today % 86_400_000);
  const rows = async (where: string, value: unknown): Promise<AppointmentRow[]> => {
    const { rows: found } = await vendor.query<AppointmentRow>(
      `select comm_communicationid as id, comm_subject as subject, to_char(comm_datetime, 'YYYY-MM-DD"T"HH24:MI:SS') as start,
              comm_deleted as deleted, comm_organizer as organiser, comm_status as status
       from communication where ${where} order by 1`,
      [value],
    );
    return found;
  };
  const cycle = async (): Promise<Counts> => {
    // A poll is due now, whatever the pace: an administrator's shortcut that only the exercise takes.
    await vendor.query('update domino_sync.sync_user set next_poll_at = now() where enabled');
    const { counts } = await runCycle({
      crm: sandbox.crm,
      domino: sandbox.domino,
      log,
      stopping: new AbortController().signal,
      parallel: 8,
      kind: 'once',
      gate: createServerGate({ crm: sandbox.crm, domino: sandbox.domino, log }),
    });
    return counts;
  };
  return {
    sandbox,
    crm: createCrmUserActions({ pool: sage, ids: 'identity', timeZone }),
    users: sandbox.users,
    outsider,
    sage,
    vendor,
    close: () => sage.end(),
    notes: (user) => standIn.notesUser(user.email),
    cycle,
    settle: async () => {
      for (let count = 0; count < MOST_CYCLES; count += 1) {
        const counts = await cycle();
        if (effects(counts) === 0 && counts.folded === 0) return;
      }
      throw new Error(`the two sides did not come to rest within ${MOST_CYCLES} cycles`);
    },
    at: (days, hour) => {
      const wall = midnight + days * 86_400_000 + hour * 3_600_000;
      return { wall: wallText(wall), utc: utcOf(wall, timeZone) };
    },
    appointment: async (id) => (await rows('comm_communicationid = $1', id))[0] ?? null,
    bySubject: (subject) => rows(`comm_deleted is null and comm_subject = $1`, subject),
    calendarEntries: (user, subject) =>
      standIn
        .notesUser(user.email)
        .calendar()
        .filter((item) => item.subject === subject && item.noticeType === null),
  };
}

/** The instant at which the clock in `zone` shows `wall`; the exercise keeps away from the hours that clocks change. */
function utcOf(wall: number, zone: string): string {
  const offset = wallNow(new Date(wall), zone) - wall;
  return `${new Date(wall - offset).toISOString().slice(0, 19)}Z`;
}
