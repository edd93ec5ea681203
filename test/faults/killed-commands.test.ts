/**
 * `deploy` and `purge` die by SIGKILL in the middle and are started again: nothing is half done, nothing that somebody
 * needs is gone, and the second one does the rest.
 *
 * KILL_POINTS: how many points of each, or `all`. KILL_SEED: the same draw again. KILL_AT: this one point only.
 */
import pg from 'pg';
import { checkPostgres } from '../../src/crm/deploy/check-postgres.ts';
import { executePlan, type PlanSession } from '../../src/crm/deploy/plan/execute.ts';
import { postgresPlan } from '../../src/crm/deploy/plan/postgres-plan.ts';
import { deployPostgres } from '../../src/crm/deploy/postgres.ts';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { catalogueOf } from '../support/catalogue.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { takeDatabaseSnapshot } from '../support/database-snapshot.ts';
import { drawn } from './drawn.ts';
import { killableProgram, type KillableProgram, type Killed } from './program-kills.ts';

const WANTED =
  process.env['KILL_POINTS'] ?? (process.env['npm_lifecycle_event'] === 'test:faults' ? '40' : '5');
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const ONLY = process.env['KILL_AT'];
const HOURS = 3 * 3_600_000;

let program: KillableProgram;
beforeAll(async () => {
  program = await killableProgram();
}, 60_000);
afterAll(() => program.remove());

/** Points among `from` to `to`, numbered as the process counts them. */
const chosen = (from: number, to: number, share = 1): number[] => {
  if (ONLY !== undefined) return [Number(ONLY)].filter((point) => point >= from && point <= to);
  const all = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return drawn(all, WANTED === 'all' ? all.length : Math.ceil(Number(WANTED) * share), SEED);
};

/** What was sent is carried out, or given up, although nobody hears the answer. */
const quiet = async (database: TestDatabase): Promise<void> => {
  const others = async () =>
    (
      await database.admin.query(
        `select from pg_stat_activity where datname = $1 and application_name like 'crm-domino-sync%'`,
        [database.name],
      )
    ).rowCount === 0;
  expect(await waitUntil(60_000, others)).toBe(true);
};

const told = (killed: Killed): string =>
  `KILL_SEED=${SEED} KILL_AT=${killed.points.length} (${killed.points.at(-1)})`;

