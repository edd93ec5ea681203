import pg from 'pg';
import { ALICE, inbound, makeAppointment, openCompany, type Company } from './crm-company.ts';

let company: Company;
let reader: pg.Client;

beforeAll(async () => {
  company = await openCompany();
  reader = new pg.Client({ connectionString: await company.database.createLogin('domino_sync_reader') });
  await reader.connect();
});
afterAll(async () => {
  await reader.end();
  await company.close();
});

const report = async (view: string): Promise<Record<string, unknown>[]> =>
  (await reader.query<Record<string, unknown>>(`select * from domino_sync_report.${view}`)).rows;

const entry = (domino_uid: string, reason_code: string, subject: string, isPrivate: boolean) => ({
  form: 'event' as const,
  domino_uid,
  domino_recurrence_id: '',
  domino_start: '2026-05-04',
  domino_digest: 'd',
  reason_code,
  detail: 'detail',
  subject,
  payload: { private: isPrivate },
  retry_after_seconds: null,
});

test('a reader sees how each user is doing', async () => {
  await company.sql(
    `update domino_sync.sync_user set health = 'held', health_reason = 'mass_disappearance', health_detail = '30 of 40'`,
  );
  expect(await report('user_status')).toMatchObject([
    {
      crm_user_id: ALICE,
      name: 'Alice Adams',
      enabled: true,
      health: 'held',
      health_meaning: expect.stringContaining('mailbox was stopped') as string,
      health_remedy: expect.stringContaining('Enable the user again') as string,
      health_detail: '30 of 40',
    },
  ]);
  await company.sql(`update domino_sync.sync_user set health = 'ok', health_reason = null`);
});

test('a reader sees what is still to be done, what was parked both ways, and why', async () => {
  const open = await makeAppointment(company, { subject: 'Open' });
  const secret = await makeAppointment(company, { subject: 'Secret', private: 'Y' });
  await company.runner.enqueueDelivery(ALICE, [open, secret], 'crm_changed');
  expect(await report('backlog')).toMatchObject([
    { appointment_id: open, user_name: 'Alice Adams', state: 'due', reason_code: 'crm_changed' },
    { appointment_id: secret },
  ]);

  const leased = await company.runner.leaseOutbound(ALICE, 10, 60);
  expect((await report('backlog')).map((row) => row['state'])).toEqual(['leased', 'leased']);
  await company.runner.failOutbound(
    leased.map((each) => ({
      ...each,
      reason_code: 'domino_refused',
      error: 'no',
      retry_after_seconds: null,
    })),
  );
  await company.runner.parkInbound(ALICE, [
    entry('1', 'series_too_long', 'Weekly', false),
    entry('2', 'crm_refused', 'Doctor', true),
  ]);

  const rows = await report('parked_items');
  expect(
    rows
      .map((row) => [row['direction'], row['subject'], row['reason_code'], row['severity']])
      .sort((a, b) => String(a).localeCompare(String(b))),
  ).toEqual([
    ['to_crm', null, 'crm_refused', 'error'],
    ['to_crm', 'Weekly', 'series_too_long', 'skip'],
    ['to_domino', null, 'domino_refused', 'error'],
    ['to_domino', 'Open', 'domino_refused', 'error'],
  ]);
  for (const row of rows) {
    expect(row['meaning']).toEqual(expect.any(String));
    expect(row['remedy']).toEqual(expect.any(String));
  }
  expect(await report('user_status')).toMatchObject([{ pending_items: '0', parked_items: '3' }]);
});

test('a reader sees what happened, in which run, newest first', async () => {
  const run = await company.runner.startRun('cycle');
  await company.runner.applyInbound(ALICE, [inbound('seen')]);

  expect((await report('recent_activity'))[0]).toMatchObject({
    direction: 'to_crm',
    action: 'created',
    user_name: 'Alice Adams',
    reason_code: 'domino_created',
    meaning: 'The entry is new in Notes.',
    run_id: String(run),
    runner_host: 'test',
  });
  expect((await report('recent_runs'))[0]).toMatchObject({
    run_id: String(run),
    runner_alive: true,
    finished_at: null,
  });
  await company.runner.finishRun(run, { created: 1 }, null);
  expect((await report('recent_runs'))[0]).toMatchObject({ counts: { created: 1 }, error: null });
});

test('a reader sees whether changes are captured', async () => {
  const notOk = async () => (await report('capture_health')).filter((row) => row['state'] !== 'ok');
  expect(await notOk()).toEqual([]);
  await company.admin.disableCapture('upgrade');
  expect(await notOk()).toHaveLength(7);
  await company.admin.enableCapture();
  expect(await notOk()).toMatchObject([{ item: 'gap 1: upgrade', state: 'not reconciled' }]);
});

test('a reader sees the lag in one row', async () => {
  const [lag] = await report('sync_lag');
  expect(lag).toMatchObject({
    pending_deliveries: '0',
    oldest_pending_seconds: null,
    parked_deliveries: '2',
    mailboxes_not_ok: '0',
    oldest_poll_seconds: null,
  });
  expect(Number(lag!['unfolded_changes'])).toBeGreaterThan(0);
});

test('a reader calls no procedure and reads no table', async () => {
  for (const query of [
    'select * from domino_sync_api.list_users()',
    'select * from domino_sync.item_link',
    'select * from communication',
  ]) {
    await expect(reader.query(query)).rejects.toMatchObject({ code: '42501' });
  }
});
