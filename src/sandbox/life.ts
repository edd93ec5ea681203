/** Life in the sandbox: CRM users and Notes users who keep editing at random, each edit told in one line. */
import type pg from 'pg';
import { createCrmUserActions } from './crm/crm-user-actions.ts';
import { createRandom } from './crm/random.ts';
import type { SampleUser } from './crm/sample-people.ts';
import { wallNow, wallText } from './crm/wall-time.ts';
import type { DominoStandIn } from './domino-stand-in/index.ts';

export interface LifeOptions {
  /** Connected as Sage's own login. */
  pool: pg.Pool;
  standIn: DominoStandIn;
  users: readonly SampleUser[];
  timeZone: string;
  /** Milliseconds between two edits, on average. */
  paceMs: number;
  seed: number;
  tell: (line: string) => void;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TOPICS = [
  'Budget',
  'Angebot',
  'Roadmap',
  'Demo',
  'Interview',
  'Contract',
  'Workshop',
  'Quarterly review',
];

/** Starts editing; `stop` ends after the edit in hand. */
export function startLife(options: LifeOptions): { stop: () => Promise<void> } {
  const { pool, standIn, users, timeZone, tell } = options;
  const random = createRandom(options.seed);
  const crm = createCrmUserActions({ pool, ids: 'identity', timeZone });
  /** Appointments life made in the CRM and uids it made in Notes, so that everybody edits what is his own. */
  const inCrm: { id: number; user: SampleUser; subject: string }[] = [];
  const inNotes: { uid: string; user: SampleUser; subject: string }[] = [];
  let number = 0;

  const topic = () => `${random.pick(TOPICS)} #${(number += 1)}`;
  /** A whole hour in the next three weeks. */
  const soon = (nowMs: number) => nowMs - (nowMs % HOUR) + random.int(1, 21) * DAY + random.int(-6, 6) * HOUR;
  const wall = (start: number) => ({ start: wallText(start), end: wallText(start + HOUR) });
  const utc = (start: number) => ({ start: zulu(start), end: zulu(start + HOUR) });
  const shown = (text: string) => `${text.slice(8, 10)}.${text.slice(5, 7)}. ${text.slice(11, 16)}`;

  const acts: (readonly [number, () => Promise<void> | void])[] = [
    [
      4,
      async () => {
        const user = random.pick(users);
        const others = random.chance(0.5) ? random.sample(users, 2).filter((other) => other !== user) : [];
        const subject = topic();
        const times = wall(soon(wallNow(new Date(), timeZone)));
        const id = await crm.createAppointment(
          user.userId,
          { subject, ...times, location: 'Board room', note: 'Made in the CRM.', reminderMinutes: 15 },
          others.map((other) => ({ userId: other.userId })),
        );
        inCrm.push({ id, user, subject });
        tell(
          `CRM    ${user.name} creates "${subject}" ${shown(times.start)}${others.length ? ` with ${others.map((o) => o.name).join(', ')}` : ''} (${id})`,
        );
      },
    ],
    [
      3,
      async () => {
        const one = pick(inCrm);
        if (!one) return;
        const times = wall(soon(wallNow(new Date(), timeZone)));
        await crm.moveAppointment(one.user.userId, one.id, times.start, times.end);
        tell(`CRM    ${one.user.name} moves "${one.subject}" to ${shown(times.start)} (${one.id})`);
      },
    ],
    [
      1,
      async () => {
        const one = take(inCrm);
        if (!one) return;
        await crm.deleteAppointment(one.user.userId, one.id);
        tell(`CRM    ${one.user.name} deletes "${one.subject}" (${one.id})`);
      },
    ],
    [
      4,
      () => {
        const user = random.pick(users);
        const subject = topic();
        const times = utc(soon(Date.now()));
        const entry = { subject, ...times, location: 'Notes room', body: 'Made in Notes.' };
        const guest = random.pick(users);
        const meeting = random.chance(0.4) && guest !== user;
        const notes = standIn.notesUser(user.email);
        const uid = meeting
          ? notes.createMeeting({ ...entry, invitees: [guest.email] })
          : notes.createAppointment(entry);
        inNotes.push({ uid, user, subject });
        tell(
          `Notes  ${user.name} creates "${subject}" ${shown(times.start)} UTC${meeting ? ` with ${guest.name}` : ''}`,
        );
      },
    ],
    [
      3,
      () => {
        const one = pick(inNotes);
        if (!one) return;
        const times = utc(soon(Date.now()));
        standIn.notesUser(one.user.email).move({ uid: one.uid, ...times });
        tell(`Notes  ${one.user.name} moves "${one.subject}" to ${shown(times.start)} UTC`);
      },
    ],
    [
      1,
      () => {
        const one = take(inNotes);
        if (!one) return;
        standIn.notesUser(one.user.email).delete({ uid: one.uid });
        tell(`Notes  ${one.user.name} deletes "${one.subject}"`);
      },
    ],
  ];

  const pick = <T>(list: readonly T[]): T | undefined => (list.length === 0 ? undefined : random.pick(list));
  const take = <T>(list: T[]): T | undefined =>
    list.splice(random.int(0, Math.max(0, list.length - 1)), 1)[0];

  let stopped = false;
  let wake: () => void = () => {};
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const living = (async () => {
    while (!stopped) {
      await pause(options.paceMs * (0.5 + random.int(0, 100) / 100));
      if (stopped) return;
      try {
        await random.weighted(acts)();
      } catch (error) {
        // The other side may have deleted it meanwhile: that is life, and worth a line.
        tell(`       (not done: ${error instanceof Error ? error.message : String(error)})`);
      }
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      wake();
      await living;
    },
  };
}

const zulu = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}Z`;
