/** Reconcile: whatever no trigger and no list has told is found, put right, and told; a second one finds nothing. */
import fc from 'fast-check';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { startCli } from '../support/cli.ts';
import { withClient, type TestDatabase } from '../support/database.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];

const open = async (options: Parameters<typeof openTwoSides>[0] = {}) => {
  two = await openTwoSides({ users: 2, ...options });
  const [anna, bert] = two.world.users as [User, User];
  return { ...two, anna, bert };
};

/** Appointments of a user that both sides hold. */
async function fill(user: User, count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const at = two.world.at(2 + i, 9);
    ids.push(
      await two.world.crm.createAppointment(user.userId, {
        subject: `Item ${i}`,
        start: at.wall,
        end: two.world.at(2 + i, 10).wall,
      }),
    );
  }
  await two.world.settle();
  return ids;
}

/** As an import does that bypasses triggers. */
async function unseen(...statements: string[]): Promise<void> {
  const client = await two.database.admin.connect();
  try {
    await client.query('begin');
    await client.query("set local session_replication_role = 'replica'");
    for (const statement of statements) await client.query(statement);
    await client.query('commit');
  } finally {
    client.release();
  }
}

const verification = async () =>
  (
    await two.sides.vendor.query<{ crm_user_id: number; state: string; healed: number; open: number }>(
      `select crm_user_id, state, healed, open_differences as open
       from domino_sync_report.verification order by crm_user_id`,
    )
  ).rows;

async function reconcile(): Promise<{ healed: number; open: number; writes: number }> {
  await two.sides.crm.requestReconcile(null, 'test');
  two.sides.standIn.requests.reset();
  await two.world.settle();
  const found = await verification();
  expect(found.map((one) => one.state)).toEqual(found.map(() => 'verified'));
  return {
    healed: found.reduce((sum, one) => sum + one.healed, 0),
    open: found.reduce((sum, one) => sum + one.open, 0),
    writes: two.sides.standIn.requests.count().write,
  };
}

const NOTHING = { healed: 0, open: 0, writes: 0 };

test('imports that bypass the triggers are found, counted and carried over; a second reconcile writes nothing', async () => {
  const { world, anna } = await open();
  const [edited, deleted, moved] = (await fill(anna, 6)) as [number, number, number];
  const template = await world.appointment(moved);
  await unseen(
    `update communication set comm_subject = 'Edited unseen' where comm_communicationid = ${edited}`,
    `update communication set comm_deleted = 1 where comm_communicationid = ${deleted}`,
    `update communication set comm_location = 'Room unseen' where comm_communicationid = ${moved}`,
    `insert into communication (comm_type, comm_action, comm_subject, comm_datetime, comm_todatetime, comm_organizer, comm_createdby)
     values ('Appointment', 'Meeting', 'Imported', '${template!.start}', '${template!.start}', '${anna.userId}', ${anna.userId})`,
    `insert into comm_link (cmli_comm_communicationid, cmli_comm_userid)
     select comm_communicationid, ${anna.userId} from communication where comm_subject = 'Imported'`,
  );
  expect(await reconcile()).toMatchObject({ healed: 4, open: 0 });
  expect(world.calendarEntries(anna, 'Edited unseen')).toHaveLength(1);
  expect(world.calendarEntries(anna, 'Item 1')).toHaveLength(0);
  expect(world.calendarEntries(anna, 'Item 2')).toMatchObject([{ location: 'Room unseen' }]);
  expect(world.calendarEntries(anna, 'Imported')).toHaveLength(1);
  expect(await reconcile()).toEqual(NOTHING);
});

test('links without a base or without a token are mended without a stray write', async () => {
  const { anna, sides } = await open();
  await fill(anna, 6);
  await sides.vendor.query(
    `update domino_sync.item_link set base_item = null, base_hash = null where appointment_id % 3 = 0`,
  );
  await sides.vendor.query(
    `update domino_sync.item_link set domino_token = null where appointment_id % 3 = 1`,
  );
  expect(await reconcile()).toMatchObject({ open: 0, writes: 0 });
  const { rows } = await sides.vendor.query<{ n: number }>(
    `select count(*)::int as n from domino_sync.item_link where base_item is null or domino_token is null`,
  );
  expect(rows).toEqual([{ n: 0 }]);
  expect(await reconcile()).toEqual(NOTHING);
});

test('an edit in Notes that the list hides is found by the full comparison', async () => {
  const { world, anna, sides } = await open();
  await fill(anna, 3);
  const [entry] = world.calendarEntries(anna, 'Item 0');
  world.notes(anna).edit({ uid: entry!.uid, location: 'Hidden room' });
  // As if the pull that saw it had been recorded and its effect had been lost.
  await world.cycle();
  await unseen(
    `update communication set comm_location = null where comm_subject = 'Item 0'`,
    `update domino_sync.item_link set base_item = jsonb_set(jsonb_set(base_item,
       '{domino,location}', '""'), '{crm,location}', '""'), domino_token = null where domino_uid = '${entry!.uid}'`,
  );
  expect(await reconcile()).toMatchObject({ healed: 1, open: 0, writes: 0 });
  const { rows } = await sides.vendor.query(
    `select comm_location as place from communication where comm_subject = 'Item 0'`,
  );
  expect(rows).toEqual([{ place: 'Hidden room' }]);
  expect(await reconcile()).toEqual(NOTHING);
});

