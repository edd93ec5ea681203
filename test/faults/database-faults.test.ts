/**
 * What goes wrong in a CRM database that stays up: deadlocks, time-outs, a full disk, a fail-over to a standby. Made for
 * real by a second session or by settings of the server. Nothing is parked for it, and afterwards both sides agree.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { CrmError } from '../../src/crm/contract.ts';
import { openCrmDatabase } from '../../src/crm/open.ts';
import { silentLog } from '../../src/log.ts';
import { runCycle } from '../../src/runner/cycle.ts';
import { startRunner } from '../../src/runner/runner.ts';
import { createServerGate } from '../../src/runner/server-gate.ts';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { postgresAccount } from '../../src/sandbox/postgres-account.ts';
import { startOwnServer, type OwnServer } from '../support/own-server.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';
import { everyChange, expectInStep, recover } from './changes.ts';
import { crashingCrm, type Reach } from './crash-points.ts';

let server: OwnServer;
let two: TwoSides;
/** The second session: as an administrator with SQL. */
let other: pg.Client;
beforeAll(async () => {
  server = await startOwnServer();
}, 120_000);
afterAll(() => server.stop());
beforeEach(async () => {
  two = await openTwoSides({ users: 2 });
  other = new pg.Client({ connectionString: two.database.url });
  await other.connect();
  // The runner's session is to be the victim, never this one.
  await other.query(`set deadlock_timeout = '1min'`);
});
afterEach(async () => {
  await other.end();
  await two.close();
});

const login = () => new URL(two.sides.crmUrl).username;
const anna = () => two.world.users[0]!;

/** One cycle of a runner with that address; answers what it threw, or null. */
async function cycle(url = two.sides.crmUrl, reach: Reach = () => undefined): Promise<unknown> {
  await two.sides.vendor.query('update domino_sync.sync_user set next_poll_at = now() where enabled');
  const crm = await openCrmDatabase(url);
  const { domino } = two.sides;
  const log = silentLog();
  try {
    await crm.registerRunner({ host: 'test', process_id: process.pid, version: 'test' });
    const wrapped = crashingCrm(crm, reach);
    const gate = createServerGate({ crm, domino, log });
    const stopping = new AbortController().signal;
    await runCycle({ crm: wrapped, domino, log, stopping, parallel: 1, kind: 'once', gate });
    return null;
  } catch (error) {
    return error;
  } finally {
    await crm.close();
  }
}

const paused = async () =>
  (
    await two.sides.vendor.query<{ reason: string; detail: string }>(
      `select health_reason as reason, health_detail as detail from domino_sync.sync_user
       where health = 'paused' order by crm_user_id`,
    )
  ).rows;
const parked = async () =>
  (
    await two.sides.vendor.query(
      `select last_reason_code from domino_sync.delivery where parked_at is not null
       union all select reason_code from domino_sync.inbound_parked where next_attempt_at is null`,
    )
  ).rows;

/** Once the call is about to be made, the other session takes the lock; the call then waits for it. */
const lockedBefore =
  (call: string, lock: string): Reach =>
  async (point) => {
    if (point !== `before crm.${call}`) return;
    await other.query('begin');
    await other.query(lock);
  };
const runnerWaits = () =>
  waitUntil(
    10_000,
    async () =>
      (
        await two.sides.vendor.query(
          `select from pg_stat_activity where usename = $1 and wait_event_type = 'Lock'`,
          [login()],
        )
      ).rowCount! > 0,
  );

/** A row that the call writes, locked before it is made. */
const ROWS: readonly (readonly [call: string, lock: string])[] = [
  ['completeOutbound', 'select from domino_sync.item_link for update'],
  ['applyInbound', 'select from communication for update'],
];

test.each(ROWS)(
  'a deadlock in %s pauses the mailbox, and the work is done later, once',
  async (call, lock) => {
    const change = await everyChange(two);
    await change();
    const cycling = cycle(two.sides.crmUrl, lockedBefore(call, lock));
    expect(await runnerWaits()).toBe(true);
    // The call holds its mailbox and waits for the row; whoever has the row now wants the mailbox.
    await other.query('select from domino_sync.sync_user for update');
    await other.query('rollback');
    expect(await cycling).toBeNull();
    expect(await paused()).toEqual([{ reason: 'crm_busy', detail: expect.stringContaining('deadlock') }]);
    await recover(two);
    await expectInStep(two);
  },
);

test.each(ROWS)(
  'a statement time-out in %s pauses the mailbox, and the work is done later',
  async (call, lock) => {
    const change = await everyChange(two);
    await change();
    // In the address: the limit of a role or database does not reach the procedures, which bring their own.
    const cycling = cycle(`${two.sides.crmUrl}?statement_timeout=1500`, lockedBefore(call, lock));
    expect(await runnerWaits()).toBe(true);
    await cycling;
    await other.query('rollback');
    expect(await paused()).toEqual([
      { reason: 'crm_busy', detail: expect.stringContaining('statement timeout') },
    ]);
    await recover(two);
    await expectInStep(two);
  },
);

test.each(['lock_timeout', 'transaction_timeout'])(
  'a %s set on the role is no word about the data',
  async (setting) => {
    const change = await everyChange(two);
    await change();
    await other.query(`alter role ${login()} set ${setting} = '1500ms'`);
    for (const [call, lock] of ROWS) {
      const cycling = cycle(two.sides.crmUrl, lockedBefore(call, lock));
      expect(await runnerWaits()).toBe(true);
      await cycling;
      await other.query('rollback');
      expect(await parked()).toEqual([]);
      await two.sides.vendor.query(`update domino_sync.sync_user set health = 'ok' where health = 'paused'`);
    }
    await other.query(`alter role ${login()} reset ${setting}`);
    await recover(two);
    await expectInStep(two);
  },
);

