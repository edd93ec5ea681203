/** An administrator looks at conflicts and chooses: `conflicts` and `resolve`, and that the choice stays on both sides. */
import type { OpenConflict } from '../../src/crm/contract.ts';
import { listConflicts } from '../../src/commands/conflicts.ts';
import type { Output } from '../../src/commands/output.ts';
import { resolve } from '../../src/commands/resolve.ts';
import { loadConfig, type Config } from '../../src/config.ts';
import type { SampleUser } from '../../src/sandbox/crm/sample-data.ts';
import { runCli } from '../support/cli.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let config: Config;
let anna: SampleUser;
afterEach(() => two.close());

async function open(options: Parameters<typeof openTwoSides>[0] = {}): Promise<void> {
  two = await openTwoSides({ users: 2, ...options });
  config = loadConfig({ env: { CRM_DATABASE_URL: two.sides.crmUrl } });
  anna = two.world.users[0]!;
}

async function said(work: (output: Output) => Promise<unknown>, json = false): Promise<string[]> {
  const lines: string[] = [];
  await work({ json, write: (line) => lines.push(line) });
  return lines;
}
const conflicts = async (id: number | null = null): Promise<OpenConflict[]> =>
  JSON.parse((await said((output) => listConflicts(config, output, id), true)).join('')) as OpenConflict[];
const take = (id: number, ...choices: string[]): Promise<string[]> =>
  said((output) => resolve(config, output, id, choices));

const inCrm = async (id: number) => {
  const { rows } = await two.sides.vendor.query<{ subject: string; location: string; note: string }>(
    `select comm_subject as subject, comm_location as location, comm_note as note
     from communication where comm_communicationid = $1 and comm_deleted is null`,
    [id],
  );
  return rows[0];
};
const inNotes = (uid: string) =>
  two.world
    .notes(anna)
    .calendar()
    .find((entry) => entry.uid === uid);

/** Both sides give one appointment another subject and another place; the policy decides. */
async function contested(policy: string): Promise<{ id: number; uid: string }> {
  await open({ settings: { merge_policy: policy } });
  const { world } = two;
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Talk',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  const { uid } = world.calendarEntries(anna, 'Talk')[0]!;
  world.notes(anna).edit({ uid, subject: 'In Notes', location: 'Notes place' });
  await world.crm.editAppointment(anna.userId, id, { subject: 'In the CRM', location: 'CRM place' });
  await world.settle();
  return { id, uid };
}

test.each([
  ['crm', 'domino', 'In Notes', 'CRM place'],
  ['domino', 'crm', 'In the CRM', 'Notes place'],
  ['newest', 'domino', 'In Notes', null],
  ['newest', 'crm', 'In the CRM', null],
])(
  'under policy %s the subject of side %s is put back on both sides, and stays',
  async (policy, side, subject, location) => {
    const { id, uid } = await contested(policy);
    const before = await inCrm(id);

    await take(id, `subject=${side}`);
    await two.world.settle();
    await two.sides.vendor.query(`update domino_sync.item_link set checked_at = now() - interval '1 year'`);
    await two.world.settle();

    const expected = { subject, location: location ?? before!.location };
    expect(await inCrm(id)).toMatchObject(expected);
    expect(inNotes(uid)).toMatchObject(expected);
    expect((await conflicts(id)).map(({ field }) => field)).toEqual(['location']);
  },
);

test('all fields of an appointment are taken from one side, one of them from the other', async () => {
  const { id, uid } = await contested('domino');
  await take(id, 'crm', 'location=domino');
  await two.world.settle();
  const expected = { subject: 'In the CRM', location: 'Notes place' };
  expect(await inCrm(id)).toMatchObject(expected);
  expect(inNotes(uid)).toMatchObject(expected);
  expect(await conflicts(id)).toEqual([]);
  const { rows } = await two.sides.vendor.query(
    `select field, resolution, resolved_by is not null as by_whom from domino_sync.conflict order by conflict_id`,
  );
  expect(rows).toEqual([
    { field: 'subject', resolution: 'crm', by_whom: true },
    { field: 'location', resolution: 'domino', by_whom: true },
  ]);
  const { rows: told } = await two.sides.vendor.query(
    `select detail, changes from domino_sync.activity where reason_code = 'admin_resolved'`,
  );
  expect(told).toEqual([
    {
      detail: 'location: the value of Notes taken; subject: the value of the CRM taken',
      changes: [{ field: 'subject', before: 'In Notes', after: 'In the CRM' }],
    },
  ]);
});

