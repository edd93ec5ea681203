/** A soft deletion taken back, and a tombstone lifted. */
import {
  ALICE,
  BOB,
  CAROL,
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
import { forbiddenOn, testOn } from './lacking.ts';

describe.each(engines)('giving back on $name', (engine) => {
  const test = testOn(engine);
  let company: Company;
  beforeAll(async () => {
    company = await openCompany(engine);
  });
  afterAll(() => company.close());

  const GONE = '2026-05-01T10:00:00';
  const deletedAt = (at: string | null) => ({ deleted: 1, updateddate: at, updatedby: BOB });
  const restore = async (id: number, changes: Parameters<typeof inbound>[1] = {}) => {
    const [outcome] = await company.runner.applyInbound(ALICE, [
      inbound(`uid-${id}`, {
        appointment_id: id,
        fingerprint: await fingerprintOf(company, id),
        restore: true,
        ...changes,
      }),
    ]);
    return outcome!.outcome;
  };
  const row = async (id: number) =>
    (
      await company.tables.select<{
        comm_deleted: number | null;
        comm_subject: string;
        comm_updatedby: number;
      }>('communication', ['comm_deleted', 'comm_subject', 'comm_updatedby'], { comm_communicationid: id })
    )[0];
  /** The users of the live links. */
  const users = async (id: number) =>
    (
      await company.tables.select<{ cmli_comm_userid: number | null; cmli_deleted: number | null }>(
        'comm_link',
        ['cmli_comm_userid', 'cmli_deleted'],
        { cmli_comm_communicationid: id },
      )
    )
      .filter((link) => link.cmli_deleted === null)
      .map((link) => link.cmli_comm_userid);

  test('the row comes back with the links that went with it, and whoever was taken off before stays off', async () => {
    const id = await makeAppointment(company, deletedAt(GONE));
    await makeLink(company, id, { comm_userid: ALICE, status: 6, ...deletedAt('2026-05-01T10:00:01') });
    await makeLink(company, id, { comm_userid: BOB, ...deletedAt(GONE) });
    await makeLink(company, id, { comm_companyid: 80, ...deletedAt(GONE) });
    await makeLink(company, id, { comm_userid: CAROL, ...deletedAt('2026-04-30T10:00:00') });

    expect(await restore(id, { fields: { subject: 'Back again' } })).toBe('updated');

    expect(await row(id)).toEqual({
      comm_deleted: null,
      comm_subject: 'Back again',
      comm_updatedby: ALICE,
    });
    expect((await users(id)).sort()).toEqual([ALICE, BOB, null]);
  });

  test('links that live on are left alone, and so are those that were deleted at another time', async () => {
    const id = await makeAppointment(company, deletedAt(GONE));
    await makeLink(company, id, { comm_userid: ALICE, status: 6 });
    await makeLink(company, id, { comm_userid: CAROL, ...deletedAt('2026-04-30T10:00:00') });

    expect(await restore(id)).toBe('updated');

    expect(await row(id)).toMatchObject({ comm_deleted: null });
    expect(await users(id)).toEqual([ALICE]);
  });

  test('where the audit columns say nothing and no link is left, all of them come back', async () => {
    const id = await makeAppointment(company, deletedAt(null));
    await makeLink(company, id, { comm_userid: ALICE, status: 6, ...deletedAt(null) });
    await makeLink(company, id, { comm_userid: BOB, ...deletedAt(null) });

    expect(await restore(id)).toBe('updated');

    expect((await users(id)).sort()).toEqual([ALICE, BOB]);
  });

  test('a row that changed since it was read is not touched', async () => {
    const id = await makeAppointment(company, deletedAt(GONE));
    await makeLink(company, id, { comm_userid: ALICE, status: 6, ...deletedAt(GONE) });

    expect(await restore(id, { fingerprint: 'other' })).toBe('stale');

    expect(await row(id)).toMatchObject({ comm_deleted: 1 });
    expect(await users(id)).toEqual([]);
  });

  test('our own giving back makes no delivery for that mailbox, but for the one it asks for', async () => {
    const id = await makeAppointment(company, deletedAt(GONE));
    await makeLink(company, id, { comm_userid: ALICE, status: 6, ...deletedAt(GONE) });
    await company.runner.foldChanges(1000);

    expect(await restore(id, { write_back: true })).toBe('updated');
    await company.runner.foldChanges(1000);

    expect((await company.runner.explain(id)).deliveries).toMatchObject([
      { crm_user_id: ALICE, reason_code: 'write_back' },
    ]);
  });

  test('a tombstone is lifted in one mailbox or in all, with a delivery and a line of history', async () => {
    const id = await makeAppointment(company);
    await company.runner.saveLinks(ALICE, [
      linkOf(`grave-${id}`, id, { state: 'unlinked', unlinked_reason: 'deletion_kept' }),
    ]);

    expect(await company.admin.liftTombstone(id, CAROL)).toBe(0);
    expect(await company.admin.liftTombstone(id, ALICE)).toBe(1);

    const explanation = await company.runner.explain(id);
    expect(explanation.links).toMatchObject([{ state: 'unlinked', unlinked_reason: 'tombstone_lifted' }]);
    expect(explanation.deliveries).toMatchObject([{ reason_code: 'tombstone_lifted' }]);
    expect(explanation.activity).toMatchObject([
      { direction: 'admin', action: 'retried', reason_code: 'tombstone_lifted', crm_user_id: ALICE },
    ]);
    expect(await company.admin.liftTombstone(id, null)).toBe(1);
  });

  test('nothing is lifted for a pair that is linked, nor for an appointment that is not there', async () => {
    const linked = await makeAppointment(company);
    await company.runner.saveLinks(ALICE, [linkOf(`linked-${linked}`, linked)]);
    expect(await company.admin.liftTombstone(linked, null)).toBe(0);

    const deleted = await makeAppointment(company, deletedAt(GONE));
    for (const id of [deleted, newId()]) {
      await expect(company.admin.liftTombstone(id, null)).rejects.toMatchObject({
        code: 'crm_refused',
        details: { sqlState: 'CDS02' },
      });
    }
    await expect(company.runner.liftTombstone(linked, null)).rejects.toMatchObject(forbiddenOn(engine));
  });
});