test('sessions that the server ends whenever they are idle cost nothing', async () => {
  const change = await everyChange(two);
  await two.sides.crm.changeSetting('poll_seconds', '4');
  await other.query(`alter role ${login()} set idle_session_timeout = '2s'`);
  const crm = await openCrmDatabase(two.sides.crmUrl);
  const { domino } = two.sides;
  const runner = await startRunner({ crm, domino, log: silentLog(), parallel: 2, rule: '*/4 * * * * *' });
  try {
    await two.sides.vendor.query('update domino_sync.sync_user set next_poll_at = now()');
    await change();
    const arrived = await waitUntil(
      50_000,
      async () =>
        two.world.calendarEntries(anna(), 'Made in CRM').length === 1 &&
        (await two.world.bySubject('Made in Notes')).length === 1,
    );
    expect(arrived).toBe(true);
  } finally {
    await runner.stop();
    await crm.close();
    await other.query(`alter role ${login()} reset idle_session_timeout`);
  }
  await recover(two);
  await expectInStep(two);
}, 120_000);

test('a standby that cannot be written to, after a fail-over, parks nothing', async () => {
  const change = await everyChange(two);
  await change();
  await other.query(`alter role ${login()} set default_transaction_read_only = on`);
  const error = await cycle();
  expect(error).toBeInstanceOf(CrmError);
  expect(error).toMatchObject({ details: { transient: true, sqlState: '25006' } });
  await other.query(`alter role ${login()} reset default_transaction_read_only`);
  await recover(two);
  await expectInStep(two);
});

/** What PostgreSQL says when a file cannot grow; `a real disk` below shows that it does say that. */
const refuseWrites = (table: string) =>
  other.query(`
    create function domino_sync.no_room() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
    create trigger no_room before insert or update on domino_sync.${table}
      for each statement execute function domino_sync.no_room()`);

test.each(['activity', 'item_link', 'delivery', 'run'])(
  'a disk that is full when %s is written loses nothing and makes nothing twice',
  async (table) => {
    const change = await everyChange(two);
    await change();
    await refuseWrites(table);
    for (let round = 0; round < 3; round += 1) {
      await cycle();
      await two.sides.vendor.query(`update domino_sync.sync_user set health = 'ok' where health = 'paused'`);
    }
    expect(await parked()).toEqual([]);
    await other.query('drop function domino_sync.no_room() cascade');
    await recover(two);
    await expectInStep(two);
  },
);

/** A file system of 2 MB. Not among the directories that the next run clears away: nobody can remove one that is mounted. */
function mountSmallDisk(): { place: string; end(): void } | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  const place = mkdtempSync(join(tmpdir(), 'small-disk-'));
  chmodSync(place, 0o755);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place]).status === 0;
  const end = () => {
    if (mounted) spawnSync('umount', [place]);
    rmSync(place, { recursive: true, force: true });
  };
  if (mounted) return { place, end };
  end();
  return null;
}
/** Whether this process may mount at all: as root, and outside of most containers. */
const mayMount = (() => {
  const disk = mountSmallDisk();
  disk?.end();
  return disk !== null;
})();

/** Writes so many rows again and again; answers why it could not go on. */
async function fillUp(rows: number): Promise<unknown> {
  for (;;) {
    try {
      await other.query(
        `insert into domino_sync.activity (direction, action, reason_code, detail)
         select 'admin', 'requested', 'reconcile', repeat('x', 100) from generate_series(1, $1::integer)`,
        [rows],
      );
    } catch (error) {
      return error;
    }
  }
}

(mayMount ? test : test.skip)(
  'a real disk that is full under our own tables loses nothing and makes nothing twice',
  async () => {
    const { place, end } = mountSmallDisk()!;
    try {
      const { ids } = postgresAccount();
      if (ids !== null) chownSync(place, ids.uid, ids.gid);
      await other.query(`create tablespace small location '${place}'`);
      for (const table of ['activity', 'item_link'])
        await other.query(`alter table domino_sync.${table} set tablespace small`);
      const change = await everyChange(two);
      await change();
      await other.query('create table spare (waste text) tablespace small');
      await other.query(`insert into spare select repeat('x', 1000) from generate_series(1, 100)`);
      // Down to single rows, so that no page has room left.
      for (const rows of [1000, 100, 10, 1])
        await expect(fillUp(rows)).resolves.toMatchObject({ code: '53100' });
      const full = other.query(`insert into spare select repeat('x', 1000) from generate_series(1, 5000)`);
      await expect(full).rejects.toMatchObject({ code: '53100' });
      await cycle();
      expect((await paused()).map(({ reason }) => reason)).toContain('crm_busy');
      expect(await parked()).toEqual([]);
      await other.query('drop table spare');
      await other.query(`delete from domino_sync.activity where detail like 'xxx%'`);
      await other.query('vacuum full domino_sync.activity');
      await recover(two);
      await expectInStep(two);
    } finally {
      for (const table of ['activity', 'item_link'])
        await other.query(`alter table domino_sync.${table} set tablespace pg_default`);
      await other.query('drop tablespace if exists small');
      end();
    }
  },
);
