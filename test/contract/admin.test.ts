import { REASON_CODES } from '../../src/item/reason-code.ts';
import { deployPostgres } from '../../src/crm/deploy/postgres.ts';
import {
  ALICE,
  BOB,
  CAROL,
  DELETED,
  DISABLED,
  enable,
  inbound,
  linkOf,
  makeAppointment,
  makeLink,
  newId,
  NO_ADDRESS,
  openCompany,
  ROOM,
  TEMPLATE,
  type Company,
} from './crm-company.ts';

let company: Company;
beforeEach(async () => {
  company = await openCompany();
});
afterEach(() => company.close());

const daysAhead = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19);
const refused = (text: string) => ({
  code: 'crm_refused',
  details: { sqlState: 'CDS03' },
  message: expect.stringContaining(text) as string,
});

test('every reason code has its text, and there are no others', async () => {
  const rows = await company.sql<{ code: string; meaning: string; remedy: string }>(
    'select code, meaning, remedy from domino_sync.reason_code',
  );
  expect(rows.map(({ code }) => code).sort()).toEqual([...REASON_CODES].sort());
  for (const { meaning, remedy } of rows) {
    expect(meaning).toMatch(/^[A-Z].*\.$/s);
    expect(remedy).toMatch(/^[A-Z].*\.$/s);
  }
});

test('deploying again keeps settings and captions of the customer and brings lost texts back', async () => {
  const before = (await company.runner.readSettings()).values;
  await company.admin.changeSetting('poll_seconds', '15');
  await company.sql(`delete from domino_sync.caption_map where family = 'status'`);
  await company.sql(
    `insert into domino_sync.caption_map (family, crm_value, item_value) values ('status', 'Erledigt', 'completed')`,
  );
  await company.sql(`update domino_sync.reason_code set meaning = 'x'`);
  // as after an update of the program
  await company.sql(`update domino_sync.deployed_object set checksum = 'old'`);

  await deployPostgres({ connectionString: company.database.url });

  const { values, captions } = await company.runner.readSettings();
  expect(values).toEqual({ ...before, poll_seconds: '15' });
  expect(values['instance_id']).toMatch(/^[0-9a-f]{8}$/);
  expect(captions.filter(({ family }) => family === 'status')).toMatchObject([{ crm_value: 'Erledigt' }]);
  expect(captions).toContainEqual({
    family: 'category',
    crm_value: 'PhoneOut',
    item_value: 'Phone Calls',
    to_item: true,
    to_crm: true,
  });
  expect(await company.sql(`select from domino_sync.reason_code where meaning = 'x'`)).toEqual([]);
});

