/** Leases, versions, retries: nothing is lost when a runner dies, nothing is worked on twice at once. */
import { engines, type CrmUnderTest, type VendorSession } from './engines.ts';
import { testOn } from './lacking.ts';
import { failure, link, result } from './links.ts';
import type { CrmDatabase, LeasedDelivery, MailboxReport } from '../../src/crm/contract.ts';

const REPORT: MailboxReport = {
  health: 'ok',
  reason_code: null,
  detail: null,
  polled: true,
  next_poll_seconds: 0,
};

describe.each(engines)('the queue on $name', ({ name, create }) => {
  const test = testOn({ name });
  let crm: CrmUnderTest;
  let sage: VendorSession;
  let runner: CrmDatabase & { runnerId: number };

  beforeEach(async () => {
    crm = await create();
    await crm.enableUsers(4, 5);
    sage = await crm.sage();
    runner = await crm.openRunner();
  });
  afterEach(() => crm.drop());

  const enqueue = async (userId = 4): Promise<number> => {
    const id = await sage.insertCommunication({ comm_subject: 'Lunch', comm_organizer: `${userId}` });
    await runner.foldChanges(1000);
    return id;
  };

  const leaseOne = async (from: CrmDatabase = runner): Promise<LeasedDelivery> => {
    const [leased, ...more] = await from.leaseOutbound(4, 10, 60);
    if (leased === undefined || more.length > 0) throw new Error(`leased ${more.length} more than one`);
    return leased;
  };

  const ids = (mailboxes: readonly { crm_user_id: number }[]): number[] =>
    mailboxes.map(({ crm_user_id }) => crm_user_id).sort();

  describe('a mailbox', () => {
    test('is leased by one runner at a time, also when many ask at once', async () => {
      const runners = await Promise.all([1, 2, 3, 4].map(() => crm.openRunner()));
      const leased = await Promise.all(runners.map((each) => each.leaseMailboxes(10, 60)));
      expect(ids(leased.flat())).toEqual([4, 5]);
      expect(await runner.leaseMailboxes(10, 60)).toEqual([]);
    });

    test('that its runner still holds from a cycle the database cut short is leased again at once, with its deliveries', async () => {
      await enqueue(4);
      expect(ids(await runner.leaseMailboxes(10, 60))).toEqual([4, 5]);
      const held = await leaseOne();
      // Neither the answers nor a release got through; the same runner begins its next cycle.
      expect(ids(await runner.leaseMailboxes(10, 60))).toEqual([4, 5]);
      expect(await leaseOne()).toMatchObject({ appointment_id: held.appointment_id });
    });

    test('says what there is to do in it', async () => {
      await enqueue(4);
      const [mailbox] = (await runner.leaseMailboxes(10, 60)).filter(({ crm_user_id }) => crm_user_id === 4);
      expect(mailbox).toMatchObject({
        email: 'user4@example.com',
        mail_file: 'mail/user4.nsf',
        direction: 'both',
        enabled: true,
        cursor: null,
        database_identity: null,
        due_deliveries: 1,
        poll_due: true,
        first_sync_done: false,
      });
      expect(mailbox?.window_start).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    });

    test('is free again once it is released, and remembers the cursor and the database it belongs to', async () => {
      await runner.leaseMailboxes(10, 60);
      await runner.releaseMailbox(4, { ...REPORT, cursor: 'cursor-1' });
      const [mailbox] = (await runner.leaseMailboxes(10, 60)).filter(({ crm_user_id }) => crm_user_id === 4);
      expect(mailbox).toMatchObject({ cursor: 'cursor-1', first_sync_done: true });
      expect(mailbox?.database_identity).toBe((await runner.readSettings()).database_identity);
    });

    test('waits for its next poll unless a delivery is due', async () => {
      await runner.leaseMailboxes(10, 60);
      for (const id of [4, 5]) await runner.releaseMailbox(id, { ...REPORT, next_poll_seconds: 3600 });
      expect(await runner.leaseMailboxes(10, 60)).toEqual([]);
      await enqueue(5);
      const [mailbox] = await runner.leaseMailboxes(10, 60);
      expect(mailbox).toMatchObject({ crm_user_id: 5, poll_due: false, due_deliveries: 1 });
    });

    test('that is paused or held is left alone, deliveries or not', async () => {
      await runner.leaseMailboxes(10, 60);
      await runner.releaseMailbox(4, {
        ...REPORT,
        health: 'paused',
        reason_code: 'domino_unreachable',
        next_poll_seconds: 3600,
      });
      await runner.releaseMailbox(5, { ...REPORT, health: 'held', reason_code: 'mass_disappearance' });
      await enqueue(4);
      await enqueue(5);
      expect(await runner.leaseMailboxes(10, 60)).toEqual([]);
    });

    test('is free at once when the session of its runner is gone', async () => {
      const other = await crm.openRunner();
      expect(await other.leaseMailboxes(10, 3600)).toHaveLength(2);
      expect(await runner.leaseMailboxes(10, 60)).toEqual([]);
      await other.close();
      expect(await runner.leaseMailboxes(10, 60)).toHaveLength(2);
    });

    test('is free when the lease ran out, although its runner lives; that runner is told', async () => {
      const other = await crm.openRunner();
      await other.leaseMailboxes(10, 60);
      await enqueue(4);
      const leased = await leaseOne(other);
      await crm.expireLeases();
      expect(ids(await runner.leaseMailboxes(10, 60))).toEqual([4, 5]);
      expect(await other.renewMailbox(4, 60)).toBe(false);
      const lost = { code: 'crm_lease_lost' };
      await expect(other.leaseOutbound(4, 10, 60)).rejects.toMatchObject(lost);
      await expect(other.completeOutbound([result(leased)])).rejects.toMatchObject(lost);
      await expect(other.failOutbound([failure(leased)])).rejects.toMatchObject(lost);
      await expect(other.beginCreate([link(1, 4, { state: 'creating' })])).rejects.toMatchObject(lost);
      await expect(other.releaseMailbox(4, REPORT)).rejects.toMatchObject(lost);
    });

    test('stays leased for as long as it is renewed', async () => {
      const other = await crm.openRunner();
      await other.leaseMailboxes(10, 60);
      await crm.expireLeases();
      expect(await other.renewMailbox(4, 60)).toBe(true);
      expect(ids(await runner.leaseMailboxes(10, 60))).toEqual([5]);
    });

    test('a runner whose session broke announces itself again under the same id', async () => {
      let reconnected = (): void => undefined;
      const back = new Promise<void>((resolve) => {
        reconnected = resolve;
      });
      const other = await crm.openRunner();
      await other.onWork(() => reconnected());
      await other.leaseMailboxes(10, 3600);
      await crm.killRunner(other.runnerId);
      await back;
      expect(await runner.leaseMailboxes(10, 60)).toEqual([]);
      expect(await other.renewMailbox(4, 60)).toBe(true);
    });
  });

  describe('a delivery', () => {
    test('is leased once, and only with its mailbox', async () => {
      await enqueue(4);
      await expect(runner.leaseOutbound(4, 10, 60)).rejects.toMatchObject({ code: 'crm_lease_lost' });
      await runner.leaseMailboxes(10, 60);
      expect(await leaseOne()).toMatchObject({
        crm_user_id: 4,
        attempts: 0,
        reason_code: 'crm_created',
        link: null,
      });
      expect(await runner.leaseOutbound(4, 10, 60)).toEqual([]);
    });

    test('of any leased mailbox is handed out when none is named', async () => {
      await enqueue(4);
      await enqueue(5);
      expect(await runner.leaseOutbound(null, 10, 60)).toEqual([]);
      await runner.leaseMailboxes(10, 60);
      expect(ids(await runner.leaseOutbound(null, 10, 60))).toEqual([4, 5]);
    });

    test('is gone when completed, and its link comes with the next one', async () => {
      const id = await enqueue(4);
      await runner.leaseMailboxes(10, 60);
      expect(await runner.completeOutbound([result(await leaseOne())])).toEqual({
        completed: 1,
        requeued: 0,
      });
      expect(await crm.deliveries()).toEqual([]);
      await sage.updateCommunications([id], { comm_subject: 'Dinner' });
      await runner.foldChanges(1000);
      const next = await leaseOne();
      expect(next.reason_code).toBe('crm_changed');
      expect(next.link).toMatchObject(link(id, 4));
    });

    test('that changed meanwhile stays in the queue under its newer version', async () => {
      const id = await enqueue(4);
      await runner.leaseMailboxes(10, 60);
      const leased = await leaseOne();
      await sage.updateCommunications([id], { comm_subject: 'Dinner' });
      await runner.foldChanges(1000);
      // still in hand: nobody works on it a second time meanwhile
      expect(await runner.leaseOutbound(4, 10, 60)).toEqual([]);
      expect(await runner.completeOutbound([result(leased)])).toEqual({ completed: 0, requeued: 1 });
      const again = await leaseOne();
      expect(again.version).not.toBe(leased.version);
      expect(again.link).toMatchObject({ state: 'linked' });
    });

    test('whose completion comes twice is ended once', async () => {
      await enqueue(4);
      await runner.leaseMailboxes(10, 60);
      const leased = await leaseOne();
      await runner.completeOutbound([result(leased)]);
      expect(await runner.completeOutbound([result(leased)])).toEqual({ completed: 0, requeued: 0 });
    });

    test('that failed waits for its next attempt', async () => {
      await enqueue(4);
      await runner.leaseMailboxes(10, 60);
      const leased = await leaseOne();
      const waiting = await runner.failOutbound([failure(leased, { retry_after_seconds: 3600 })]);
      expect(waiting).toEqual({ waiting: 1, parked: 0 });
      expect(await runner.leaseOutbound(4, 10, 60)).toEqual([]);
      expect(await crm.deliveries()).toMatchObject([
        { attempts: 1, last_error: 'no answer', leased_by: null },
      ]);
    });

    test('that failed is due at once when it is retried at once, with its attempts counted', async () => {
      await enqueue(4);
      await runner.leaseMailboxes(10, 60);
      await runner.failOutbound([failure(await leaseOne(), { retry_after_seconds: 0 })]);
      expect(await leaseOne()).toMatchObject({ attempts: 1 });
    });

    test('that is parked rests until the appointment changes again', async () => {
      const id = await enqueue(4);
      await runner.leaseMailboxes(10, 60);
      const leased = await leaseOne();
      const parked = await runner.failOutbound([failure(leased, { retry_after_seconds: null })]);
      expect(parked).toEqual({ waiting: 0, parked: 1 });
      expect(await runner.leaseOutbound(4, 10, 60)).toEqual([]);
      expect(await crm.deliveries()).toMatchObject([{ parked: true }]);
      await sage.updateCommunications([id], { comm_subject: 'Dinner' });
      await runner.foldChanges(1000);
      expect(await leaseOne()).toMatchObject({ attempts: 0 });
      expect(await crm.deliveries()).toMatchObject([{ parked: false, last_error: null }]);
    });

    test('that changed meanwhile is not parked by the failure of its older version', async () => {
      const id = await enqueue(4);
      await runner.leaseMailboxes(10, 60);
      const leased = await leaseOne();
      await sage.updateCommunications([id], { comm_subject: 'Dinner' });
      await runner.foldChanges(1000);
      const failed = await runner.failOutbound([failure(leased, { retry_after_seconds: null })]);
      expect(failed).toEqual({ waiting: 1, parked: 0 });
      expect(await leaseOne()).toMatchObject({ attempts: 0 });
    });

    test('is put in the queue on request, parked or not, and wakes the runner', async () => {
      const id = await enqueue(4);
      await runner.leaseMailboxes(10, 60);
      await runner.failOutbound([failure(await leaseOne(), { retry_after_seconds: null })]);
      await runner.enqueueDelivery(4, [id], 'admin_retry');
      expect(await leaseOne()).toMatchObject({ reason_code: 'admin_retry' });
      await expect(runner.enqueueDelivery(77, [id], 'admin_retry')).rejects.toMatchObject({
        code: 'crm_refused',
      });
    });

    test('that a dead runner had in hand is handed to the next one', async () => {
      await enqueue(4);
      const other = await crm.openRunner();
      await other.leaseMailboxes(10, 3600);
      const leased = await leaseOne(other);
      await other.close();
      await runner.leaseMailboxes(10, 60);
      expect(await leaseOne()).toMatchObject({
        appointment_id: leased.appointment_id,
        version: leased.version,
      });
    });

    test('that a living runner has in hand is not handed out, although the mailbox changed hands', async () => {
      await enqueue(4);
      const other = await crm.openRunner();
      await other.leaseMailboxes(10, 60);
      await crm.expireLeases();
      await leaseOne(other);
      await runner.leaseMailboxes(10, 60);
      expect(await runner.leaseOutbound(4, 10, 60)).toEqual([]);
    });
  });

  describe('a link', () => {
    test('is recorded as being created before Domino is asked, once for all attempts', async () => {
      const id = await enqueue(4);
      await runner.leaseMailboxes(10, 60);
      const leased = await leaseOne();
      await runner.beginCreate([link(id, 4, { state: 'creating' })]);
      await runner.failOutbound([failure(leased, { retry_after_seconds: 0 })]);
      const first = (await leaseOne()).link;
      expect(first).toMatchObject({ state: 'creating' });
      await runner.beginCreate([link(id, 4, { state: 'creating', base_hash: 'newer' })]);
      const [again] = await runner.readLinks(4, [{ uid: `uid-${id}-4`, recurrence_id: '' }]);
      expect(again).toMatchObject({ state: 'creating', base_hash: 'newer', created_at: first?.created_at });
    });

    test('to an entry that belongs to another appointment is refused, by name', async () => {
      const [one, two] = [await enqueue(4), await enqueue(4)];
      await runner.leaseMailboxes(10, 60);
      const [first, second] = await runner.leaseOutbound(4, 10, 60);
      if (first === undefined || second === undefined) throw new Error('two deliveries were expected');
      await runner.completeOutbound([result({ ...first, appointment_id: one })]);
      const stolen = link(two, 4, { domino_uid: `uid-${one}-4` });
      await expect(
        runner.completeOutbound([result({ ...second, appointment_id: two }, { link: stolen })]),
      ).rejects.toMatchObject({
        code: 'crm_refused',
        message: expect.stringContaining(`appointment ${two}`) as string,
      });
    });

    test('conflicts and effects are kept for the administrator', async () => {
      const id = await enqueue(4);
      await runner.leaseMailboxes(10, 60);
      const run = await runner.startRun('once');
      const leased = await leaseOne();
      const conflict = {
        field: 'subject',
        base_value: 'Lunch',
        crm_value: 'Dinner',
        domino_value: 'Supper',
        winner: 'crm',
        decided_by: 'newest',
      } as const;
      await runner.completeOutbound([
        result(leased, { action: 'updated', reason_code: 'conflict_resolved', conflicts: [conflict] }),
      ]);
      await runner.finishRun(run, { updated: 1 }, null);
      const { conflicts, activity } = await runner.explain(id);
      expect(conflicts).toMatchObject([conflict]);
      expect(activity).toMatchObject([{ action: 'updated', reason_code: 'conflict_resolved' }]);
      expect((await runner.syncStatus()).last_runs).toMatchObject([{ run_id: run, counts: { updated: 1 } }]);
    });
  });
});
