import { ALICE, inbound, makeAppointment, openCompany, type Company } from './crm-company.ts';
import { engines } from './engines.ts';
import { testOn } from './lacking.ts';
import type { Conditions, Tables } from './tables.ts';

describe.each(engines)('reports on $name', (engine) => {
  let company: Company;
  let reader: Tables;

  beforeAll(async () => {
    company = await openCompany(engine);
    reader = await company.crm.tablesAs('domino_sync_reader');
  });
  afterAll(() => company.close());

  type Row = Record<string, unknown>;

  const report = (view: string, columns: string[], where: Conditions = {}): Promise<Row[]> =>
    reader.select<Row>(`domino_sync_report.${view}`, columns, where);

  const USER_STATUS = [
    'crm_user_id',
    'name',
    'enabled',
    'health',
    'health_meaning',
    'health_remedy',
    'health_detail',
  ];
  const BACKLOG = ['appointment_id', 'user_name', 'state', 'reason_code'];
  const PARKED = ['direction', 'subject', 'reason_code', 'severity', 'meaning', 'remedy'];

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
    await company.tables.update('domino_sync.sync_user', {
      health: 'held',
      health_reason: 'mass_disappearance',
      health_detail: '30 of 40',
    });
    expect(await report('user_status', USER_STATUS)).toMatchObject([
      {
        crm_user_id: ALICE,
        name: 'Alice Adams',
        enabled: true,
        health: 'held',
        health_meaning: expect.stringContaining('mailbox was stopped') as string,
        health_remedy: expect.stringContaining('resolve --held') as string,
        health_detail: '30 of 40',
      },
    ]);
    await company.tables.update('domino_sync.sync_user', { health: 'ok', health_reason: null });
  });

  test('a reader sees what is still to be done, what was parked both ways, and why', async () => {
    const open = await makeAppointment(company, { subject: 'Open' });
    const secret = await makeAppointment(company, { subject: 'Secret', private: 'Y' });
    await company.runner.enqueueDelivery(ALICE, [open, secret], 'crm_changed');
    expect(await report('backlog', BACKLOG)).toMatchObject([
      { appointment_id: open, user_name: 'Alice Adams', state: 'due', reason_code: 'crm_changed' },
      { appointment_id: secret },
    ]);

    const leased = await company.runner.leaseOutbound(ALICE, 10, 60);
    expect((await report('backlog', BACKLOG)).map((row) => row['state'])).toEqual(['leased', 'leased']);
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

    const rows = await report('parked_items', PARKED);
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
    expect(await report('user_status', ['pending_items', 'parked_items'])).toEqual([
      { pending_items: 0, parked_items: 3 },
    ]);
  });

  test('a reader sees what happened, and in which run', async () => {
    const run = await company.runner.startRun('cycle');
    await company.runner.applyInbound(ALICE, [inbound('seen')]);

    const activity = {
      direction: 'to_crm',
      action: 'created',
      user_name: 'Alice Adams',
      reason_code: 'domino_created',
      meaning: 'The entry is new in Notes.',
      run_id: run,
      runner_host: 'test',
    };
    expect(await report('recent_activity', Object.keys(activity), { run_id: run })).toEqual([activity]);
    const theRun = () =>
      report('recent_runs', ['run_id', 'runner_alive', 'finished_at', 'error', 'counts'], { run_id: run });
    expect(await theRun()).toMatchObject([{ runner_alive: true, finished_at: null }]);
    await company.runner.finishRun(run, { created: 1 }, null);
    const [finished] = await theRun();
    expect(finished).toMatchObject({ error: null, finished_at: expect.any(String) as string });
    const { counts } = finished!;
    expect(typeof counts === 'string' ? (JSON.parse(counts) as unknown) : counts).toEqual({ created: 1 });
  });

  testOn(engine)('a reader sees whether changes are captured', async () => {
    const notOk = async () =>
      (await report('capture_health', ['item', 'state'])).filter((row) => row['state'] !== 'ok');
    expect(await notOk()).toEqual([]);
    await company.admin.disableCapture('upgrade');
    expect(await notOk()).toHaveLength(company.crm.triggers.names.length + 1);
    await company.admin.enableCapture();
    expect(await notOk()).toMatchObject([
      { item: expect.stringMatching(/^gap \d+: upgrade$/) as string, state: 'not reconciled' },
    ]);
  });

  test('a reader sees the lag in one row', async () => {
    const expected = {
      pending_deliveries: 0,
      oldest_pending_seconds: null,
      parked_deliveries: 2,
      mailboxes_not_ok: 0,
      oldest_poll_seconds: null,
    };
    const [lag] = await report('sync_lag', [...Object.keys(expected), 'unfolded_changes']);
    expect(lag).toMatchObject(expected);
    expect(lag!['unfolded_changes']).toBeGreaterThan(0);
  });

  test('a reader calls no procedure and reads no table', async () => {
    for (const query of [
      'select * from domino_sync_api.list_users()',
      'select * from domino_sync.item_link',
      'select * from public.communication',
    ]) {
      expect(await company.crm.tryAs('domino_sync_reader', query)).toMatch(/permission (was )?denied/i);
    }
  });
});
