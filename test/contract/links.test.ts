import type { MissingItem, ParkedItem } from '../../src/crm/contract.ts';
import {
  ALICE,
  BOB,
  fingerprintOf,
  inbound,
  linkOf,
  makeAppointment,
  makeLink,
  newId,
  openCompany,
  type Company,
} from './crm-company.ts';
import { engines } from './engines.ts';

describe.each(engines)('links on $name', (engine) => {
  let company: Company;
  beforeAll(async () => {
    company = await openCompany(engine);
  });
  afterAll(() => company.close());

  let uid = 0;
  const newUid = (): string => `entry-${++uid}`;

  const linked = async (): Promise<{ id: number; entry: string }> => {
    const id = await makeAppointment(company, { organizer: '1' });
    await makeLink(company, id, { comm_userid: ALICE, status: 6 });
    await makeLink(company, id, { comm_userid: BOB, status: 3 });
    const entry = newUid();
    await company.runner.saveLinks(ALICE, [linkOf(entry, id)]);
    return { id, entry };
  };

  const parked = (entry: string, changes: Partial<ParkedItem> = {}): ParkedItem => ({
    form: 'event',
    domino_uid: entry,
    domino_recurrence_id: '',
    domino_start: '2026-05-04T07:00:00Z',
    domino_digest: 'seen',
    reason_code: 'series_too_long',
    detail: null,
    subject: 'Weekly',
    payload: { private: false },
    retry_after_seconds: null,
    ...changes,
  });

  const knownOf = async (entry: string) =>
    (await company.runner.listKnown(ALICE)).filter(({ domino_uid }) => domino_uid === entry);

  describe('an entry that is gone from Domino', () => {
    const missing = async (id: number, changes: Partial<MissingItem> = {}) =>
      (
        await company.runner.applyMissing(ALICE, [
          {
            appointment_id: id,
            action: 'delete',
            fingerprint: await fingerprintOf(company, id),
            reason_code: 'domino_deleted',
            detail: null,
            ...changes,
          },
        ])
      )[0];

    test('S4: deletes the appointment softly, with its links, and leaves a tombstone', async () => {
      const { id, entry } = await linked();

      expect(await missing(id)).toEqual({ appointment_id: id, outcome: 'deleted' });

      expect(
        await company.tables.select('communication', ['comm_deleted', 'comm_updatedby'], {
          comm_communicationid: id,
        }),
      ).toEqual([{ comm_deleted: 1, comm_updatedby: ALICE }]);
      expect(
        await company.tables.select('comm_link', ['cmli_deleted'], { cmli_comm_communicationid: id }),
      ).toEqual([{ cmli_deleted: 1 }, { cmli_deleted: 1 }]);
      expect(await company.runner.readLinks(ALICE, [{ uid: entry, recurrence_id: '' }])).toMatchObject([
        { appointment_id: id, state: 'unlinked', unlinked_reason: 'domino_deleted' },
      ]);
      expect((await company.admin.explain(id)).activity).toMatchObject([
        { direction: 'to_crm', action: 'deleted', reason_code: 'domino_deleted' },
      ]);
      const origins = await company.tables.select<{ origin: string | null }>(
        'domino_sync.change_log',
        ['origin'],
        { appointment_id: id },
      );
      expect([...new Set(origins.map(({ origin }) => origin))].sort()).toEqual([`domino:${ALICE}`, null]);
    });

    test('S5: or only unlinks the pair, and the CRM stays as it is', async () => {
      const { id, entry } = await linked();
      const before = await fingerprintOf(company, id);

      const outcome = await missing(id, {
        action: 'unlink',
        fingerprint: null,
        reason_code: 'deletion_kept',
      });

      expect(outcome).toEqual({ appointment_id: id, outcome: 'unlinked' });
      expect(await fingerprintOf(company, id)).toBe(before);
      expect(await knownOf(entry)).toMatchObject([{ state: 'unlinked', reason_code: 'deletion_kept' }]);
      expect(await missing(id)).toEqual({ appointment_id: id, outcome: 'gone' });
    });

    test('ends what is parked in the queue for it; what waits for its turn stays', async () => {
      const [given, due] = [await linked(), await linked()];
      await company.runner.enqueueDelivery(ALICE, [given.id], 'crm_changed');
      const leased = (await company.runner.leaseOutbound(ALICE, 100, 60)).find(
        (one) => one.appointment_id === given.id,
      )!;
      await company.runner.failOutbound([
        {
          appointment_id: given.id,
          crm_user_id: ALICE,
          version: leased.version,
          reason_code: 'domino_refused',
          error: 'no',
          retry_after_seconds: null,
        },
      ]);
      await company.runner.enqueueDelivery(ALICE, [due.id], 'crm_changed');
      const queued = async (id: number) =>
        (await company.tables.select('domino_sync.delivery', ['appointment_id'], { appointment_id: id }))
          .length;
      expect([await queued(given.id), await queued(due.id)]).toEqual([1, 1]);

      expect(await missing(given.id)).toMatchObject({ outcome: 'deleted' });
      expect(await missing(due.id)).toMatchObject({ outcome: 'deleted' });

      expect([await queued(given.id), await queued(due.id)]).toEqual([0, 1]);
    });

    test('does not delete an appointment that changed meanwhile, or whose state nobody looked at', async () => {
      const { id, entry } = await linked();

      expect(await missing(id, { fingerprint: 'old' })).toEqual({ appointment_id: id, outcome: 'stale' });
      expect(await missing(id, { fingerprint: null })).toEqual({ appointment_id: id, outcome: 'stale' });

      expect(await company.runner.readAppointments([id])).toMatchObject([{ deleted: false }]);
      expect(await knownOf(entry)).toMatchObject([{ state: 'linked' }]);
      expect((await company.admin.explain(id)).activity).toEqual([]);
    });

    test('unlinks an appointment that was physically deleted', async () => {
      const { id } = await linked();
      await company.tables.remove('communication', { comm_communicationid: id });

      expect(await missing(id, { action: 'unlink', reason_code: 'crm_purged' })).toMatchObject({
        outcome: 'unlinked',
      });
    });

    test('is gone for an appointment that was never linked; an unknown action is refused', async () => {
      expect(await missing(newId())).toMatchObject({ outcome: 'gone' });
      const { id } = await linked();
      await expect(missing(id, { action: 'erase' as 'delete' })).rejects.toThrow('action erase is unknown');
    });
  });

  describe('a parked entry', () => {
    test('is known with its digest and reason until a change of it is stored', async () => {
      const entry = newUid();
      await company.runner.parkInbound(ALICE, [parked(entry)]);

      expect(await knownOf(entry)).toEqual([
        {
          appointment_id: null,
          state: 'parked',
          form: 'event',
          domino_uid: entry,
          domino_recurrence_id: '',
          domino_start: '2026-05-04T07:00:00Z',
          domino_digest: 'seen',
          domino_token: null,
          reason_code: 'series_too_long',
          retry_due: false,
          ask_due: true,
        },
      ]);

      await company.runner.applyInbound(ALICE, [inbound(entry)]);
      expect(await knownOf(entry)).toMatchObject([
        { state: 'linked', domino_digest: 'digest', reason_code: null },
      ]);
    });

    test('that is linked as well stays linked, with the digest that was refused', async () => {
      const { id, entry } = await linked();
      await company.runner.parkInbound(ALICE, [
        parked(entry, { reason_code: 'crm_busy', domino_digest: 'refused', retry_after_seconds: 0 }),
      ]);

      expect(await knownOf(entry)).toMatchObject([
        {
          appointment_id: id,
          state: 'linked',
          domino_digest: 'refused',
          reason_code: 'crm_busy',
          retry_due: true,
        },
      ]);
      expect((await company.admin.explain(id)).parked).toMatchObject([
        { domino_uid: entry, crm_user_id: ALICE, reason_code: 'crm_busy' },
      ]);
    });

    test('that is gone is forgotten, and told; one that is there is asked for again later, or at once by retry', async () => {
      const [gone, there] = [newUid(), newUid()];
      await company.runner.parkInbound(ALICE, [parked(gone), parked(there)]);
      await company.runner.settleParked(ALICE, [
        { domino_uid: gone, domino_recurrence_id: '', gone: true },
        { domino_uid: there, domino_recurrence_id: '', gone: false },
        { domino_uid: 'never parked', domino_recurrence_id: '', gone: true },
      ]);
      expect(await knownOf(gone)).toEqual([]);
      expect(await knownOf(there)).toMatchObject([{ state: 'parked', ask_due: false, retry_due: false }]);
      expect((await company.admin.explain(null, gone)).activity).toMatchObject([
        { action: 'forgotten', reason_code: 'parked_gone', detail: 'it was parked as series_too_long' },
        { action: 'skipped', reason_code: 'series_too_long' },
      ]);
      expect(await company.tables.count('domino_sync.activity', { domino_uid: 'never parked' })).toBe(0);

      await company.admin.retryParked(null, there);
      expect(await knownOf(there)).toMatchObject([{ ask_due: true, retry_due: true }]);
      // Read although no list shows it: where it stood is kept, and it is not read at every poll.
      await company.runner.parkInbound(ALICE, [parked(there, { domino_digest: '', domino_start: null })]);
      expect(await knownOf(there)).toMatchObject([{ ask_due: false, domino_start: '2026-05-04T07:00:00Z' }]);
    });

    test('goes with the pair that was unlinked because its entry is gone', async () => {
      const { id, entry } = await linked();
      await company.runner.parkInbound(ALICE, [parked(entry, { reason_code: 'crm_refused' })]);
      await company.runner.applyMissing(ALICE, [
        {
          appointment_id: id,
          action: 'unlink',
          fingerprint: null,
          reason_code: 'deletion_kept',
          detail: null,
        },
      ]);
      expect(await company.tables.count('domino_sync.inbound_parked', { domino_uid: entry })).toBe(0);
      expect(await knownOf(entry)).toMatchObject([{ state: 'unlinked', ask_due: false }]);
    });

    test('counts its attempts and tells of a reason once', async () => {
      const entry = newUid();
      const rows = async () => ({
        parked: await company.tables.select('domino_sync.inbound_parked', ['attempts'], {
          domino_uid: entry,
        }),
        told: await company.tables.count('domino_sync.activity', { domino_uid: entry }),
      });
      await company.runner.parkInbound(ALICE, [parked(entry)]);
      await company.runner.parkInbound(ALICE, [parked(entry)]);
      expect(await rows()).toEqual({ parked: [{ attempts: 2 }], told: 1 });

      await company.runner.parkInbound(ALICE, [
        parked(entry, { reason_code: 'crm_refused', domino_digest: 'new' }),
      ]);
      expect(await rows()).toEqual({ parked: [{ attempts: 1 }], told: 2 });
    });
  });

  test('links are stored as given and read back by entry', async () => {
    const id = await makeAppointment(company);
    const entry = newUid();
    const link = linkOf(entry, id, {
      domino_recurrence_id: '20260504T070000Z',
      domino_unid: 'ABC',
      incarnation: 3,
    });
    await company.runner.saveLinks(ALICE, [link]);

    const [read] = await company.runner.readLinks(ALICE, [
      { uid: entry, recurrence_id: '20260504T070000Z' },
      { uid: entry, recurrence_id: '' },
    ]);

    const { created_at, ...rest } = read!;
    expect(rest).toEqual(link);
    expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test('a link of another mailbox is refused', async () => {
    const id = await makeAppointment(company);
    await expect(
      company.runner.saveLinks(ALICE, [linkOf(newUid(), id, { crm_user_id: BOB })]),
    ).rejects.toMatchObject({ code: 'crm_refused' });
  });

  test('whoever does not hold the mailbox writes nothing', async () => {
    const other = await openCompany(engine);
    try {
      await other.tables.update('domino_sync.sync_user', { leased_by: other.runnerId + 1 });
      const lost = { code: 'crm_lease_lost' };
      const id = await makeAppointment(other);
      await expect(other.runner.applyInbound(ALICE, [inbound(newUid())])).rejects.toMatchObject(lost);
      await expect(other.runner.saveLinks(ALICE, [linkOf(newUid(), id)])).rejects.toMatchObject(lost);
      await expect(other.runner.parkInbound(ALICE, [parked(newUid())])).rejects.toMatchObject(lost);
      await expect(other.runner.applyMissing(ALICE, [])).rejects.toMatchObject(lost);
      await expect(other.runner.settleParked(ALICE, [])).rejects.toMatchObject(lost);
      await expect(other.runner.applyInbound(BOB, [])).rejects.toMatchObject({
        details: { sqlState: 'CDS02' },
      });
      expect(await other.tables.count('domino_sync.item_link')).toBe(0);
      expect(await other.tables.count('communication')).toBe(1);
    } finally {
      await other.close();
    }
  });

  test('without the time zone of the CRM nothing is written to it', async () => {
    const other = await openCompany(engine);
    try {
      await other.admin.changeSetting('crm_time_zone', null);
      await expect(other.runner.applyInbound(ALICE, [inbound(newUid())])).rejects.toThrow(
        'setting crm_time_zone is not set',
      );
    } finally {
      await other.close();
    }
  });
});