describe('a user', () => {
  test('is listed with the reason why he cannot take part', async () => {
    const users = await company.admin.listUsers();

    expect(Object.fromEntries(users.map((user) => [user.crm_user_id, user.refusal]))).toEqual({
      [ALICE]: null,
      [BOB]: null,
      [CAROL]: null,
      [DISABLED]: 'disabled in the CRM',
      [ROOM]: 'a resource, not a person',
      [TEMPLATE]: 'a template, not a person',
      [NO_ADDRESS]: 'no e-mail address in the CRM',
    });
    expect(users.find((user) => user.crm_user_id === ALICE)).toEqual({
      crm_user_id: ALICE,
      logon: 'alice',
      email: 'alice@firm.example',
      name: 'Alice Adams',
      enabled: true,
      mail_file: 'mail/alice.nsf',
      notes_name: null,
      direction: 'both',
      health: 'ok',
      health_reason: null,
      health_detail: null,
      last_poll_at: null,
      pending: 0,
      parked: 0,
      linked: 0,
      refusal: null,
      first_sync_done: false,
      first_sync_total: null,
      first_sync_compared: null,
      first_sync_read: null,
    });
  });

  test('who was removed from the CRM after he was enabled stays listed', async () => {
    await company.sql('delete from users where user_userid = $1', [ALICE]);
    const alice = (await company.runner.listUsers()).find((user) => user.crm_user_id === ALICE);
    expect(alice).toMatchObject({ enabled: true, name: 'user 1', refusal: 'removed from the CRM' });
  });

  test.each([
    [DISABLED, 'disabled in the CRM'],
    [ROOM, 'a resource'],
    [TEMPLATE, 'a template'],
    [NO_ADDRESS, 'no e-mail address'],
    [DELETED, 'deleted in the CRM'],
  ])('%i is refused: %s', async (crmUserId, text) => {
    await expect(enable(company.admin, crmUserId, 'mail/x.nsf')).rejects.toMatchObject(refused(text));
  });

  test('is refused with a mail file of somebody else, however it is written', async () => {
    await expect(enable(company.admin, BOB, '\\MAIL\\alice.nsf')).rejects.toMatchObject(
      refused('belongs to Alice Adams already'),
    );
    await expect(enable(company.admin, BOB, ' ')).rejects.toMatchObject(refused('mail_file is empty'));
    await expect(enable(company.admin, BOB, 'mail/b.nsf', 'up' as 'both')).rejects.toMatchObject(
      refused('direction up'),
    );
    await expect(enable(company.admin, 4711, 'mail/b.nsf')).rejects.toMatchObject({
      details: { sqlState: 'CDS02' },
    });
    await company.admin.disableUser(ALICE);
    await enable(company.admin, BOB, 'mail/alice.nsf');
  });

  test('who is enabled gets what his mail file should hold, from a day before the window on', async () => {
    const ending = (days: number, more: Record<string, unknown> = {}) =>
      makeAppointment(company, {
        datetime: daysAhead(days - 0.01),
        todatetime: daysAhead(days),
        organizer: String(BOB),
        ...more,
      });
    const wanted = [await ending(-14), await ending(1), await ending(365.5), await ending(800)];
    const asParticipant = await ending(2, { organizer: String(CAROL) });
    await makeLink(company, asParticipant, { comm_userid: BOB, status: 3 });
    const byAddress = await ending(2, { organizer: 'BOB@firm.example' });
    await ending(-16);
    await ending(1, { deleted: 1 });
    await ending(1, { crmonly: 'Y' });
    await ending(1, { type: 'Task' });
    await ending(1, { organizer: String(ALICE) });
    const declined = await ending(1, { organizer: String(CAROL) });
    await makeLink(company, declined, { comm_userid: BOB, status: 4 });

    expect(await enable(company.admin, BOB, 'mail/bob.nsf')).toEqual({ enqueued: 6 });

    const rows = await company.sql<{ appointment_id: number }>(
      `select appointment_id from domino_sync.delivery where crm_user_id = $1 and reason_code = 'first_sync' order by 1`,
      [BOB],
    );
    expect(rows.map((row) => row.appointment_id)).toEqual([...wanted, asParticipant, byAddress].sort());
    expect(await enable(company.admin, BOB, 'mail/bob.nsf', 'to_crm')).toEqual({ enqueued: 0 });
  });

  test('who organises takes over from those who hold copies', async () => {
    const id = await makeAppointment(company, {
      datetime: daysAhead(1),
      todatetime: daysAhead(1.1),
      organizer: String(BOB),
    });
    await makeLink(company, id, { comm_userid: ALICE, status: 3 });
    await company.runner.saveLinks(ALICE, [linkOf('copy', id, { role: 'copy' })]);

    expect(await enable(company.admin, BOB, 'mail/bob.nsf')).toEqual({ enqueued: 1 });

    expect((await company.admin.explain(id)).deliveries.map((each) => each.crm_user_id)).toEqual([
      ALICE,
      BOB,
    ]);
  });

  test('who is disabled loses his deliveries and nothing else; enabled again he starts afresh', async () => {
    const [outcome] = await company.runner.applyInbound(ALICE, [inbound('kept', { write_back: true })]);
    const id = outcome!.appointment_id!;
    await company.sql(`update domino_sync.sync_user set cursor = 'c', first_sync_done_at = now()`);

    await company.admin.disableUser(ALICE);
    await company.admin.disableUser(ALICE);

    const explanation = await company.admin.explain(id);
    expect(explanation.deliveries).toEqual([]);
    expect(explanation.appointment).toMatchObject({ deleted: false, holders: [] });
    expect(explanation.links).toMatchObject([{ state: 'linked', user_enabled: false }]);
    expect(await company.sql(`select from domino_sync.activity where action = 'disabled'`)).toHaveLength(1);

    await enable(company.admin, ALICE, 'mail/alice.nsf');
    expect(
      await company.sql('select enabled, cursor, first_sync_done_at, disabled_at from domino_sync.sync_user'),
    ).toEqual([{ enabled: true, cursor: null, first_sync_done_at: null, disabled_at: null }]);
    await expect(company.admin.disableUser(BOB)).rejects.toMatchObject({ details: { sqlState: 'CDS02' } });
  });
});

