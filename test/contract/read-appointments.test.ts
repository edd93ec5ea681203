import {
  ALICE,
  BOB,
  CAROL,
  enable,
  makeAppointment,
  makeLink,
  openCompany,
  QUINN,
  ROOM,
  type Company,
} from './crm-company.ts';
import { engines } from './engines.ts';
import type { Columns } from './tables.ts';

describe.each(engines)('reading appointments on $name', (engine) => {
  let company: Company;

  beforeAll(async () => {
    company = await openCompany(engine);
  });
  afterAll(() => company.close());

  const read = async (id: number) => {
    const [row] = await company.runner.readAppointments([id]);
    return row!;
  };

  test('every id asked for gets a row, also one that was physically deleted', async () => {
    const id = await makeAppointment(company);
    await company.tables.remove('communication', { comm_communicationid: id });
    const live = await makeAppointment(company);

    const rows = await company.runner.readAppointments([live, id, live]);

    expect(rows.map((row) => [row.appointment_id, row.present])).toEqual([
      [id, false],
      [live, true],
    ]);
    expect(await company.runner.readAppointments([])).toEqual([]);
  });

  test('blank-padded flags are read as what they say, and times keep the wall clock', async () => {
    const id = await makeAppointment(company, {
      type: 'Appointment',
      private: 'Y',
      isalldayevent: 'N',
      crmonly: ' ',
      datetime: '2026-03-29T02:30:15.987',
      notifytime: '2026-03-29T02:15:00',
      subject: 'Lunch ',
      location: 'Bistro',
      note: 'one\ntwo',
      recurrenceid: 12,
      updatedby: BOB,
      updateddate: '2026-03-01T08:00:00',
    });

    expect(await read(id)).toMatchObject({
      deleted: false,
      type: 'Appointment',
      action: 'Meeting',
      status: 'Pending',
      priority: 'Normal',
      start_at: '2026-03-29T02:30:15',
      all_day: false,
      private: true,
      crm_only: false,
      subject: 'Lunch ',
      location: 'Bistro',
      note: 'one\ntwo',
      notify_at: '2026-03-29T02:15:00',
      updated_at: '2026-03-01T08:00:00',
      updated_by: BOB,
      recurrence_id: 12,
    });
  });

  describe('the organiser', () => {
    const alice = { user_id: ALICE, email: 'alice@firm.example', name: 'Alice Adams' };
    const bob = { user_id: BOB, email: 'bob@firm.example', name: 'Bob Brown' };
    const carol = { user_id: CAROL, email: 'carol@firm.example', name: 'carol' };

    const organiserOf = async (columns: Columns, users: [number, number | null][] = []) => {
      const id = await makeAppointment(company, columns);
      for (const [userid, status] of users) await makeLink(company, id, { comm_userid: userid, status });
      return (await read(id)).organiser;
    };

    test('is the user whose id Comm_Organizer holds as text', async () => {
      expect(await organiserOf({ organizer: ' 2 ' }, [[ALICE, 6]])).toEqual(bob);
    });

    test('is the user whose address Comm_Organizer holds', async () => {
      expect(await organiserOf({ organizer: 'BOB@firm.example ' }, [[ALICE, 6]])).toEqual(bob);
    });

    test('is somebody outside when the address is nobody’s in the CRM', async () => {
      expect(await organiserOf({ organizer: 'Zoe@else.example' }, [[ALICE, 6]])).toEqual({
        user_id: null,
        email: 'zoe@else.example',
        name: null,
      });
    });

    test('is the link with status 6 when Comm_Organizer says nothing usable', async () => {
      const users: [number, number | null][] = [
        [ALICE, 3],
        [CAROL, 6],
      ];
      expect(await organiserOf({ organizer: null }, users)).toEqual(carol);
      expect(await organiserOf({ organizer: '4711' }, users)).toEqual(carol);
      expect(await organiserOf({ organizer: '99999999999999999999' }, users)).toEqual(carol);
      expect(await organiserOf({ organizer: 'Carol' }, users)).toEqual(carol);
    });

    test('is the creator if he takes part, else the lowest user id, else nobody', async () => {
      const users: [number, number | null][] = [
        [CAROL, null],
        [BOB, 3],
      ];
      expect(await organiserOf({ createdby: CAROL }, users)).toEqual(carol);
      expect(await organiserOf({ createdby: ALICE }, users)).toEqual(bob);
      expect(await organiserOf({ createdby: ALICE })).toBeNull();
      expect(await organiserOf({ organizer: '1' })).toEqual(alice);
    });
  });

  test('a user who is linked twice, for two customers, is one user', async () => {
    const id = await makeAppointment(company, { organizer: '1' });
    await makeLink(company, id, { comm_userid: BOB, status: 3, comm_notifytime: '2026-05-04T08:30:00' });
    await makeLink(company, id, { comm_userid: BOB, status: 4, comm_personid: 5 });
    await makeLink(company, id, { comm_userid: CAROL, deleted: 1 });
    await makeLink(company, id, { comm_userid: 4711 });
    await makeLink(company, id, { comm_userid: ROOM });

    expect((await read(id)).users).toEqual([
      {
        user_id: BOB,
        email: 'bob@firm.example',
        name: 'Bob Brown',
        response: 3,
        notify_at: '2026-05-04T08:30:00',
        resource: false,
      },
      {
        user_id: ROOM,
        email: 'room@firm.example',
        name: 'Room One',
        response: null,
        notify_at: null,
        resource: true,
      },
    ]);
  });

  test('external attendees have the address of their link or of their person; customers concerned are none', async () => {
    const id = await makeAppointment(company);
    await makeLink(company, id, { isexternalattendee: 'Y', recipient: 'Zoe@else.example ', status: 2 });
    await makeLink(company, id, { isexternalattendee: 'Y', externalpersonid: QUINN });
    await makeLink(company, id, { isexternalattendee: 'Y' });
    await makeLink(company, id, { comm_personid: QUINN });
    await makeLink(company, id, { isexternalattendee: 'Y', recipient: 'gone@else.example', deleted: 1 });

    expect((await read(id)).externals).toEqual([
      { email: 'zoe@else.example', name: null, response: 2, person_id: null },
      { email: 'quinn@customer.example', name: 'Quinn Only', response: null, person_id: QUINN },
    ]);
  });

  describe('what it is regarding', () => {
    const ACME = 80;
    beforeAll(async () => {
      await company.tables.insert('company', { comp_companyid: ACME, comp_name: ' Acme "Ltd" ' });
      await company.tables.insert('opportunity', { oppo_opportunityid: 7, oppo_description: 'Big deal' });
      await company.tables.insert('cases', { case_caseid: 9, case_description: 'Broken printer' });
    });

    test('is each company, person, opportunity and case once, by name', async () => {
      const id = await makeAppointment(company, { organizer: '1', opportunityid: 7, caseid: 9 });
      await makeLink(company, id, { comm_userid: ALICE, comm_companyid: ACME, comm_personid: QUINN });
      await makeLink(company, id, { comm_userid: BOB, comm_companyid: ACME });

      expect((await read(id)).regarding).toEqual([
        { kind: 'case', id: 9, name: 'Broken printer' },
        { kind: 'company', id: ACME, name: 'Acme "Ltd"' },
        { kind: 'opportunity', id: 7, name: 'Big deal' },
        { kind: 'person', id: QUINN, name: 'Quinn Only' },
      ]);
    });

    test('is not who is invited only, nor what was unlinked; what has no row has no name', async () => {
      const id = await makeAppointment(company, { opportunityid: 4711, caseid: 0 });
      await makeLink(company, id, { isexternalattendee: 'Y', comm_companyid: ACME, comm_personid: QUINN });
      await makeLink(company, id, { comm_companyid: ACME, deleted: 1 });
      await makeLink(company, id, { comm_companyid: 4712 });

      expect((await read(id)).regarding).toEqual([
        { kind: 'company', id: 4712, name: null },
        { kind: 'opportunity', id: 4711, name: null },
      ]);
      expect((await read(await makeAppointment(company))).regarding).toEqual([]);
    });
  });

  describe('who should hold the entry', () => {
    let second: Company;
    beforeAll(async () => {
      second = await openCompany(engine);
      await enable(second.admin, BOB, 'mail/bob.nsf');
      await enable(second.admin, CAROL, 'mail/carol.nsf', 'to_crm');
    });
    afterAll(() => second.close());

    const holdersOf = async (columns: Columns, users: [number, number | null][]) => {
      const id = await makeAppointment(second, columns);
      for (const [userid, status] of users) await makeLink(second, id, { comm_userid: userid, status });
      const [row] = await second.runner.readAppointments([id]);
      return row!.holders;
    };
    const everyone: [number, number | null][] = [
      [ALICE, 3],
      [BOB, 2],
      [CAROL, null],
    ];

    test('is the organiser alone if he is enabled', async () => {
      expect(await holdersOf({ organizer: '2' }, everyone)).toEqual([
        { crm_user_id: BOB, role: 'organiser' },
      ]);
    });

    test('is each enabled participant who has not declined if the organiser is not', async () => {
      expect(await holdersOf({ organizer: 'zoe@else.example' }, everyone)).toEqual([
        { crm_user_id: ALICE, role: 'copy' },
        { crm_user_id: BOB, role: 'copy' },
      ]);
      expect(
        await holdersOf({ organizer: String(CAROL) }, [
          [ALICE, 4],
          [BOB, null],
          [BOB, 3],
        ]),
      ).toEqual([{ crm_user_id: BOB, role: 'copy' }]);
    });

    test('is nobody for what must not leave the CRM', async () => {
      expect(await holdersOf({ organizer: '2', crmonly: 'Y' }, everyone)).toEqual([]);
      expect(await holdersOf({ organizer: '2', deleted: 1 }, everyone)).toEqual([]);
      expect(await holdersOf({ organizer: '2', type: 'Task' }, everyone)).toEqual([]);
    });
  });

  describe('the fingerprint', () => {
    const CHANGES: [string, string, string | number][] = [
      ['communication', 'comm_action', 'Demo'],
      ['communication', 'comm_status', 'Complete'],
      ['communication', 'comm_priority', 'High'],
      ['communication', 'comm_datetime', '2026-05-04T09:01:00'],
      ['communication', 'comm_todatetime', '2026-05-04T10:01:00'],
      ['communication', 'comm_isalldayevent', 'Y'],
      ['communication', 'comm_private', 'Y'],
      ['communication', 'comm_crmonly', 'Y'],
      ['communication', 'comm_subject', 'Plan B'],
      ['communication', 'comm_location', 'Hall'],
      ['communication', 'comm_note', 'text'],
      ['communication', 'comm_notifytime', '2026-05-04T08:00:00'],
      ['communication', 'comm_organizer', '2'],
      ['communication', 'comm_opportunityid', 7],
      ['communication', 'comm_caseid', 9],
      ['communication', 'comm_deleted', 1],
      ['communication', 'comm_type', 'Task'],
      ['comm_link', 'cmli_comm_userid', 3],
      ['comm_link', 'cmli_status', 3],
      ['comm_link', 'cmli_deleted', 1],
      ['comm_link', 'cmli_comm_notifytime', '2026-05-04T08:00:00'],
      ['comm_link', 'cmli_isexternalattendee', 'Y'],
      ['comm_link', 'cmli_recipient', 'zoe@else.example'],
      ['comm_link', 'cmli_comm_companyid', 80],
      ['comm_link', 'cmli_comm_personid', 72],
    ];
    test.each(CHANGES)('of an appointment changes with %s.%s', async (table, column, value) => {
      const id = await makeAppointment(company, { organizer: '1' });
      await makeLink(company, id, { comm_userid: BOB, status: 0 });
      const before = (await read(id)).fingerprint;
      const key = table === 'communication' ? 'comm_communicationid' : 'cmli_comm_communicationid';

      await company.tables.update(table, { [column]: value }, { [key]: id });

      expect((await read(id)).fingerprint).not.toBe(before);
    });

    test('stays when only audit columns change, and does not depend on the session', async () => {
      const id = await makeAppointment(company);
      const before = (await read(id)).fingerprint;

      await company.tables.update(
        'communication',
        {
          comm_updatedby: 3,
          comm_updateddate: '2026-05-01T08:00:00',
          comm_timestamp: '2026-05-01T08:00:00',
        },
        { comm_communicationid: id },
      );

      expect((await read(id)).fingerprint).toBe(before);
      for (const habit of company.crm.habits) {
        const [row] = await company.crm.callWith(habit, 'read_appointments', { p_ids: JSON.stringify([id]) });
        expect(JSON.stringify(row)).toContain(before);
      }
    });
  });
});
