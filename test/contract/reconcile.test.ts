/** Reconcile, the breaker and what `purge` keeps, as the procedures do it. */
import { ALICE, BOB, inbound, openCompany, type Company } from './crm-company.ts';
import { engines } from './engines.ts';
import { daysAgo } from './tables.ts';

describe.each(engines)('reconcile on $name', (engine) => {
  let company: Company;
  beforeEach(async () => {
    company = await openCompany(engine);
  });
  afterEach(() => company.close());

  const alice = async () => (await company.admin.listUsers()).find((user) => user.crm_user_id === ALICE)!;
  const linkSome = async (count: number): Promise<number[]> => {
    const outcomes = await company.runner.applyInbound(
      ALICE,
      Array.from({ length: count }, (_, no) => inbound(`uid ${no}`, { item_no: no })),
    );
    return outcomes.map((one) => one.appointment_id!).sort((a, b) => a - b);
  };

  test('only who takes part is compared, and only with a reason', async () => {
    expect(await company.admin.requestReconcile(ALICE, 'a test')).toBe(1);
    expect(await alice()).toMatchObject({ verification: 'due' });
    await expect(company.admin.requestReconcile(BOB, 'a test')).rejects.toThrow(/does not take part/);
    await expect(company.admin.requestReconcile(null, ' ')).rejects.toThrow(/say why/);
  });

  test('it goes through the appointments chunk by chunk, keeps its place, and leaves what is in the queue', async () => {
    const ids = await linkSome(3);
    const { runner } = company;
    await company.tables.remove('domino_sync.delivery');
    await runner.enqueueDelivery(ALICE, [ids[1]!], 'crm_changed');
    await company.admin.requestReconcile(ALICE, 'a test');
    expect(await runner.reconcileChunk(ALICE, 2)).toEqual({ enqueued: 1, more: true });
    expect(await alice()).toMatchObject({ verification: 'running' });
    expect(await runner.reconcileChunk(ALICE, 2)).toEqual({ enqueued: 1, more: true });
    expect(await runner.reconcileChunk(ALICE, 2)).toEqual({ enqueued: 0, more: false });
    expect(await runner.reconcileChunk(ALICE, 2)).toEqual({ enqueued: 0, more: false });
    const deliveries = (await company.crm.deliveries()).map((one) => [one.appointment_id, one.reason_code]);
    expect(deliveries.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [ids[0], 'reconcile'],
      [ids[1], 'crm_changed'],
      [ids[2], 'reconcile'],
    ]);
  });

  test('when the side of the CRM is through, every linked entry that was not looked at since is due', async () => {
    await linkSome(2);
    const { runner } = company;
    const due = async () => (await runner.listKnown(ALICE)).filter((link) => link.retry_due).length;
    expect(await due()).toBe(0);
    await company.tables.update('domino_sync.item_link', { checked_at: daysAgo(0.01) });
    while ((await runner.reconcileChunk(ALICE, 100)).more);
    expect(await due()).toBe(2);
    expect(await runner.finishReconcile(ALICE)).toEqual({ healed: 0, open_differences: 0 });
    expect(await due()).toBe(0);
    expect(await alice()).toMatchObject({ verification: 'verified', healed: 0, open_differences: 0 });
  });

  test('what is asked for while one runs is done after it', async () => {
    const { runner, admin } = company;
    while ((await runner.reconcileChunk(ALICE, 100)).more);
    await admin.requestReconcile(ALICE, 'once more');
    await runner.finishReconcile(ALICE);
    expect(await alice()).toMatchObject({ verification: 'due' });
  });

  test('a gap is closed when every mailbox was compared since', async () => {
    const { runner, admin } = company;
    await admin.disableCapture('upgrade');
    await admin.enableCapture();
    expect(await alice()).toMatchObject({ verification: 'due' });
    expect((await admin.captureState()).unreconciled_gaps).toBe(1);
    while ((await runner.reconcileChunk(ALICE, 100)).more);
    await runner.finishReconcile(ALICE);
    expect((await admin.captureState()).unreconciled_gaps).toBe(0);
  });

  test('a trigger that somebody disabled opens a gap once, and it is closed when the trigger is back', async () => {
    const { runner, crm } = company;
    expect(await runner.watchCapture()).toEqual({ outcome: 'on', detail: null });
    const name = crm.triggers.names[0]!;
    await crm.triggers.disable(name);
    expect(await runner.watchCapture()).toEqual({ outcome: 'opened', detail: `${name} disabled` });
    expect(await runner.watchCapture()).toMatchObject({ outcome: 'off' });
    expect((await runner.captureState()).open_gap).toMatchObject({ reason: `found off: ${name} disabled` });
    await company.admin.enableCapture();
    expect(await runner.watchCapture()).toEqual({ outcome: 'on', detail: null });
    expect(await alice()).toMatchObject({ verification: 'due' });
  });

  test('deletions wait when they are too many, and what was allowed does not count any more', async () => {
    const { runner, admin, tables } = company;
    await admin.changeSetting('mass_disappearance_count', '1');
    const ids = await linkSome(4);
    expect(await runner.holdDeletions(ALICE, 'to_crm', ids.slice(0, 1), null)).toMatchObject({
      held: 0,
      linked: 4,
    });
    expect(await runner.holdDeletions(ALICE, 'to_crm', ids.slice(0, 3), null)).toEqual({
      held: 3,
      counted: 3,
      earlier: 0,
      linked: 4,
    });
    // No runner has given the mailbox back as held yet.
    expect(await admin.listHeld(ALICE)).toEqual([]);
    await tables.update('domino_sync.sync_user', { health: 'held' });
    const [plan] = await admin.listHeld(null);
    expect(plan).toMatchObject({ direction: 'to_crm', items: 3, linked: 4 });
    expect(plan!.appointments.map((one) => one.appointment_id)).toEqual(ids.slice(0, 3));
    expect(await admin.decideHeld(plan!.plan_id, 'allow')).toBe(3);
    expect(await alice()).toMatchObject({ health: 'ok' });
    expect(await runner.holdDeletions(ALICE, 'to_crm', ids, null)).toMatchObject({ held: 0, linked: 4 });
    await expect(admin.decideHeld(plan!.plan_id, 'allow')).rejects.toThrow(/decided already/);
  });

  test('a newer plan takes the place of one that nobody has decided', async () => {
    const { runner, admin, tables } = company;
    await admin.changeSetting('mass_disappearance_count', '1');
    const ids = await linkSome(4);
    await runner.holdDeletions(ALICE, 'to_crm', ids.slice(0, 2), null);
    await runner.holdDeletions(ALICE, 'to_crm', ids, null);
    await tables.update('domino_sync.sync_user', { health: 'held' });
    const plans = await admin.listHeld(ALICE);
    expect(plans).toMatchObject([{ items: 4 }]);
    expect(await tables.count('domino_sync.held_item')).toBe(4);
    await admin.decideHeld(plans[0]!.plan_id, 'refuse');
    expect(await tables.count('domino_sync.item_link', { unlinked_reason: 'deletion_refused' })).toBe(4);
  });

  test('purge keeps what somebody may still need', async () => {
    const { runner, admin, tables } = company;
    const run = await runner.startRun('cycle');
    const [id] = await linkSome(1);
    await runner.applyMissing(ALICE, [
      {
        appointment_id: id!,
        action: 'unlink',
        fingerprint: null,
        reason_code: 'deletion_kept',
        detail: null,
      },
    ]);
    await runner.finishRun(run, {}, null);
    for (const [field, age, resolved] of [
      ['subject', 100, null],
      ['location', 130, null],
      ['body', 100, daysAgo(90)],
    ] as const)
      await tables.insert('domino_sync.conflict', {
        appointment_id: id!,
        crm_user_id: ALICE,
        field,
        winner: 'crm',
        decided_by: 'test',
        decided_at: daysAgo(age),
        resolved_at: resolved,
      });
    const old = daysAgo(100);
    await tables.update('domino_sync.activity', { happened_at: old });
    await tables.update('domino_sync.run', { started_at: old, finished_at: old });
    while ((await admin.purgeHistory(30, 2)) > 0);
    expect(await tables.select('domino_sync.activity', ['reason_code'])).toEqual([
      { reason_code: 'deletion_kept' },
    ]);
    expect(await tables.count('domino_sync.run')).toBe(1);
    expect(await tables.select('domino_sync.conflict', ['field'])).toEqual([{ field: 'subject' }]);
  });
});