describe('deploy', () => {
  /** The catalogue before each part of a deployment and after the last: whatever stops it, one of these is left. */
  let steps: string[];
  let points: string[];

  const catalogue = async (database: TestDatabase): Promise<string> =>
    (await catalogueOf(database.admin)).join('\n');

  beforeAll(async () => {
    const database = await createTestDatabase({ deployed: false });
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const session: PlanSession = {
      holds: async (condition) =>
        (await client.query<{ holds: boolean | null }>(`select (${condition}) as holds`)).rows[0]?.holds ===
        true,
      run: async (batch) => void (await client.query(batch)),
      inTransaction: async (work) => {
        await client.query('begin');
        await work();
        await client.query('commit');
      },
    };
    steps = [];
    await executePlan(session, await postgresPlan(), {
      before: async () => void steps.push(await catalogue(database)),
    });
    steps.push(await catalogue(database));
    // Each migration is a step that leaves a trace.
    expect(new Set(steps).size).toBeGreaterThan(18);
    await client.end();
    await database.drop();

    const other = await createTestDatabase({ deployed: false });
    const whole = await program.run(['deploy'], other.url, 0);
    expect(whole).toMatchObject({ code: 0, signal: null });
    expect(await catalogue(other)).toBe(steps.at(-1));
    points = whole.points;
    await other.drop();
  }, 300_000);

  /** Kills it, looks at what is left, starts it again. */
  const killedAt = async (
    point: number,
    database: TestDatabase,
    allowed: readonly string[],
  ): Promise<void> => {
    const killed = await program.run(['deploy'], database.url, point);
    expect(killed).toMatchObject({ signal: 'SIGKILL' });
    await quiet(database);
    const left = await catalogue(database);
    if (!allowed.includes(left)) throw new Error(`${told(killed)}: something is half done`);

    await deployPostgres({ connectionString: database.url });
    const again = await deployPostgres({ connectionString: database.url });
    const findings = await checkPostgres({ connectionString: database.url });
    const same = (await catalogue(database)) === steps.at(-1);
    expect({ told: told(killed), again, findings, same }).toEqual({
      told: told(killed),
      again: { migrations: [], applied: [], removed: [] },
      findings: [],
      same: true,
    });
  };

  test(
    'killed among its migrations or its objects, it leaves each whole or not at all; the next one ends where none was killed',
    async () => {
      const lastMigration = points.findLastIndex((point) => /^after COMMIT/.test(point)) + 1;
      expect(lastMigration).toBeGreaterThan(50);
      expect(points.length).toBeGreaterThan(lastMigration + 100);
      const all = [...chosen(1, lastMigration, 0.6), ...chosen(lastMigration + 1, points.length, 0.4)];
      for (const point of all) {
        const database = await createTestDatabase({ deployed: false });
        try {
          await killedAt(point, database, steps);
        } finally {
          await database.drop();
        }
      }
    },
    HOURS,
  );

  test(
    'killed while it brings what is at work up to date, it leaves the old objects or the new ones, all of them',
    async () => {
      const older = `drop function domino_sync_api.fold_changes(integer);
        drop trigger domino_sync_comm_link_insert on comm_link;
        create or replace view domino_sync.live_runner as select 1 as runner_id;
        grant select on domino_sync.setting to public`;
      const open = async () => {
        const database = await createTestDatabase();
        await database.admin.query(older);
        return database;
      };
      const undisturbed = await open();
      const length = (await program.run(['deploy'], undisturbed.url, 0)).points.length;
      await undisturbed.drop();
      for (const point of chosen(1, length, 0.4)) {
        const database = await open();
        try {
          await killedAt(point, database, [await catalogue(database), steps.at(-1)!]);
        } finally {
          await database.drop();
        }
      }
    },
    HOURS,
  );
});

