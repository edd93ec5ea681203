/** What a Domino server does wrong, over a real socket: afterwards both sides agree, nothing is lost and nothing is there twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultEffect, RequestKind } from '../../src/sandbox/domino-stand-in/index.ts';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { openTwoSides, type TwoSides, type TwoSidesOptions } from '../support/two-sides.ts';
import * as changes from './changes.ts';

let two: TwoSides;
afterEach(() => two.close());

const open = async (options: TwoSidesOptions = {}) => {
  two = await openTwoSides({ users: 2, ...options });
  const [anna, bert] = two.world.users as [
    (typeof two.world.users)[number],
    (typeof two.world.users)[number],
  ];
  return { ...two, anna, bert };
};

const recover = () => changes.recover(two);
const everyChange = () => changes.everyChange(two);
const expectInStep = () => changes.expectInStep(two);

const ALL: readonly RequestKind[] = ['list', 'read', 'create', 'update', 'delete', 'since'];

test.each<[string, FaultEffect]>([
  ['is slower than the client waits', { effect: 'slow', ms: 2500 }],
  ['breaks every second connection before it did anything', { effect: 'drop before' }],
  ['commits and never answers', { effect: 'drop after' }],
  ['answers 500', { effect: 'error', status: 500 }],
  ['answers 409/1032, "exists"', { effect: 'error', status: 409, cserror: 1032 }],
  ['cuts its answers off', { effect: 'truncate' }],
  ['answers with nothing at all', { effect: 'empty' }],
  ['writes, and says 500/1026 because its notices failed', { effect: 'notices failed' }],
  ['shows the login page with status 200', { effect: 'login page' }],
  ['asks to come back later', { effect: 'unavailable', retryAfterSeconds: 1 }],
  ['forgets its sessions', { effect: 'expire session' }],
])(
  'a server that %s',
  async (_text, effect) => {
    await open({ das: { answerTimeoutMs: 1000 } });
    const change = await everyChange();
    for (const kind of ALL) two.sides.standIn.faults.add({ ...effect, on: [kind], times: 2 });
    await change();
    await two.world.settle();
    await recover();
    await recover();
    await expectInStep();
  },
  120_000,
);

test.each([-3, 3])('a server whose clock is %i days off', async (days) => {
  await open({ standIn: { clock: () => new Date(Date.now() + days * 86_400_000) } });
  const change = await everyChange();
  await change();
  await two.world.settle();
  await expectInStep();
});

test('a uid that is listed twice is one appointment', async () => {
  const { world, sides, anna } = await open();
  sides.standIn.faults.add({ effect: 'duplicate entry', on: ['list'], times: 'always' });
  const at = world.at(3, 9);
  world.notes(anna).createAppointment({ subject: 'Listed twice', start: at.utc, end: world.at(3, 10).utc });
  await world.settle();
  expect(await world.bySubject('Listed twice')).toHaveLength(1);
});

describe('a mail file that comes back older', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'older-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** A backup, then an edit and a meeting in Notes that reach the CRM, then the backup comes back. */
  const restoreOlder = async () => {
    const { world, sides, anna, bert } = await open();
    const at = (hour: number) => world.at(3, hour).utc;
    const edited = world
      .notes(anna)
      .createAppointment({ subject: 'Edited since', start: at(9), end: at(10) });
    await world.settle();
    const backup = join(directory, 'backup.json');
    await sides.standIn.save(backup);
    // Domino tells whole seconds: the next one has to have begun.
    const second = Math.floor(Date.now() / 1000);
    expect(await waitUntil(3000, () => Math.floor(Date.now() / 1000) > second)).toBe(true);
    world.notes(anna).edit({ uid: edited, location: 'Room 1' });
    world
      .notes(anna)
      .createMeeting({ subject: 'Made since', start: at(11), end: at(12), invitees: [bert.email] });
    await world.settle();
    expect(await world.bySubject('Made since')).toHaveLength(1);
    await sides.standIn.load(backup);
    sides.standIn.clearOutbox();
    return { world, sides, anna };
  };
  const location = async () =>
    (
      await two.sides.vendor.query<{ location: string }>(
        "select comm_location as location from communication where comm_subject = 'Edited since'",
      )
    ).rows[0]?.location;

  test('changes nothing in the CRM while it may still catch up', async () => {
    const { world, anna } = await restoreOlder();
    await world.settle();
    await world.settle();
    expect(await location()).toBe('Room 1');
    expect(await world.bySubject('Made since')).toHaveLength(1);
    expect(world.calendarEntries(anna, 'Edited since')[0]?.location).toBe('');
  });

  test('is written to what the CRM holds when it stays so, and what it showed is kept', async () => {
    const { world, sides, anna } = await restoreOlder();
    await world.settle();
    await recover();
    await recover();
    expect(await location()).toBe('Room 1');
    expect(world.calendarEntries(anna, 'Edited since')[0]?.location).toBe('Room 1');
    expect(world.calendarEntries(anna, 'Made since')).toHaveLength(1);
    expect(await world.bySubject('Made since')).toHaveLength(1);
    const { rows } = await sides.vendor.query('select field, winner from domino_sync.conflict');
    expect(rows).toContainEqual({ field: 'location', winner: 'crm' });
    expect(sides.standIn.outbox).toEqual([]);
  });
});
