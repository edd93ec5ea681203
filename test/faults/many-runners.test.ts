/** Five runners at work while the program is deployed twenty times over: nobody fails, and nothing is written twice. */
import pino from 'pino';
import { deployPostgres } from '../../src/crm/deploy/postgres.ts';
import { openCrmDatabase } from '../../src/crm/open.ts';
import { connectDas } from '../../src/domino/das/connect.ts';
import { startRunner, type RunningRunner } from '../../src/runner/runner.ts';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const RUNNERS = 5;
const DEPLOYMENTS = 20;
const PER_USER = 12;

let two: TwoSides;
const closing: (() => Promise<unknown>)[] = [];
/** What a runner told as a warning or an error. */
const complaints: string[] = [];

const log = pino({ level: 'warn' }, { write: (line: string) => void complaints.push(line) });

beforeAll(async () => {
  two = await openTwoSides({ users: 6, settings: { poll_seconds: '1' } });
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await two.close();
});

async function startOne(): Promise<RunningRunner> {
  const crm = await openCrmDatabase(two.sides.crmUrl);
  const domino = connectDas({ ...two.sides.dominoAccess, todoSweepSeconds: 0 });
  const runner = await startRunner({ crm, domino, log, parallel: 3, rule: '* * * * * *' });
  closing.push(async () => {
    await runner.stop();
    await domino.close();
    await crm.close();
  });
  return runner;
}

const writes = (kind: 'create' | 'update' | 'delete') =>
  two.sides.standIn.requests.entries.filter((one) => one.kind === kind).length;

test('five runners and twenty deployments make each write once, and none of them fails', async () => {
  const { world, sides } = two;
  const made: { id: number; userId: number }[] = [];
  const at = (n: number) => world.at(2 + n, 9);
  const subjectsOf = (state: string) =>
    world.users.flatMap((user) =>
      world
        .notes(user)
        .calendar()
        .filter(({ location }) => location === state),
    ).length;
  for (let i = 0; i < RUNNERS; i += 1) await startOne();
  const deploying = Promise.allSettled(
    Array.from({ length: DEPLOYMENTS }, () =>
      // They wait for each other; on a loaded machine twenty take longer than one waits as a rule.
      deployPostgres({ connectionString: sides.adminUrl, timeoutSeconds: 600 }),
    ),
  );
  for (const user of world.users)
    for (let n = 0; n < PER_USER; n += 1) {
      const form = { subject: `Work ${n}`, start: at(n).wall, end: at(n).wall, location: 'made' };
      made.push({ userId: user.userId, id: await world.crm.createAppointment(user.userId, form) });
    }
  const all = made.length;
  expect(await waitUntil(60_000, () => subjectsOf('made') === all)).toBe(true);
  for (const { id, userId } of made) await world.crm.editAppointment(userId, id, { location: 'moved' });
  expect(await waitUntil(60_000, () => subjectsOf('moved') === all)).toBe(true);
  const idle = async () => {
    const { backlog } = await sides.crm.syncStatus();
    return backlog.due + backlog.waiting + backlog.leased + backlog.parked === 0;
  };
  expect(await waitUntil(30_000, idle)).toBe(true);
  const failed = (await deploying).filter(({ status }) => status === 'rejected');
  expect(failed).toEqual([]);
  expect(complaints).toEqual([]);
  expect({ create: writes('create'), update: writes('update'), delete: writes('delete') }).toEqual({
    create: all,
    update: all,
    delete: 0,
  });
  expect(await world.vendor.query('select from domino_sync.run where error is not null')).toMatchObject({
    rowCount: 0,
  });
}, 240_000);
