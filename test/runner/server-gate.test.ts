/** A fault of the whole Domino server: told once, nobody else tried, and one item that is never answered stops nobody. */
import { pino } from 'pino';
import type { CrmDatabase } from '../../src/crm/contract.ts';
import { runCycle } from '../../src/runner/cycle.ts';
import { DominoError, type DominoServer } from '../../src/domino/port.ts';
import { createServerGate, type ServerGate } from '../../src/runner/server-gate.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let lines: { level: number; msg: string; reason?: string }[];
let now: number;
let gate: ServerGate;

beforeEach(async () => {
  two = await openTwoSides({ users: 4 });
  lines = [];
  now = 0;
  gate = createServerGate({ crm: two.sides.crm, domino: two.sides.domino, log, clock: () => now });
});
afterEach(() => two.close());

const log = pino(
  { level: 'info' },
  { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) },
);
const cycle = (crm: CrmDatabase = two.sides.crm, domino: DominoServer = two.sides.domino) =>
  runCycle({
    crm,
    domino,
    log,
    stopping: new AbortController().signal,
    parallel: 2,
    kind: 'run',
    gate,
  });
const told = () => lines.filter(({ level }) => level >= 40).map(({ msg }) => msg);
/** The server, but that it never answers a read of these entries; how long that takes is left out. */
const deafTo = (uids: readonly string[]): DominoServer => ({
  ...two.sides.domino,
  mailFile: (path, owner) => {
    const mailFile = two.sides.domino.mailFile(path, owner);
    const silence = { scope: 'server', transient: true } as const;
    return {
      ...mailFile,
      read: (key, options) =>
        uids.includes(key.uid)
          ? Promise.reject(new DominoError('domino_unreachable', 'no answer in time', silence))
          : mailFile.read(key, options),
    };
  },
});
const due = () => two.sides.vendor.query('update domino_sync.sync_user set next_poll_at = now()');
const health = async () =>
  (await two.sides.vendor.query<{ health: string }>('select health from domino_sync.sync_user')).rows.map(
    (row) => row.health,
  );
const serverOf = async () => {
  const { runners } = await two.sides.crm.syncStatus();
  return runners.find(({ alive }) => alive);
};
const requests = () => two.sides.standIn.requests.entries.length;

test('an overloaded server is told once, and asked nothing but one question until it answers', async () => {
  two.sides.standIn.faults.add({ effect: 'unavailable', retryAfterSeconds: 20, times: 'always' });
  await cycle();
  expect(told()).toEqual([expect.stringMatching(/^Domino is paused: .*503/)]);
  expect(await serverOf()).toMatchObject({ domino_reason: 'domino_unreachable' });
  expect(gate.closed()?.seconds).toBeGreaterThanOrEqual(20);

  await due();
  const before = requests();
  await cycle();
  expect(requests()).toBe(before);

  now += 3_600_000;
  two.sides.standIn.faults.clear();
  await due();
  await cycle();
  expect(gate.closed()).toBeNull();
  expect(told()).toHaveLength(1);
  expect(await serverOf()).toMatchObject({
    domino_reason: null,
    domino_detail: null,
    domino_paused_until: null,
  });
  expect(new Set(await health())).toEqual(new Set(['ok']));
});

test('an expired password pauses the server and says so once', async () => {
  two.sides.standIn.faults.add({ effect: 'wrong password', times: 'always' });
  await cycle();
  await due();
  await cycle();
  expect(told()).toEqual([expect.stringContaining('Domino is paused')]);
  expect(await serverOf()).toMatchObject({ domino_reason: 'domino_login' });
});

test('one item that is never answered stops neither its mailbox nor the server', async () => {
  const [anna] = two.world.users;
  const at = two.world.at(3, 9);
  await cycle();
  two.sides.standIn.faults.add({ effect: 'drop before', on: ['create'] });
  for (const subject of ['Never answered', 'Its neighbour'])
    await two.world.crm.createAppointment(anna!.userId, { subject, start: at.wall, end: at.wall });
  await cycle();
  expect(two.world.calendarEntries(anna!, 'Its neighbour')).toHaveLength(1);
  expect(gate.closed()).toBeNull();
  expect(new Set(await health())).toEqual(new Set(['ok']));
});

test('one entry that is never answered stops nobody; the next in the same cycle stops its mailbox only', async () => {
  const [anna, bert] = two.world.users;
  const at = two.world.at(3, 9);
  const end = two.world.at(3, 10).utc;
  for (const subject of ['First', 'Second', 'Third'])
    two.world.notes(anna!).createAppointment({ subject, start: at.utc, end });
  two.world.notes(bert!).createAppointment({ subject: 'Of another', start: at.utc, end });
  // The client repeats a read that was cut off, so each silence is several.
  const deaf = two.sides.standIn.faults.add({
    effect: 'drop before',
    on: ['read'],
    mailFile: anna!.mailFile,
    times: 'always',
  });
  await due();
  await cycle();
  expect(await two.world.bySubject('Of another')).toHaveLength(1);
  expect(gate.closed()).toBeNull();
  expect((await health()).sort()).toEqual(['ok', 'ok', 'ok', 'paused']);
  deaf.remove();
  await two.sides.vendor.query(
    "update domino_sync.sync_user set health = 'ok'; update domino_sync.inbound_parked set next_attempt_at = now()",
  );
  await two.world.settle();
  for (const subject of ['First', 'Second', 'Third'])
    expect(await two.world.bySubject(subject)).toHaveLength(1);
});

test.each([
  ['in a mailbox in step', false],
  ['in a first comparison', true],
])('several entries that are never answered stop none of their neighbours, %s', async (_text, first) => {
  const [anna] = two.world.users;
  const at = two.world.at(3, 9);
  const make = (subject: string) =>
    two.world.notes(anna!).createAppointment({ subject, start: at.utc, end: two.world.at(3, 10).utc });
  if (!first) await cycle();
  const twins = ['Deaf 1', 'Deaf 2', 'Deaf 3'];
  for (const subject of first ? twins : [])
    await two.world.crm.createAppointment(anna!.userId, {
      subject,
      start: at.wall,
      end: two.world.at(3, 10).wall,
    });
  const deaf = twins.map(make);
  make('Heard');
  // The only one of the list that looks like something in the CRM, and can be read.
  await two.world.crm.createAppointment(anna!.userId, {
    subject: 'Heard',
    start: two.world.at(5, 9).wall,
    end: two.world.at(5, 10).wall,
  });
  two.world.notes(anna!).createAppointment({
    subject: 'Heard',
    start: two.world.at(5, 9).utc,
    end: two.world.at(5, 10).utc,
  });
  for (let i = 0; i < 2; i += 1) {
    await due();
    await cycle(two.sides.crm, deafTo(deaf));
  }
  expect(await health()).toEqual(['ok', 'ok', 'ok', 'ok']);
  expect(await two.world.bySubject('Heard')).toHaveLength(first ? 2 : 3);
  // Twins that are held wait for no time: to set one would say that they are items of their own.
  await two.sides.vendor.query(
    'update domino_sync.inbound_parked set next_attempt_at = now() where next_attempt_at is not null',
  );
  await two.world.settle();
  for (const subject of twins) {
    expect(await two.world.bySubject(subject)).toHaveLength(1);
    expect(two.world.calendarEntries(anna!, subject)).toHaveLength(1);
  }
});