describe('capture', () => {
  const states = async () => (await company.admin.captureState()).triggers.map((trigger) => trigger.state);

  test('is switched off and on around an upgrade, and the gap is kept for reconcile', async () => {
    await company.sql(
      'create function touch() returns trigger language plpgsql as $$begin return new; end$$',
    );
    await company.sql(
      'create trigger of_somebody_else before update on communication for each row execute function touch()',
    );
    const others = () =>
      company.sql(`select tgenabled from pg_trigger where tgname = 'of_somebody_else' and tgenabled = 'O'`);

    await company.admin.disableCapture('upgrade to 2026 R1');
    await company.admin.disableCapture('once more');

    expect(await states()).toEqual(Array(6).fill('disabled'));
    expect(await others()).toHaveLength(1);
    const off = await company.admin.captureState();
    expect(off.open_gap).toMatchObject({ reason: 'upgrade to 2026 R1' });
    expect(off.unreconciled_gaps).toBe(1);
    await makeAppointment(company);
    expect((await company.admin.captureState()).log_rows).toBe(0);

    await company.admin.enableCapture();
    await company.admin.enableCapture();

    expect(await states()).toEqual(Array(6).fill('enabled'));
    expect(await company.admin.captureState()).toMatchObject({
      open_gap: null,
      unreconciled_gaps: 1,
      faults: 0,
    });
    await makeAppointment(company);
    expect((await company.admin.captureState()).log_rows).toBe(1);
  });

  test('that somebody switched off behind our back leaves a gap as well', async () => {
    await company.sql('alter table comm_link disable trigger domino_sync_comm_link_update');
    await company.admin.enableCapture();
    expect(await company.admin.captureState()).toMatchObject({ open_gap: null, unreconciled_gaps: 1 });
    expect(await states()).toEqual(Array(6).fill('enabled'));
  });

  test('cannot be enabled while a trigger is missing, nor disabled without a reason', async () => {
    await company.sql('drop trigger domino_sync_comm_link_delete on comm_link');
    expect(await states()).toContain('missing');
    await expect(company.admin.enableCapture()).rejects.toMatchObject(
      refused('missing triggers: domino_sync_comm_link_delete'),
    );
    await expect(company.admin.disableCapture('  ')).rejects.toMatchObject(refused('say why'));
  });
});

test('parked deliveries and refused entries go back in the queue, skipped ones only when named', async () => {
  const id = await makeAppointment(company);
  const { runner, admin } = company;
  await runner.saveLinks(ALICE, [linkOf('linked', id)]);
  await runner.enqueueDelivery(ALICE, [id], 'crm_changed');
  const [leased] = await runner.leaseOutbound(ALICE, 10, 60);
  await runner.failOutbound([
    { ...leased!, reason_code: 'domino_refused', error: 'no', retry_after_seconds: null },
  ]);
  const park = (domino_uid: string, reason_code: string) => ({
    form: 'event' as const,
    domino_uid,
    domino_recurrence_id: '',
    domino_start: null,
    domino_digest: 'd',
    reason_code,
    detail: null,
    subject: null,
    payload: null,
    retry_after_seconds: null,
  });
  await runner.parkInbound(ALICE, [
    park('refused', 'crm_refused'),
    park('skipped', 'series_too_long'),
    park('linked', 'not_organiser'),
  ]);
  await company.sql(`update domino_sync.sync_user set next_poll_at = now() + interval '1 hour'`);
  expect((await admin.syncStatus()).backlog).toMatchObject({ parked: 1, due: 0 });

  expect(await admin.retryParked(null)).toBe(2);

  expect((await admin.syncStatus()).backlog).toMatchObject({ parked: 0, due: 1 });
  expect((await admin.explain(id)).deliveries).toMatchObject([{ reason_code: 'admin_retry', attempts: 0 }]);
  const due = (await runner.listKnown(ALICE)).filter((each) => each.retry_due).map((each) => each.domino_uid);
  expect(due).toEqual(['refused']);
  expect(await company.sql('select from domino_sync.sync_user where next_poll_at <= now()')).toHaveLength(1);
  expect(await admin.retryParked(id)).toBe(1);
  expect(await admin.retryParked(newId())).toBe(0);
});