test('while capture is off changes go unseen; switching it on compares every mailbox and closes the gap', async () => {
  const { world, anna, sides } = await open();
  const [id] = await fill(anna, 3);
  await sides.crm.disableCapture('upgrade');
  await world.crm.editAppointment(anna.userId, id!, { subject: 'During the upgrade' });
  await world.settle();
  expect(world.calendarEntries(anna, 'During the upgrade')).toHaveLength(0);
  await sides.crm.enableCapture();
  await world.settle();
  expect(world.calendarEntries(anna, 'During the upgrade')).toHaveLength(1);
  expect(await sides.crm.captureState()).toMatchObject({ open_gap: null, unreconciled_gaps: 0 });
});

test('triggers disabled by hand are told once, and what was changed meanwhile is found when they are back', async () => {
  const { world, anna, sides, database } = await open();
  const [id] = await fill(anna, 3);
  await database.admin.query('alter table communication disable trigger domino_sync_communication_update');
  expect(await sides.crm.watchCapture()).toMatchObject({
    outcome: 'opened',
    detail: 'domino_sync_communication_update disabled',
  });
  expect(await sides.crm.watchCapture()).toMatchObject({ outcome: 'off' });
  await world.crm.editAppointment(anna.userId, id!, { subject: 'Unseen' });
  await database.admin.query('alter table communication enable trigger domino_sync_communication_update');
  expect(await sides.crm.watchCapture()).toMatchObject({ outcome: 'closed', detail: null });
  expect(await sides.crm.watchCapture()).toMatchObject({ outcome: 'on' });
  await world.settle();
  expect(world.calendarEntries(anna, 'Unseen')).toHaveLength(1);
  expect(await sides.crm.captureState()).toMatchObject({ open_gap: null, unreconciled_gaps: 0 });
});

test('a mailbox that was not verified for reconcile_days is compared by itself, and never with 0', async () => {
  const { world, anna, sides } = await open();
  await fill(anna, 1);
  const long = `update domino_sync.sync_user set first_sync_done_at = now() - interval '8 days', verified_at = null`;
  await sides.crm.changeSetting('reconcile_days', '0');
  await sides.vendor.query(long);
  await world.settle();
  expect((await verification()).map(({ state }) => state)).toEqual([
    'first comparison only',
    'first comparison only',
  ]);
  await sides.crm.changeSetting('reconcile_days', '7');
  await world.settle();
  expect((await verification()).map(({ state }) => state)).toEqual(['verified', 'verified']);
});

test('what cannot be put right is told as an open difference', async () => {
  const { world, anna } = await open();
  const [id] = await fill(anna, 2);
  await unseen(
    `update communication set comm_todatetime = comm_datetime - interval '1 day' where comm_communicationid = ${id}`,
  );
  await world.settle();
  expect(await reconcile()).toMatchObject({ healed: 0, open: 1, writes: 0 });
});

test('another database than at the last pull is compared in full, and told', async () => {
  const { world, anna, sides } = await open();
  const [id] = await fill(anna, 2);
  await unseen(`update communication set comm_subject = 'Older' where comm_communicationid = ${id}`);
  await sides.vendor.query(`update domino_sync.sync_user set database_identity = 'of the backup'`);
  // First what both sides hold is linked, then it is compared.
  await world.settle();
  await world.settle();
  expect(world.calendarEntries(anna, 'Older')).toHaveLength(1);
  const { rows } = await sides.vendor.query<{ n: number }>(
    `select count(*)::int as n from domino_sync.activity
     where action = 'requested' and detail = 'the database was restored or promoted'`,
  );
  expect(rows).toEqual([{ n: 2 }]);
  expect((await verification()).map(({ state }) => state)).toEqual(['verified', 'verified']);
});

