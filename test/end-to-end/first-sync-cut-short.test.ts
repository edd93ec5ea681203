/** A first synchronisation of random halves, and one that is killed in the middle: each thing ends up once on each side. */
import fc from 'fast-check';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { startCli, type Started } from '../support/cli.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const RUNS = Number(process.env['FIRST_SYNC_RUNS'] ?? 6);

let two: TwoSides;
let started: Started[] = [];
afterEach(async () => {
  for (const one of started) one.child.kill('SIGKILL');
  await Promise.all(started.map((one) => one.ended));
  started = [];
  await two.close();
});

interface Thing {
  kind: 'appointment' | 'all-day' | 'todo' | 'meeting';
  where: 'crm' | 'notes' | 'both';
  /** Things of one subject differ in their times. */
  subject: string;
  day: number;
  hour: number;
}

const half = (instant: string): string =>
  new Date(Date.parse(instant) + 1_800_000).toISOString().replace('.000', '');
const halfWall = (wall: string): string =>
  new Date(Date.parse(`${wall}Z`) + 1_800_000).toISOString().slice(0, 19);

async function make(thing: Thing): Promise<void> {
  const [anna, bert] = two.world.users;
  const { kind, where, subject } = thing;
  const at = two.world.at(thing.day, thing.hour);
  if (where !== 'notes') {
    const date = at.wall.slice(0, 10);
    const times =
      kind === 'all-day'
        ? { start: `${date}T00:00:00`, end: `${date}T23:59:00`, allDay: true }
        : { start: at.wall, end: halfWall(at.wall) };
    await two.world.crm.createAppointment(
      anna!.userId,
      { subject, ...times, ...(kind === 'todo' ? { action: 'ToDo' } : {}) },
      kind === 'meeting' ? [{ userId: bert!.userId }] : [],
    );
  }
  if (where === 'crm') return;
  const notes = two.world.notes(anna!);
  const times = { start: at.utc, end: half(at.utc) };
  if (kind === 'all-day') notes.createAllDay({ subject, date: at.wall.slice(0, 10) });
  else if (kind === 'todo') notes.createTodo({ subject, start: times.start, due: times.end });
  else if (kind === 'meeting') notes.createMeeting({ subject, ...times, invitees: [bert!.email] });
  else notes.createAppointment({ subject, ...times });
}

/** Subject and start of everything, as Anna sees it on either side. */
async function bothSides(prefix: string): Promise<{ crm: string[]; notes: string[] }> {
  const anna = two.world.users[0]!;
  const { rows } = await two.sides.vendor.query<{ line: string }>(
    `select comm_subject || ' ' || case when comm_isalldayevent is null
         then to_char(comm_datetime at time zone $2 at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
         else to_char(comm_datetime, 'YYYY-MM-DD') end as line
     from communication where comm_deleted is null and comm_subject like $1`,
    [`${prefix}%`, two.sides.timeZone],
  );
  const notes = two.world.notes(anna);
  const items = [
    ...notes.calendar().map((one) => `${one.subject} ${one.start}`),
    ...notes.todos().map((one) => `${one.subject} ${one.start}`),
  ];
  return {
    crm: rows.map((row) => row.line).sort(),
    notes: items.filter((one) => one.startsWith(prefix)).sort(),
  };
}

const enable = () => {
  const anna = two.world.users[0]!;
  return two.sides.crm.enableUser({
    crm_user_id: anna.userId,
    mail_file: anna.mailFile,
    notes_name: anna.notesName,
    direction: 'both',
    past_days: null,
  });
};

const thing = fc
  .record({
    kind: fc.constantFrom('appointment' as const, 'all-day' as const, 'todo' as const, 'meeting' as const),
    where: fc.constantFrom('crm' as const, 'notes' as const, 'both' as const, 'both' as const),
    name: fc.constantFrom('A', 'B', 'C'),
    day: fc.integer({ min: 1, max: 400 }),
    hour: fc.integer({ min: 5, max: 20 }),
  })
  // Further ahead than the window Domino is listed only as far as the CRM has something.
  .map((one) => (one.where === 'notes' ? { ...one, day: 1 + (one.day % 360) } : one));