test('an entry is found by its uid: linked, or parked without an appointment', async () => {
  const id = await makeAppointment(company);
  await company.runner.saveLinks(ALICE, [linkOf('uid', id, { domino_unid: 'UNID' })]);

  expect(await company.runner.findByUid('uid')).toEqual([{ appointment_id: id, crm_user_id: ALICE }]);
  expect(await company.runner.findByUid('UNID')).toEqual([{ appointment_id: id, crm_user_id: ALICE }]);
  expect(await company.runner.findByUid('other')).toEqual([]);
});

test('an explanation names the meaning and remedy of every reason in it', async () => {
  const [outcome] = await company.runner.applyInbound(ALICE, [inbound('why', { write_back: true })]);

  const explanation = await company.runner.explain(outcome!.appointment_id!);

  expect(Object.keys(explanation.reasons).sort()).toEqual(['domino_created', 'write_back']);
  expect(explanation.appointment).toMatchObject({ subject: 'Kick-off', present: true });
  expect(explanation.links).toMatchObject([{ mail_file: 'mail/alice.nsf', email: 'alice@firm.example' }]);
  expect(explanation.unfolded_changes).toBeGreaterThan(0);
  const nothing = await company.runner.explain(newId());
  expect(nothing).toMatchObject({
    deliveries: [],
    links: [],
    activity: [],
    reasons: {},
    unfolded_changes: 0,
  });
  expect(nothing.appointment).toMatchObject({ present: false });
});

test('the status counts users, backlog, links, parked entries, runners and runs', async () => {
  const run = await company.runner.startRun('cycle');
  await company.runner.applyInbound(ALICE, [inbound('counted', { write_back: true })]);
  await company.runner.finishRun(run, { created: 1 }, null);

  expect(await company.runner.syncStatus()).toMatchObject({
    users: { enabled: 1, ok: 1, paused: 0, held: 0 },
    backlog: { due: 1, waiting: 0, leased: 0, parked: 0, oldest_seconds: expect.any(Number) as number },
    links: { linked: 1, unlinked: 0, creating: 0 },
    inbound_parked: { skipped: 0, errors: 0 },
    runners: [{ runner_id: company.runnerId, host: 'test', alive: true }],
    last_runs: [{ run_id: run, kind: 'cycle', counts: { created: 1 }, error: null }],
  });
});

test('the history is trimmed in batches, never what is unfinished', async () => {
  const finished = await company.runner.startRun('cycle');
  await company.runner.finishRun(finished, {}, null);
  const running = await company.runner.startRun('cycle');
  await company.admin.disableCapture('upgrade');
  await company.runner.applyInbound(ALICE, [inbound('old'), inbound('old too', { item_no: 1 })]);
  for (const change of [
    `activity set happened_at = happened_at - interval '100 days'`,
    `run set started_at = started_at - interval '100 days', finished_at = finished_at - interval '100 days'`,
    `capture_gap set opened_at = opened_at - interval '100 days'`,
    `runner set seen_at = seen_at - interval '100 days'`,
    `item_link set updated_at = updated_at - interval '100 days', state = 'unlinked'`,
  ]) {
    await company.sql(`update domino_sync.${change}`);
  }
  const activities = (await company.sql('select from domino_sync.activity')).length;

  expect(await company.admin.purgeHistory(365, 1000)).toBe(0);
  expect(await company.admin.purgeHistory(30, 1)).toBe(2);
  expect(await company.admin.purgeHistory(30, 1000)).toBe(activities - 1);
  expect(await company.admin.purgeHistory(30, 1000)).toBe(0);

  expect(await company.sql('select run_id::integer from domino_sync.run')).toEqual([{ run_id: running }]);
  expect((await company.admin.captureState()).open_gap).not.toBeNull();
  expect(await company.sql('select from domino_sync.item_link')).toHaveLength(2);
  expect(await company.sql('select from domino_sync.runner')).toHaveLength(1);
  await expect(company.admin.purgeHistory(0, 10)).rejects.toMatchObject(refused('keep_days 0'));
});

test('the runner may read what the administrator reads, and change nothing of his', async () => {
  const { runner } = company;
  await runner.captureState();
  const forbidden = { code: 'crm_forbidden' };
  await expect(runner.changeSetting('notices', 'always')).rejects.toMatchObject(forbidden);
  await expect(runner.disableUser(ALICE)).rejects.toMatchObject(forbidden);
  await expect(runner.disableCapture('x')).rejects.toMatchObject(forbidden);
  await expect(runner.purgeHistory(30, 10)).rejects.toMatchObject(forbidden);
  await expect(enable(runner, BOB, 'mail/bob.nsf')).rejects.toMatchObject(forbidden);
});