test('a choice reaches Notes although everything stops right after it was written to the CRM', async () => {
  const { id, uid } = await contested('domino');
  await take(id, 'crm');
  // Domino is away; the runner that finds it so gives up, and so does the next.
  const { knobs } = two.sides.standIn;
  knobs.services.calendar = false;
  await two.world.cycle().catch(() => undefined);
  expect(inNotes(uid)).toMatchObject({ subject: 'In Notes' });
  knobs.services.calendar = true;
  await two.sides.vendor.query(
    `update domino_sync.sync_user set health = 'ok', next_poll_at = now();
     update domino_sync.delivery set next_attempt_at = now(), parked_at = null`,
  );
  await two.world.settle();
  expect(inNotes(uid)).toMatchObject({ subject: 'In the CRM', location: 'CRM place' });
  expect(await inCrm(id)).toMatchObject({ subject: 'In the CRM', location: 'CRM place' });
});

test('a choice made before the decision has reached Notes holds as well', async () => {
  await open({ settings: { merge_policy: 'crm' } });
  const { world } = two;
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Talk',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  const { uid } = world.calendarEntries(anna, 'Talk')[0]!;
  world.notes(anna).edit({ uid, subject: 'In Notes' });
  await world.crm.editAppointment(anna.userId, id, { subject: 'In the CRM' });
  while ((await conflicts(id)).length === 0) await world.cycle();
  await take(id, 'domino');
  await world.settle();
  expect(await inCrm(id)).toMatchObject({ subject: 'In Notes' });
  expect(inNotes(uid)).toMatchObject({ subject: 'In Notes' });
});

test('a field that was edited again is refused, with what both sides hold now, and can be left as it is', async () => {
  const { id } = await contested('domino');
  await two.world.crm.editAppointment(anna.userId, id, { subject: 'Newer' });
  await two.world.settle();
  await expect(take(id, 'crm')).rejects.toMatchObject({
    message: expect.stringMatching(
      /subject: it was edited since .* the CRM shows "Newer", Notes "Newer"/,
    ) as string,
    remedy: expect.stringContaining(`resolve ${id} --take subject=keep`) as string,
  });
  expect(await inCrm(id)).toMatchObject({ subject: 'Newer', location: 'Notes place' });
  expect(await conflicts(id)).toHaveLength(2);

  await take(id, 'subject=keep', 'location=crm');
  await two.world.settle();
  expect(await inCrm(id)).toMatchObject({ subject: 'Newer', location: 'CRM place' });
  expect(await conflicts(id)).toEqual([]);
});

test('the value that won can be confirmed: nothing is written', async () => {
  const { id } = await contested('domino');
  two.sides.standIn.requests.reset();
  expect(await take(id, 'domino')).toContain('The CRM holds this already; nothing was written.');
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect(await conflicts(id)).toEqual([]);
});

test('a time is put back as a whole', async () => {
  await open({ settings: { merge_policy_time: 'domino' } });
  const { world } = two;
  const [at, notes, crm] = [world.at(3, 9), world.at(4, 11), world.at(5, 15)];
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Talk',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  const { uid } = world.calendarEntries(anna, 'Talk')[0]!;
  world.notes(anna).move({ uid, start: notes.utc });
  await world.crm.moveAppointment(anna.userId, id, crm.wall, crm.wall);
  await world.settle();
  expect(await conflicts(id)).toMatchObject([
    { field: 'when', winner: 'domino', decided_by: 'setting merge_policy_time: domino' },
  ]);
  await take(id, 'crm');
  await world.settle();
  expect(await world.appointment(id)).toMatchObject({ start: crm.wall });
  expect(inNotes(uid)).toMatchObject({ start: crm.utc, end: crm.utc });
});

test('the deletion that an edit won over can be taken after all', async () => {
  await open();
  const { world } = two;
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Talk',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  const { uid } = world.calendarEntries(anna, 'Talk')[0]!;
  world.notes(anna).delete({ uid });
  await world.crm.editAppointment(anna.userId, id, { location: 'CRM place' });
  await world.settle();
  expect(world.calendarEntries(anna, 'Talk')).toHaveLength(1);
  expect((await conflicts(id)).map(({ field }) => field)).toEqual(['existence']);
  await take(id, 'existence=domino');
  await world.settle();
  expect(await inCrm(id)).toBeUndefined();
  expect(world.calendarEntries(anna, 'Talk')).toEqual([]);
});

