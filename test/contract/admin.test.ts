import { REASON_CODES } from '../../src/item/reason-code.ts';
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
import { engines } from './engines.ts';
import { forbiddenOn, testOn } from './lacking.ts';
import { daysAgo, type Columns } from './tables.ts';

describe.each(engines)('administration on $name', (engine) => {
  let company: Company;
  beforeEach(async () => {
    company = await openCompany(engine);
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
    const rows = await company.tables.select<{ code: string; meaning: string; remedy: string }>(
      'domino_sync.reason_code',
      ['code', 'meaning', 'remedy'],
    );
    expect(rows.map(({ code }) => code).sort()).toEqual([...REASON_CODES].sort());
    for (const { meaning, remedy } of rows) {
      expect(meaning).toMatch(/^[A-Z].*\.$/s);
      expect(remedy).toMatch(/^[A-Z].*\.$/s);
    }
  });

  testOn(engine)(
    'deploying again keeps settings and captions of the customer and brings lost texts back',
    async () => {
      const before = (await company.runner.readSettings()).values;
      await company.admin.changeSetting('poll_seconds', '15');
      const { tables } = company;
      await tables.remove('domino_sync.caption_map', { family: 'status' });
      await tables.insert('domino_sync.caption_map', {
        family: 'status',
        crm_value: 'Erledigt',
        item_value: 'completed',
      });
      await tables.update('domino_sync.reason_code', { meaning: 'x' });

      await company.crm.deployAgain();

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
      expect(await tables.count('domino_sync.reason_code', { meaning: 'x' })).toBe(0);
    },
  );

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
        enabled_email: 'alice@firm.example',
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
        verified_at: null,
        healed: null,
        open_differences: 0,
        verification: 'first comparison only',
      });
    });

    test('who was removed from the CRM after he was enabled stays listed', async () => {
      await company.tables.remove('users', { user_userid: ALICE });
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
      const ending = (days: number, more: Columns = {}) =>
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

      expect(await enable(company.admin, BOB, 'mail/bob.nsf')).toEqual({ enqueued: 6, taken_over: 0 });

      const rows = await company.tables.select<{ appointment_id: number }>(
        'domino_sync.delivery',
        ['appointment_id'],
        { crm_user_id: BOB, reason_code: 'first_sync' },
      );
      expect(rows.map((row) => row.appointment_id)).toEqual(
        [...wanted, asParticipant, byAddress].sort((a, b) => a - b),
      );
      expect(await enable(company.admin, BOB, 'mail/bob.nsf', 'to_crm')).toEqual({
        enqueued: 0,
        taken_over: 0,
      });
    });

    test('who organises takes over from those who hold copies', async () => {
      const id = await makeAppointment(company, {
        datetime: daysAhead(1),
        todatetime: daysAhead(1.1),
        organizer: String(BOB),
      });
      await makeLink(company, id, { comm_userid: ALICE, status: 3 });
      await company.runner.saveLinks(ALICE, [linkOf('copy', id, { role: 'copy' })]);

      expect(await enable(company.admin, BOB, 'mail/bob.nsf')).toEqual({ enqueued: 1, taken_over: 0 });

      expect((await company.admin.explain(id)).deliveries.map((each) => each.crm_user_id)).toEqual([
        ALICE,
        BOB,
      ]);
    });

    test('who is disabled loses his deliveries and nothing else; enabled again he starts afresh', async () => {
      const [outcome] = await company.runner.applyInbound(ALICE, [inbound('kept', { write_back: true })]);
      const id = outcome!.appointment_id!;
      await company.tables.update('domino_sync.sync_user', { cursor: 'c', first_sync_done_at: new Date() });

      await company.admin.disableUser(ALICE);
      await company.admin.disableUser(ALICE);

      const explanation = await company.admin.explain(id);
      expect(explanation.deliveries).toEqual([]);
      expect(explanation.appointment).toMatchObject({ deleted: false, holders: [] });
      expect(explanation.links).toMatchObject([{ state: 'linked', user_enabled: false }]);
      expect(await company.tables.count('domino_sync.activity', { action: 'disabled' })).toBe(1);

      await enable(company.admin, ALICE, 'mail/alice.nsf');
      expect(
        await company.tables.select('domino_sync.sync_user', [
          'enabled',
          'cursor',
          'first_sync_done_at',
          'disabled_at',
        ]),
      ).toEqual([{ enabled: true, cursor: null, first_sync_done_at: null, disabled_at: null }]);
      await expect(company.admin.disableUser(BOB)).rejects.toMatchObject({ details: { sqlState: 'CDS02' } });
    });
  });

  describe('capture', () => {
    const states = async () => (await company.admin.captureState()).triggers.map((trigger) => trigger.state);

    test('is switched off and on around an upgrade, and the gap is kept for reconcile', async () => {
      await company.crm.triggers.addOneOfSomebodyElse();

      await company.admin.disableCapture('upgrade to 2026 R1');
      await company.admin.disableCapture('once more');

      expect(await states()).toEqual(company.crm.triggers.names.map(() => 'disabled'));
      expect(await company.crm.triggers.theOneOfSomebodyElseIsEnabled()).toBe(true);
      const off = await company.admin.captureState();
      expect(off.open_gap).toMatchObject({ reason: 'upgrade to 2026 R1' });
      expect(off.unreconciled_gaps).toBe(1);
      await makeAppointment(company);
      expect((await company.admin.captureState()).log_rows).toBe(0);

      await company.admin.enableCapture();
      await company.admin.enableCapture();

      expect(await states()).toEqual(company.crm.triggers.names.map(() => 'enabled'));
      expect(await company.admin.captureState()).toMatchObject({
        open_gap: null,
        unreconciled_gaps: 1,
        faults: 0,
      });
      await makeAppointment(company);
      expect((await company.admin.captureState()).log_rows).toBe(1);
    });

    test('that somebody switched off behind our back leaves a gap as well', async () => {
      await company.crm.triggers.disable(company.crm.triggers.names.at(-1)!);
      await company.admin.enableCapture();
      expect(await company.admin.captureState()).toMatchObject({ open_gap: null, unreconciled_gaps: 1 });
      expect(await states()).toEqual(company.crm.triggers.names.map(() => 'enabled'));
    });

    test('cannot be enabled while a trigger is missing, nor disabled without a reason', async () => {
      const name = company.crm.triggers.names.at(-1)!;
      await company.crm.triggers.drop(name);
      expect(await states()).toContain('missing');
      await expect(company.admin.enableCapture()).rejects.toMatchObject(refused(`missing triggers: ${name}`));
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
    await company.tables.update('domino_sync.sync_user', { next_poll_at: daysAgo(-1) });
    expect((await admin.syncStatus()).backlog).toMatchObject({ parked: 1, due: 0 });

    expect(await admin.retryParked(null)).toBe(2);

    expect((await admin.syncStatus()).backlog).toMatchObject({ parked: 0, due: 1 });
    expect((await admin.explain(id)).deliveries).toMatchObject([{ reason_code: 'admin_retry', attempts: 0 }]);
    const due = (await runner.listKnown(ALICE))
      .filter((each) => each.retry_due)
      .map((each) => each.domino_uid);
    expect(due).toEqual(['refused']);
    const [polls] = await company.tables.select<{ next_poll_at: string }>('domino_sync.sync_user', [
      'next_poll_at',
    ]);
    expect(Date.parse(`${polls!.next_poll_at}Z`)).toBeLessThan(Date.now() + 60_000);
    expect(await admin.retryParked(id)).toBe(1);
    expect(await admin.retryParked(newId())).toBe(0);
  });

  test('an entry that was never taken over is tried again by its uid, and nothing else is', async () => {
    const { runner, admin } = company;
    const id = await makeAppointment(company);
    await runner.saveLinks(ALICE, [linkOf('other', id)]);
    const park = (uid: string) => ({
      form: 'event' as const,
      domino_uid: uid,
      domino_recurrence_id: '',
      domino_start: null,
      domino_digest: uid,
      reason_code: 'series_too_long',
      detail: null,
      subject: 'Parked',
      payload: null,
      retry_after_seconds: null,
    });
    await runner.parkInbound(ALICE, [park('wanted'), park('other')]);
    await company.tables.update('domino_sync.sync_user', { next_poll_at: daysAgo(-1) });
    const due = async () =>
      (await runner.listKnown(ALICE)).filter((each) => each.retry_due).map((each) => each.domino_uid);
    expect(await admin.retryParked(null, 'unknown')).toBe(0);
    expect(await due()).toEqual([]);
    expect(await admin.retryParked(null, 'wanted')).toBe(1);
    expect(await due()).toEqual(['wanted']);
    const [polls] = await company.tables.select<{ next_poll_at: string }>('domino_sync.sync_user', [
      'next_poll_at',
    ]);
    expect(Date.parse(`${polls!.next_poll_at}Z`)).toBeLessThan(Date.now() + 60_000);
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

    expect(explanation.reasons).toMatchObject({
      domino_created: { meaning: 'The entry is new in Notes.' },
      write_back: { remedy: 'Nothing to do.' },
    });
    expect(explanation.appointment).toMatchObject({ subject: 'Kick-off', present: true });
    expect(explanation.links).toMatchObject([{ mail_file: 'mail/alice.nsf', email: 'alice@firm.example' }]);
    expect(explanation.unfolded_changes).toBeGreaterThan(0);
    const nothing = await company.runner.explain(newId());
    expect(nothing).toMatchObject({
      deliveries: [],
      links: [],
      activity: [],
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
    const { tables } = company;
    const old = daysAgo(100);
    await tables.update('domino_sync.activity', { happened_at: old });
    await tables.update('domino_sync.run', { started_at: old });
    await tables.update('domino_sync.run', { finished_at: old }, { run_id: finished });
    await tables.update('domino_sync.capture_gap', { opened_at: old });
    await tables.update('domino_sync.runner', { seen_at: old });
    await tables.update('domino_sync.item_link', { updated_at: old, state: 'unlinked' });
    const activities = await tables.count('domino_sync.activity');

    expect(await company.admin.purgeHistory(365, 1000)).toBe(0);
    expect(await company.admin.purgeHistory(30, 1)).toBe(2);
    expect(await company.admin.purgeHistory(30, 1000)).toBe(activities - 1);
    expect(await company.admin.purgeHistory(30, 1000)).toBe(0);

    expect(await tables.select('domino_sync.run', ['run_id'])).toEqual([{ run_id: running }]);
    expect((await company.admin.captureState()).open_gap).not.toBeNull();
    expect(await tables.count('domino_sync.item_link')).toBe(2);
    expect(await tables.count('domino_sync.runner')).toBe(1);
    await expect(company.admin.purgeHistory(0, 10)).rejects.toMatchObject(refused('keep_days 0'));
  });

  test('the runner may read what the administrator reads, and change nothing of his', async () => {
    const { runner } = company;
    await runner.captureState();
    const forbidden = forbiddenOn(engine);
    await expect(runner.changeSetting('notices', 'always')).rejects.toMatchObject(forbidden);
    await expect(runner.disableUser(ALICE)).rejects.toMatchObject(forbidden);
    await expect(runner.disableCapture('x')).rejects.toMatchObject(forbidden);
    await expect(runner.purgeHistory(30, 10)).rejects.toMatchObject(forbidden);
    await expect(enable(runner, BOB, 'mail/bob.nsf')).rejects.toMatchObject(forbidden);
  });
});