const things = fc.uniqueArray(thing, {
  minLength: 1,
  maxLength: 12,
  selector: ({ name, day }) => `${name}${day}`,
});

test(
  'of random things on either side or both, each is once on each side after the first synchronisation, and after losing any links',
  async () => {
    two = await openTwoSides({ users: 2 });
    let history = 0;
    await fc.assert(
      fc.asyncProperty(things, fc.integer({ min: 1, max: 4 }), async (list, part) => {
        history += 1;
        const prefix = `H${history} `;
        await two.sides.crm.disableUser(two.world.users[0]!.userId);
        for (const { name, ...thing } of list) await make({ ...thing, subject: `${prefix}${name}` });
        await enable();
        await two.world.settle();
        const after = await bothSides(prefix);
        expect(after.crm).toHaveLength(list.length);
        expect(after.notes).toEqual(after.crm);
        await two.sides.vendor.query(`delete from domino_sync.item_link where appointment_id % $1 = 0`, [
          part,
        ]);
        await two.world.settle();
        expect(await bothSides(prefix)).toEqual(after);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  10 * 60_000,
);

test(
  'killed again and again in the middle, the first synchronisation goes on where it was, and nothing is there twice',
  async () => {
    two = await openTwoSides({ users: 2, settings: { poll_seconds: '1' } });
    const subjects = Array.from({ length: 120 }, (_, i) => `K ${i}`);
    for (const [i, subject] of subjects.entries()) {
      const where = (['both', 'both', 'crm', 'notes'] as const)[i % 4]!;
      await make({ kind: i % 5 === 0 ? 'meeting' : 'appointment', where, subject, day: 1 + i, hour: 9 });
    }
    const env = {
      CRM_DATABASE_URL: two.sides.crmUrl,
      DOMINO_URL: two.sides.dominoAccess.url,
      DOMINO_USER: two.sides.dominoAccess.user,
      DOMINO_PASSWORD: two.sides.dominoAccess.password,
    };
    const { requests } = two.sides.standIn;
    for (const [kind, enough] of [
      ['read', 20],
      ['read', 30],
      ['create', 8],
      ['read', 15],
    ] as const) {
      requests.reset();
      const runner = startCli(['run'], env);
      started.push(runner);
      expect(
        await waitUntil(30_000, () => requests.entries.filter((one) => one.kind === kind).length >= enough),
      ).toBe(true);
      runner.child.kill('SIGKILL');
      await runner.ended;
    }
    await two.world.settle();
    const { crm, notes } = await bothSides('K ');
    expect(crm).toHaveLength(subjects.length);
    expect(notes).toEqual(crm);
    const [anna] = (await two.sides.crm.listUsers()).filter((user) => user.enabled);
    expect(anna).toMatchObject({ first_sync_done: true, first_sync_total: null, linked: subjects.length });
  },
  3 * 60_000,
);

test('while it runs, `users list` and `status` tell how far it is', async () => {
  two = await openTwoSides({ users: 2 });
  for (let i = 0; i < 60; i += 1)
    await make({ kind: 'appointment', where: 'both', subject: `P ${i}`, day: 1 + i, hour: 9 });
  const seen: string[] = [];
  const env = { CRM_DATABASE_URL: two.sides.crmUrl };
  const { reportFirstSync } = two.sides.crm;
  // At the first report the other process looks: what it prints is what an administrator sees.
  two.sides.crm.reportFirstSync = async (...call) => {
    await reportFirstSync(...call);
    if (call[1].compared !== 50 || seen.length > 0) return;
    for (const command of [['users', 'list'], ['status']]) {
      const look = startCli(command, env);
      started.push(look);
      seen.push((await look.ended).stdout);
    }
  };
  await two.world.settle();
  expect(seen).toHaveLength(2);
  for (const text of seen)
    expect(text).toContain('first synchronisation: 50 of 60 appointments compared, 50 entries read');
});
