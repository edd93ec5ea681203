/** The breaker as the procedures weigh it: a series is one, what was deleted slowly is not forgotten, and asking writes nothing. */
import { ALICE, BOB, enable, inbound, openCompany, type Company } from './crm-company.ts';
import { engines } from './engines.ts';
import { daysAgo } from './tables.ts';

describe.each(engines)('the breaker on $name', (engine) => {
  let company: Company;
  beforeEach(async () => {
    company = await openCompany(engine);
    await company.admin.changeSetting('mass_disappearance_count', '2');
  });
  afterEach(() => company.close());

  const linkSome = async (
    count: number,
    linkOfNo: (no: number) => { domino_uid?: string; domino_recurrence_id?: string } = () => ({}),
  ): Promise<number[]> => {
    const outcomes = await company.runner.applyInbound(
      ALICE,
      Array.from({ length: count }, (_, no) => {
        const item = inbound(`uid ${no}`, { item_no: no });
        return { ...item, link: { ...item.link, ...linkOfNo(no) } };
      }),
    );
    return outcomes.map((one) => one.appointment_id!).sort((a, b) => a - b);
  };
  const weigh = (ids: readonly number[], reason: string | null = null) =>
    company.runner.holdDeletions(ALICE, 'to_crm', ids, reason);
  const deleteInCrm = async (ids: readonly number[]): Promise<void> => {
    const rows = await company.runner.readAppointments(ids);
    const outcomes = await company.runner.applyMissing(
      ALICE,
      rows.map(({ appointment_id: id, fingerprint }) => ({
        appointment_id: id,
        action: 'delete',
        fingerprint,
        reason_code: 'domino_deleted',
        detail: null,
      })),
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'deleted'));
  };
  const decide = async (decision: 'allow' | 'refuse' | 'recreate') => {
    await company.tables.update('domino_sync.sync_user', { health: 'held' });
    const [plan] = await company.admin.listHeld(ALICE);
    return company.admin.decideHeld(plan!.plan_id, decision);
  };

  test('occurrences that share Comm_RecurrenceId count once, among those that go and those that stay', async () => {
    const ids = await linkSome(7);
    const series = ids.slice(0, 4);
    for (const id of series)
      await company.tables.update('communication', { comm_recurrenceid: 17 }, { comm_communicationid: id });
    expect(await weigh(series)).toEqual({ held: 0, counted: 1, earlier: 0, linked: 4 });
    expect(await weigh([...series, ids[4]!])).toEqual({ held: 0, counted: 2, earlier: 0, linked: 4 });
    expect(await weigh(ids.slice(0, 6))).toEqual({ held: 6, counted: 3, earlier: 0, linked: 4 });
  });

  test('a number of zero is no series', async () => {
    const ids = await linkSome(4);
    for (const id of ids)
      await company.tables.update('communication', { comm_recurrenceid: 0 }, { comm_communicationid: id });
    expect(await weigh(ids)).toEqual({ held: 4, counted: 4, earlier: 0, linked: 4 });
  });

  test('instances of one repeating entry count once', async () => {
    const ids = await linkSome(5, (no) => ({
      domino_uid: 'repeating',
      domino_recurrence_id: `2026050${no + 1}T070000Z`,
    }));
    expect(await weigh(ids)).toEqual({ held: 0, counted: 1, earlier: 0, linked: 1 });
  });

  test('slow deletions add up until their hours are over', async () => {
    const ids = await linkSome(6);
    await deleteInCrm(ids.slice(0, 2));
    expect(await weigh(ids.slice(2, 3))).toEqual({ held: 1, counted: 3, earlier: 2, linked: 6 });
    await company.tables.update('domino_sync.sync_user', { health: 'held' });
    expect(await company.admin.listHeld(ALICE)).toMatchObject([
      { items: 1, earlier: 2, linked: 6, reason_code: 'mass_disappearance' },
    ]);
    await company.tables.update(
      'domino_sync.activity',
      { happened_at: daysAgo(23 / 24) },
      { action: 'deleted' },
    );
    expect(await weigh(ids.slice(2, 3))).toMatchObject({ held: 1 });
    await company.tables.update(
      'domino_sync.activity',
      { happened_at: daysAgo(25 / 24) },
      { action: 'deleted' },
    );
    expect(await weigh(ids.slice(2, 3))).toEqual({ held: 0, counted: 1, earlier: 0, linked: 4 });
  });

  test('by setting only what is deleted at once counts', async () => {
    await company.admin.changeSetting('mass_disappearance_hours', '0');
    const ids = await linkSome(6);
    await deleteInCrm(ids.slice(0, 2));
    expect(await weigh(ids.slice(2, 4))).toEqual({ held: 0, counted: 2, earlier: 0, linked: 4 });
    await expect(company.admin.changeSetting('mass_disappearance_hours', '169')).rejects.toThrow(
      /not a number from 0 to 168/,
    );
  });

  test('what an administrator has allowed no longer counts, nor what was deleted before he did', async () => {
    const ids = await linkSome(20);
    await deleteInCrm(ids.slice(0, 2));
    expect(await weigh(ids.slice(2, 5))).toMatchObject({ held: 3, earlier: 2 });
    expect(await decide('allow')).toBe(3);
    await deleteInCrm(ids.slice(2, 5));
    expect(await weigh(ids.slice(5, 7))).toEqual({ held: 0, counted: 2, earlier: 0, linked: 15 });
    await deleteInCrm(ids.slice(5, 7));
    // 3 of 15 are 20 per cent, and that is not more than 20; 4 of 15 are.
    expect(await weigh(ids.slice(7, 8))).toEqual({ held: 0, counted: 3, earlier: 2, linked: 15 });
    expect(await weigh(ids.slice(7, 9))).toEqual({ held: 2, counted: 4, earlier: 2, linked: 15 });
  });

  test('what was refused was never deleted, and the earlier ones still count', async () => {
    const ids = await linkSome(6);
    await deleteInCrm(ids.slice(0, 2));
    expect(await weigh(ids.slice(2, 3))).toMatchObject({ held: 1 });
    expect(await decide('refuse')).toBe(1);
    expect(await weigh(ids.slice(3, 4))).toMatchObject({ held: 1, counted: 3, earlier: 2 });
  });

  test('deletions on the other side, or of other mailboxes, are no business of this one', async () => {
    const ids = await linkSome(6);
    await deleteInCrm(ids.slice(0, 2));
    await company.tables.update('domino_sync.activity', { direction: 'to_domino' }, { action: 'deleted' });
    expect(await weigh(ids.slice(2, 3))).toMatchObject({ held: 0, earlier: 0 });
    await enable(company.admin, BOB, 'mail/bob.nsf');
    await company.tables.update(
      'domino_sync.activity',
      { direction: 'to_crm', crm_user_id: BOB },
      { action: 'deleted' },
    );
    expect(await weigh(ids.slice(2, 3))).toMatchObject({ held: 0, earlier: 0 });
  });

  test('with a reason even one waits, and is told with it', async () => {
    const ids = await linkSome(4);
    expect(await weigh(ids.slice(0, 1), 'mail_file_older')).toMatchObject({ held: 1, counted: 1 });
    await company.tables.update('domino_sync.sync_user', { health: 'held' });
    expect(await company.admin.listHeld(ALICE)).toMatchObject([
      { items: 1, direction: 'to_crm', reason_code: 'mail_file_older' },
    ]);
    expect((await company.admin.syncStatus()).held_plans).toMatchObject([
      { items: 1, earlier: 0, reason_code: 'mail_file_older' },
    ]);
  });

  test('made again: the CRM delivers what it writes, the rest is kept apart; what Domino is to lose cannot be made again', async () => {
    const ids = await linkSome(2, (no) => ({ domino_uid: `recreated ${no}` }));
    const copy = ids[1]!;
    await company.tables.update(
      'domino_sync.item_link',
      { role: 'copy', kind: 'meeting' },
      { appointment_id: copy },
    );
    await company.tables.remove('domino_sync.delivery');
    await weigh(ids, 'mail_file_older');
    expect(await decide('recreate')).toBe(2);
    expect(
      (await company.crm.deliveries()).map(({ appointment_id: id, reason_code: why }) => [id, why]),
    ).toEqual([[ids[0], 'domino_older']]);
    expect(
      await company.tables.count('domino_sync.item_link', {
        appointment_id: copy,
        state: 'unlinked',
        unlinked_reason: 'domino_older',
      }),
    ).toBe(1);

    await company.tables.update('communication', { comm_deleted: 1 }, { comm_communicationid: ids[0]! });
    await company.admin.changeSetting('deleted_past', 'delete');
    const held = await company.runner.holdDeletions(ALICE, 'to_domino', [], 'mass_deletion');
    expect(held).toMatchObject({ held: 1 });
    await expect(decide('recreate')).rejects.toThrow(/nothing to make again/);
    expect(await decide('refuse')).toBe(1);
  });

  test('a preview is told the same, and nothing is written', async () => {
    const ids = await linkSome(6);
    await deleteInCrm(ids.slice(0, 2));
    const before = [
      await company.tables.count('domino_sync.held_plan'),
      await company.tables.count('domino_sync.activity'),
    ];
    const told = await company.crm.callWith(company.crm.habits[0]!, 'preview_deletions', {
      p_crm_user_id: ALICE,
      p_direction: 'to_crm',
      p_ids: JSON.stringify(ids.slice(2, 4)),
      p_reason: null,
    });
    expect(told).toEqual([{ held: 2, counted: 4, earlier: 2, linked: 6 }]);
    expect([
      await company.tables.count('domino_sync.held_plan'),
      await company.tables.count('domino_sync.activity'),
    ]).toEqual(before);
    expect(await weigh(ids.slice(2, 4))).toEqual(told[0]);
  });
});