describe('purge', () => {
  const ARGUMENTS = ['purge', '--keep-days', '1', '--json'];
  const TABLES = {
    activity: 'activity_id',
    conflict: 'conflict_id',
    run: 'run_id',
    held_plan: 'plan_id',
    held_item: 'plan_id',
    runner: 'runner_id',
  } as const;
  /** Said once more, in the words of the documentation, not in those of the procedure. */
  const NEEDED = {
    activity: `happened_at > now() - interval '23 hours'
      or (action = 'deleted' and happened_at > now() - interval '8 days')
      or (action = 'unlinked' and appointment_id in (select appointment_id from domino_sync.item_link))`,
    conflict: `decided_at > now() - interval '1 day' or (resolved_at is null and decided_at > now() - interval '4 days')`,
    run: `run_id in (select run_id from domino_sync.activity as a where a.happened_at > now() - interval '23 hours')`,
    held_plan: `decided_at is null or decided_at > now() - interval '8 days'`,
    held_item: `plan_id in (select plan_id from domino_sync.held_plan
      where decided_at is null or decided_at > now() - interval '8 days')`,
    runner: `seen_at > now() - interval '1 day'`,
  } satisfies Record<keyof typeof TABLES, string>;

  const FILL = `
    insert into domino_sync.runner (host, process_id, version, seen_at)
    select 'gone', n, 'test', now() - n * interval '12 hours' from generate_series(0, 9) as n;
    insert into domino_sync.run (kind, started_at, finished_at)
    select 'once', now() - n * interval '1 hour', now() - n * interval '1 hour' from generate_series(0, 400) as n;
    insert into domino_sync.item_link (appointment_id, crm_user_id, role, kind, state, form, domino_uid, unlinked_reason)
    select n, 1, 'organiser', 'appointment', 'unlinked', 'event', 'uid-' || n, 'deletion_kept' from generate_series(1, 50) as n;
    insert into domino_sync.activity (happened_at, run_id, crm_user_id, appointment_id, direction, action, reason_code)
    select now() - (n % 400) * interval '1 hour', 1 + n % 400, 1, n % 200, 'to_crm',
        (array['updated', 'deleted', 'unlinked'])[1 + n % 3], 'deletion_kept'
    from generate_series(1, 13000) as n;
    insert into domino_sync.conflict (appointment_id, crm_user_id, field, winner, decided_by, decided_at, resolved_at)
    select n, 1, 'subject', 'crm', 'newest', now() - (n % 10) * interval '15 hours',
        case when n % 2 = 0 then now() - (n % 10) * interval '15 hours' end
    from generate_series(1, 500) as n;
    insert into domino_sync.held_plan (crm_user_id, direction, linked, held_at, decision, decided_at)
    select 1, 'to_crm', 1, now() - n * interval '2 days', case when n > 0 then 'allow' end,
        case when n > 0 then now() - n * interval '2 days' end
    from generate_series(0, 9) as n;
    insert into domino_sync.held_item (plan_id, appointment_id, domino_uid, domino_recurrence_id)
    select p.plan_id, n, 'uid-' || n, '' from domino_sync.held_plan as p, generate_series(1, 3) as n`;

  type Rows = Record<keyof typeof TABLES, number[]>;
  const rowsOf = async (
    { admin }: TestDatabase,
    where: Partial<Record<keyof typeof TABLES, string>> = {},
  ): Promise<Rows> => {
    const found: Partial<Rows> = {};
    for (const [table, key] of Object.entries(TABLES) as [keyof typeof TABLES, string][]) {
      const { rows } = await admin.query<{ id: number }>(
        `select ${key}::integer as id from domino_sync.${table} where ${where[table] ?? 'true'} order by 1`,
      );
      found[table] = rows.map(({ id }) => id);
    }
    return found as Rows;
  };
  const countOf = (rows: Rows): number => Object.values(rows).reduce((sum, ids) => sum + ids.length, 0);

  test(
    'killed anywhere it has removed nothing that is needed, and the next one does the rest',
    async () => {
      const database = await createTestDatabase();
      const url = await database.createLogin('domino_sync_admin');
      await database.admin.query(FILL);
      const before = await rowsOf(database);
      const snapshot = await takeDatabaseSnapshot(database);
      try {
        await snapshot.restore();
        const whole = await program.run(ARGUMENTS, url, 0);
        expect(whole).toMatchObject({ code: 0, signal: null });
        const undisturbed = await rowsOf(database);
        expect(JSON.parse(whole.stdout)).toEqual({ purged: countOf(before) - countOf(undisturbed) });
        // Several batches, and something of each table goes and stays.
        expect(whole.points.filter((point) => /^after .*purge_history/.test(point)).length).toBeGreaterThan(
          2,
        );
        for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[]) {
          expect({ table, left: undisturbed[table].length > 0 }).toEqual({ table, left: true });
          expect(undisturbed[table].length).toBeLessThan(before[table].length);
        }

        for (const point of chosen(1, whole.points.length)) {
          await snapshot.restore();
          const needed = await rowsOf(database, NEEDED);
          const killed = await program.run(ARGUMENTS, url, point);
          expect(killed).toMatchObject({ signal: 'SIGKILL' });
          await quiet(database);
          const left = await rowsOf(database);
          for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[]) {
            const there = new Set(left[table]);
            const lost = needed[table].filter((id) => !there.has(id));
            expect({ told: told(killed), table, lost }).toEqual({ told: told(killed), table, lost: [] });
          }
          const next = await program.run(ARGUMENTS, url, 0);
          expect({ told: told(killed), ...(JSON.parse(next.stdout) as object) }).toEqual({
            told: told(killed),
            purged: countOf(left) - countOf(undisturbed),
          });
          expect({ told: told(killed), rows: await rowsOf(database) }).toEqual({
            told: told(killed),
            rows: undisturbed,
          });
        }
      } finally {
        await snapshot.drop();
        await database.drop();
      }
    },
    HOURS,
  );
});