test('a deletion in the CRM that an edit in Notes won over can be taken after all', async () => {
  await open();
  const { world } = two;
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Talk',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  const { uid } = world.calendarEntries(anna, 'Talk')[0]!;
  await world.crm.deleteAppointment(anna.userId, id);
  world.notes(anna).edit({ uid, location: 'Notes place' });
  await world.settle();
  expect(await inCrm(id)).toMatchObject({ location: 'Notes place' });
  expect((await conflicts(id)).map(({ field }) => field)).toContain('existence');
  await take(id, 'existence=crm');
  await world.settle();
  expect(await inCrm(id)).toBeUndefined();
  expect(world.calendarEntries(anna, 'Talk')).toEqual([]);
});

test('a deletion is not taken over an edit that came later', async () => {
  await open();
  const { world } = two;
  const at = world.at(3, 9);
  const id = await world.crm.createAppointment(anna.userId, {
    subject: 'Talk',
    start: at.wall,
    end: at.wall,
  });
  await world.settle();
  world.notes(anna).delete({ uid: world.calendarEntries(anna, 'Talk')[0]!.uid });
  await world.crm.editAppointment(anna.userId, id, { location: 'CRM place' });
  await world.settle();
  await two.sides.vendor.query(
    `update domino_sync.conflict set decided_at = decided_at - interval '1 minute'`,
  );
  await expect(take(id, 'domino')).rejects.toMatchObject({
    message: expect.stringContaining('was saved again') as string,
  });
  expect(await inCrm(id)).toMatchObject({ subject: 'Talk' });
});

test('the list tells newest first what lost, by which setting, and how to take it; a private one keeps its words', async () => {
  const { id } = await contested('domino');
  const lines = await said((output) => listConflicts(config, output, null));
  expect(lines.join('\n')).toContain(`${id} "In Notes", location: Notes won (setting merge_policy: domino)`);
  expect(lines).toContain('    CRM    "CRM place"');
  expect(lines.at(-1)).toBe(`To take the other value: crm-domino-sync resolve ${id} --take location=crm`);

  await two.world.crm.editAppointment(anna.userId, id, { private: true });
  expect((await said((output) => listConflicts(config, output, id))).join('\n')).not.toMatch(
    /CRM place|In Notes/,
  );
  expect(await conflicts(id)).toMatchObject([
    { private: true, subject: null, crm_value: null, domino_value: null },
    { private: true, subject: null, crm_value: null, domino_value: null },
  ]);
  const { rows } = await two.sides.vendor.query(
    'select distinct subject, crm_value, domino_value from domino_sync_report.open_conflicts',
  );
  expect(rows).toEqual([{ subject: null, crm_value: null, domino_value: null }]);
  expect((await two.sides.crm.syncStatus()).conflicts).toEqual({ open: 2 });
});

test.each([
  [['crm', 'nowhere'], 'says nothing'],
  [['subject='], 'says nothing'],
  [[], 'nothing to take'],
  [['status=crm'], 'no open conflict in status'],
])('%j is refused: %s', async (choices, message) => {
  const { id } = await contested('crm');
  await expect(take(id, ...choices)).rejects.toMatchObject({
    message: expect.stringContaining(message) as string,
  });
  expect(await conflicts(id)).toHaveLength(2);
});

test('as typed at a terminal: several choices, JSON, and exit code 1 for what is not open', async () => {
  const { id } = await contested('domino');
  const run = (...args: string[]) =>
    runCli(args, { CRM_DATABASE_URL: two.sides.crmUrl, LOG_LEVEL: 'silent' });
  const status = await run('status');
  expect(status.stdout).toContain('Conflicts  2 decided and not looked at: crm-domino-sync conflicts');
  const ended = await run(
    'resolve',
    String(id),
    '--take',
    'subject=crm',
    '--take',
    'location=keep',
    '--json',
  );
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(ended.stdout)).toMatchObject({
    appointment_id: id,
    take: null,
    fields: { subject: 'crm', location: 'keep' },
  });
  expect((await run('conflicts')).stdout).toBe('No open conflicts.\n');
  const again = await run('resolve', String(id), '--take', 'crm');
  expect(again.code).toBe(1);
  expect(again.stderr).toContain(`appointment ${id} has no open conflict`);
  expect((await run('resolve', String(id))).code).toBe(2);
});
