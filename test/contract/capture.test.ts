/** DESIGN §5, line by line: what the triggers log, and that they never disturb a save of the CRM. */
import { engines, type CrmUnderTest, type VendorSession } from './engines.ts';
import { testOn } from './lacking.ts';

describe.each(engines)('capture on $name', ({ name, create }) => {
  const test = testOn({ name });
  let crm: CrmUnderTest;
  let sage: VendorSession;

  beforeEach(async () => {
    crm = await create();
    sage = await crm.sage();
  });
  afterEach(() => crm.drop());

  /** The log so far is of no interest. */
  const forget = async (): Promise<void> => {
    const runner = await crm.open();
    await runner.foldChanges(1000);
    await runner.close();
  };

  test('logs the key of a new, a changed and a removed appointment', async () => {
    const id = await sage.insertCommunication({ comm_subject: 'Lunch' });
    await sage.updateCommunications([id], { comm_subject: 'Dinner' });
    await sage.deleteCommunication(id);
    const row = { appointment_id: id, crm_user_id: null, origin: null };
    expect(await crm.logRows()).toEqual([
      { ...row, operation: 'D' },
      { ...row, operation: 'I' },
      { ...row, operation: 'U' },
    ]);
  });

  test('logs every row of a bulk update once', async () => {
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.push(await sage.insertCommunication({ comm_subject: `Number ${n}` }));
    await forget();
    expect(await sage.updateCommunications(ids, { comm_subject: 'Moved' })).toBe(5);
    expect((await crm.logRows()).map((row) => row.appointment_id)).toEqual(ids);
  });

  test('an update that changes no mapped column logs nothing', async () => {
    const id = await sage.insertCommunication({ comm_subject: 'Lunch', comm_note: 'Bring the contract' });
    await forget();
    await sage.updateCommunications([id], { comm_subject: 'Lunch' });
    await sage.updateCommunications([id], { comm_timestamp: '2026-03-01T10:00:00' });
    await sage.updateCommunications([], { comm_subject: 'Nobody' });
    expect(await crm.logRows()).toEqual([]);
  });

  test('a note that is written as it was is logged only where a trigger cannot compare it', async () => {
    const id = await sage.insertCommunication({ comm_note: 'Bring the contract' });
    await forget();
    await sage.updateCommunications([id], { comm_note: 'Bring the contract' });
    // ntext in old databases of SQL Server
    expect(await crm.logRows()).toHaveLength(name === 'mssql' ? 1 : 0);
  });

  test('a change of the note alone is logged', async () => {
    const id = await sage.insertCommunication({ comm_note: 'a'.repeat(10_000) });
    await forget();
    await sage.updateCommunications([id], { comm_note: `${'a'.repeat(9_999)}b` });
    expect(await crm.logRows()).toHaveLength(1);
  });

  test('e-mails, letters and their links log nothing', async () => {
    for (const comm_type of ['Email', 'LetterOut', 'Task']) {
      const id = await sage.insertCommunication({ comm_type, comm_subject: 'Offer' });
      const link = await sage.insertLink({ appointment_id: id, user_id: 4 });
      await sage.updateCommunications([id], { comm_subject: 'New offer' });
      await sage.moveLink(link, 5);
      await sage.deleteLink(link);
      await sage.deleteCommunication(id);
    }
    expect(await crm.logRows()).toEqual([]);
  });

  test('what becomes an appointment, or stops being one, is logged', async () => {
    const id = await sage.insertCommunication({ comm_type: 'Task' });
    await sage.updateCommunications([id], { comm_type: 'Appointment' });
    await sage.updateCommunications([id], { comm_type: 'Task' });
    expect((await crm.logRows()).map((row) => row.operation)).toEqual(['U', 'U']);
  });

  test('a link that names a user, an external attendee or a customer is logged, one that names nobody is not', async () => {
    const id = await sage.insertCommunication({ comm_subject: 'Lunch' });
    await forget();
    await sage.deleteLink(await sage.insertLink({ appointment_id: id }));
    expect(await crm.logRows()).toEqual([]);
    const customer = await sage.insertLink({ appointment_id: id, company_id: 12 });
    const logged = { appointment_id: id, crm_user_id: null, operation: 'L', origin: null };
    expect(await crm.logRows()).toEqual([logged]);
    await forget();
    await sage.touchLink(customer);
    expect(await crm.logRows()).toEqual([]);
    await crm.tables.update('comm_link', { cmli_comm_companyid: null }, { cmli_commlinkid: customer });
    expect(await crm.logRows()).toEqual([logged]);
    await forget();
    const link = await sage.insertLink({ appointment_id: id, user_id: 4 });
    await sage.insertLink({ appointment_id: id, external_email: 'guest@example.org' });
    await sage.touchLink(link);
    expect(await crm.logRows()).toEqual([
      { appointment_id: id, crm_user_id: 4, operation: 'L', origin: null },
      { appointment_id: id, crm_user_id: null, operation: 'L', origin: null },
    ]);
  });

  test('a link moved to another user names both', async () => {
    const id = await sage.insertCommunication({ comm_subject: 'Lunch' });
    const link = await sage.insertLink({ appointment_id: id, user_id: 4 });
    await forget();
    await sage.moveLink(link, 5);
    expect((await crm.logRows()).map((row) => row.crm_user_id)).toEqual([4, 5]);
  });

  test('our own writes are recorded with their origin, and the mark ends with the transaction', async () => {
    await sage.begin();
    await sage.writeAs('domino:4');
    const own = await sage.insertCommunication({ comm_subject: 'From Notes' });
    await sage.commit();
    const users = await sage.insertCommunication({ comm_subject: 'From the CRM' });
    expect((await crm.logRows()).map(({ appointment_id, origin }) => ({ appointment_id, origin }))).toEqual([
      { appointment_id: own, origin: 'domino:4' },
      { appointment_id: users, origin: null },
    ]);
  });

  test('a save that is rolled back leaves nothing behind', async () => {
    await sage.begin();
    await sage.insertCommunication({ comm_subject: 'Never mind' });
    await sage.rollback();
    expect(await crm.logRows()).toEqual([]);
  });

  test('a fault inside a trigger does not break the save, and is counted', async () => {
    const id = await sage.insertCommunication({ comm_subject: 'Before' });
    await forget();
    await crm.breakCapture();
    expect(await crm.captureFaults()).toBe(0);
    await sage.updateCommunications([id], { comm_subject: 'After' });
    const link = await sage.insertLink({ appointment_id: id, user_id: 4 });
    expect(link).toBeGreaterThan(0);
    expect(await crm.captureFaults()).toBe(2);
    // The save is there: saving the same again changes nothing, so no trigger has anything to log.
    await sage.updateCommunications([id], { comm_subject: 'After' });
    expect(await crm.captureFaults()).toBe(2);
  });

  test('no id generator of the CRM is touched', async () => {
    const id = await sage.insertCommunication({ comm_subject: 'Lunch' });
    const before = await crm.vendorIdState();
    await sage.updateCommunications([id], { comm_subject: 'Dinner' });
    await sage.deleteCommunication(id);
    expect(await crm.vendorIdState()).toEqual(before);
    expect(await crm.logRows()).toHaveLength(3);
  });

  test('a save wakes the runner; a save of something else does not', async () => {
    const runner = await crm.openRunner();
    let woken = 0;
    let heard = (): void => undefined;
    const wake = new Promise<void>((resolve) => {
      heard = resolve;
    });
    await runner.onWork(() => {
      woken += 1;
      heard();
    });
    await sage.insertCommunication({ comm_type: 'Email' });
    await sage.insertCommunication({ comm_subject: 'Lunch' });
    await wake;
    expect(woken).toBe(1);
  });
});