test('random differences on both sides are healed, and a second reconcile writes nothing', async () => {
  const { world, anna, sides } = await open();
  const ids = await fill(anna, 8);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('none', 'crm', 'notes', 'link', 'base'), {
        minLength: ids.length,
        maxLength: ids.length,
      }),
      fc.integer({ min: 1, max: 1_000_000 }),
      async (kinds, round) => {
        for (const [i, kind] of kinds.entries()) {
          const id = ids[i]!;
          const place = `Place ${i} ${round}`;
          const { rows } = await sides.vendor.query<{ uid: string }>(
            `select domino_uid as uid from domino_sync.item_link where appointment_id = $1`,
            [id],
          );
          if (kind === 'crm')
            await unseen(
              `update communication set comm_location = '${place}' where comm_communicationid = ${id}`,
            );
          if (kind === 'notes') world.notes(anna).edit({ uid: rows[0]!.uid, location: place });
          if (kind === 'link')
            await sides.vendor.query(`delete from domino_sync.item_link where appointment_id = $1`, [id]);
          if (kind === 'base')
            await sides.vendor.query(
              `update domino_sync.item_link set base_item = null, base_hash = null, domino_token = null,
                 domino_digest = null where appointment_id = $1`,
              [id],
            );
        }
        await sides.crm.requestReconcile(null, 'test');
        // Where links were lost, they are found first.
        await world.settle();
        await reconcile();
        const { rows } = await sides.vendor.query<{ subject: string; place: string | null }>(
          `select comm_subject as subject, comm_location as place from communication
           where comm_deleted is null order by 1`,
        );
        const notes = world
          .notes(anna)
          .calendar()
          .map((item) => ({ subject: item.subject, place: item.location || null }))
          .sort((a, b) => a.subject.localeCompare(b.subject));
        expect(rows.map((row) => ({ ...row, place: row.place || null }))).toEqual(notes);
        for (const [i, kind] of kinds.entries())
          if (kind === 'crm' || kind === 'notes')
            expect(notes).toContainEqual({ subject: `Item ${i}`, place: `Place ${i} ${round}` });
        expect(await reconcile()).toEqual(NOTHING);
      },
    ),
    { numRuns: 6 },
  );
}, 120_000);

test('stopped by SIGKILL in the middle, it goes on where it was, beside a second runner, and ends once', async () => {
  const { world, anna, sides } = await open({ settings: { poll_seconds: '1' } });
  const ids = await fill(anna, 10);
  await unseen(`update communication set comm_location = 'Unseen ' || comm_communicationid`);
  sides.standIn.faults.add({ effect: 'slow', ms: 400, on: ['update'] });
  sides.standIn.requests.reset();
  await sides.crm.requestReconcile(anna.userId, 'test');
  const environment = {
    CRM_DATABASE_URL: sides.crmUrl,
    DOMINO_URL: sides.dominoAccess.url,
    DOMINO_USER: sides.dominoAccess.user,
    DOMINO_PASSWORD: sides.dominoAccess.password,
  };
  const started = [startCli(['run'], environment)];
  const updates = () => sides.standIn.requests.entries.filter((one) => one.kind === 'update').length;
  try {
    expect(await waitUntil(30_000, () => updates() >= 3)).toBe(true);
    started[0]!.child.kill('SIGKILL');
    await started[0]!.ended;
    started.push(startCli(['run'], environment), startCli(['run'], environment));
    const verified = async () => (await verification()).find((one) => one.crm_user_id === anna.userId)!;
    expect(await waitUntil(60_000, async () => (await verified()).state === 'verified')).toBe(true);
    expect(await verified()).toMatchObject({ open: 0 });
  } finally {
    for (const one of started) one.child.kill('SIGKILL');
    await Promise.all(started.map((one) => one.ended));
  }
  const shown = world
    .notes(anna)
    .calendar()
    .map((item) => item.location)
    .sort();
  expect(shown).toEqual(ids.map((id) => `Unseen ${id}`).sort());
  const { rows } = await sides.vendor.query<{ n: number }>(
    `select count(*)::int as n from domino_sync.activity where action = 'verified'`,
  );
  expect(rows).toEqual([{ n: 1 }]);
}, 120_000);

test('an older backup of the database is put back: both sides are equal again, and nothing is there twice', async () => {
  const { world, anna, sides, database } = await open();
  const { name } = database as TestDatabase;
  const ids = await fill(anna, 4);
  const copy = `${name}_older`;
  const withServer = async (...statements: string[]) => {
    for (const statement of statements) await withClient('postgres', (server) => server.query(statement));
  };
  const alone = `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}'`;
  await withServer(
    `alter database ${name} with allow_connections false`,
    alone,
    `create database ${copy} template ${name} strategy file_copy`,
    `alter database ${name} with allow_connections true`,
  );
  const [entry] = world.calendarEntries(anna, 'Item 3');
  world.notes(anna).edit({ uid: entry!.uid, location: 'After the backup' });
  await world.crm.editAppointment(anna.userId, ids[0]!, { subject: 'Edited after the backup' });
  await world.settle();
  // Another oid: another identity.
  await withServer(
    `drop database ${name} with (force)`,
    `create database ${name} template ${copy}`,
    `drop database ${copy}`,
  );
  await sides.crm.registerRunner({ host: 'test', process_id: process.pid, version: 'test' });
  await world.settle();
  await world.settle();
  await world.settle();
  const { rows } = await sides.vendor.query<{ subject: string }>(
    `select comm_subject as subject from communication where comm_deleted is null order by 1`,
  );
  const notes = world
    .notes(anna)
    .calendar()
    .map((item) => item.subject)
    .sort();
  expect(notes).toHaveLength(4);
  expect(rows.map((row) => row.subject)).toEqual(notes);
  expect((await verification()).map(({ state }) => state)).toEqual(['verified', 'verified']);
  expect(await reconcile()).toEqual(NOTHING);
});
