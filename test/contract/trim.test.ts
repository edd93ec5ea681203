/** PostgreSQL: dead rows that a long transaction keeps from being vacuumed must not slow the queue down for ever. */
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

describe('log and queue on postgres, while a long transaction holds back vacuum', () => {
  let database: TestDatabase;
  let longTransaction: pg.PoolClient;

  beforeEach(async () => {
    database = await createTestDatabase();
    longTransaction = await database.admin.connect();
    await longTransaction.query('begin isolation level repeatable read; select from public.users');
    await database.admin.query(`
      insert into domino_sync.change_log (appointment_id, operation) select i, 'U' from generate_series(1, 150000) as i;
      delete from domino_sync.change_log;
      insert into domino_sync.delivery (appointment_id, crm_user_id) select i, 4 from generate_series(1, 60000) as i;
      delete from domino_sync.delivery where appointment_id > 3`);
  });
  afterEach(async () => {
    longTransaction.release(true);
    await database.drop();
  });

  const one = async <T>(text: string): Promise<T | undefined> =>
    (await database.admin.query<{ answer: T }>(text)).rows[0]?.answer;
  const size = (table: string): Promise<number | undefined> =>
    one(`select pg_relation_size('domino_sync.${table}')::integer as answer`);
  const deliveries = (): Promise<string | undefined> =>
    one(`select string_agg(d::text, ';' order by d.appointment_id) as answer from domino_sync.delivery as d`);
  const fold = (): Promise<unknown> => database.admin.query('select * from domino_sync_api.fold_changes(10)');

  test('a fold empties the log for good and keeps the living rows of the queue as they are', async () => {
    const before = await deliveries();
    expect(await size('change_log')).toBeGreaterThan(4_000_000);
    await fold();
    expect(await size('change_log')).toBe(0);
    expect(await size('delivery')).toBeLessThan(20_000);
    expect(await deliveries()).toBe(before);
  });

  test('a save or a lease in progress is never waited for, nor lost', async () => {
    const busy = await database.admin.connect();
    await busy.query(`begin; insert into public.communication (comm_type) values ('Appointment');
      select from domino_sync.delivery where appointment_id = 1 for update`);
    await fold();
    expect(await size('change_log')).toBeGreaterThan(4_000_000);
    expect(await size('delivery')).toBeGreaterThan(4_000_000);
    await busy.query('commit');
    busy.release();
    expect(await one('select count(*)::integer as answer from domino_sync.change_log')).toBe(1);
    await fold();
    expect(await size('change_log')).toBe(0);
  });
});
