/** What becomes of a conflict in the database: listed, reported, and resolved as an edit that is captured like any other. */
import type { ConflictResolution, ConflictWrite, CrmDatabase } from '../../src/crm/contract.ts';
import {
  ALICE,
  BOB,
  fingerprintOf,
  inbound,
  makeAppointment,
  makeLink,
  openCompany,
  type Company,
} from './crm-company.ts';
import { engines } from './engines.ts';
import { forbiddenOn, testOn } from './lacking.ts';

const conflict = (changes: Partial<ConflictWrite> = {}): ConflictWrite => ({
  field: 'subject',
  base_value: 'Plan',
  crm_value: 'In the "CRM"',
  domino_value: 'In Notes',
  winner: 'domino',
  decided_by: 'setting merge_policy: newest',
  ...changes,
});

const SCHEMES = engines.flatMap((engine) =>
  (['identity', 'eware'] as const).map((ids) => ({ name: engine.name, engine, ids })),
);

describe.each(SCHEMES)('a conflict, with ids by $ids, on $name', ({ engine, ids }) => {
  const testHere = testOn(engine);
  let company: Company;
  let id: number;
  let count = 0;

  beforeAll(async () => {
    company = await openCompany(engine, { ids });
  });
  afterAll(() => company.close());
  beforeEach(async () => {
    id = await makeAppointment(company);
    await makeLink(company, id, { comm_userid: ALICE, status: 6 });
  });

  /** As the runner records them. */
  const record = async (...conflicts: ConflictWrite[]): Promise<void> => {
    const [outcome] = await company.runner.applyInbound(ALICE, [
      inbound(`entry-${id}-${(count += 1)}`, {
        appointment_id: id,
        fingerprint: await fingerprintOf(company, id),
        conflicts,
      }),
    ]);
    expect(outcome!.outcome).toBe('updated');
  };
  const newest = async () => (await company.admin.listConflicts(id, 100))[0]!;
  const resolution = async (changes: Partial<ConflictResolution> = {}): Promise<ConflictResolution> => {
    const { field, conflict_id } = await newest();
    return {
      appointment_id: id,
      fingerprint: await fingerprintOf(company, id),
      operation: 'write',
      fields: { subject: 'In the "CRM"' },
      attendees_add: [],
      attendees_remove: [],
      choices: [{ field, conflict_id, resolution: 'crm' }],
      detail: 'subject: the value of the CRM taken',
      changes: [{ field: 'subject', before: 'Plan', after: 'In the "CRM"' }],
      ...changes,
    };
  };
  const resolve = (given: ConflictResolution) => company.admin.resolveConflicts(ALICE, given);
  const rowOf = async (): Promise<Record<string, unknown>> => {
    const columns = ['comm_subject', 'comm_status', 'comm_deleted'];
    const where = { comm_communicationid: id };
    return (await company.tables.select<Record<string, unknown>>('communication', columns, where))[0]!;
  };
  const stamps = () =>
    company.tables.select<{ conflict_id: number; resolution: string | null; resolved_by: string | null }>(
      'domino_sync.conflict',
      ['conflict_id', 'resolution', 'resolved_by'],
      { appointment_id: id },
    );

  testHere('is listed with its values of whatever type, newest first', async () => {
    const when = { allDay: true, start: '2026-05-04', end: '2026-05-04' };
    await record(
      conflict(),
      conflict({
        field: 'when',
        base_value: null,
        crm_value: when,
        domino_value: { ...when, end: '2026-05-05' },
      }),
    );
    await record(conflict({ field: 'private', base_value: false, crm_value: true, domino_value: false }));
    await record(
      conflict({ field: 'reminderMinutes', base_value: 5, crm_value: null, domino_value: 15, winner: 'crm' }),
    );
    const listed = await company.admin.listConflicts(id, 100);
    expect(listed.map(({ field }) => field)).toEqual(['reminderMinutes', 'private', 'when', 'subject']);
    expect(listed[3]).toMatchObject({
      ...conflict(),
      appointment_id: id,
      crm_user_id: ALICE,
      user_name: 'Alice Adams',
      mail_file: 'mail/alice.nsf',
      subject: 'Plan',
      private: false,
      decided_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
    });
    expect(listed[2]).toMatchObject({ base_value: null, crm_value: when });
    expect(listed[1]).toMatchObject({ base_value: false, crm_value: true, domino_value: false });
    expect(listed[0]).toMatchObject({ base_value: 5, crm_value: null, domino_value: 15, winner: 'crm' });
    expect(await company.admin.listConflicts(id, 2)).toHaveLength(2);
    expect(
      (await company.admin.listConflicts(null, 1000)).filter((one) => one.appointment_id === id),
    ).toEqual(listed);
  });

  test('is in the report as long as it is open, and without its words when the appointment is private', async () => {
    const reader = await company.crm.tablesAs('domino_sync_reader');
    const report = () =>
      reader.select<Record<string, unknown>>(
        'domino_sync_report.open_conflicts',
        ['appointment_id', 'user_name', 'subject', 'field', 'winner', 'crm_value'],
        { appointment_id: id },
      );
    await record(conflict());
    expect(await report()).toMatchObject([{ user_name: 'Alice Adams', subject: 'Plan', winner: 'domino' }]);
    await company.tables.update('communication', { comm_private: 'Y' }, { comm_communicationid: id });
    expect(await report()).toMatchObject([{ subject: null, field: 'subject', crm_value: null }]);
    const open = (await company.admin.syncStatus()).conflicts.open;
    await resolve(await resolution());
    expect(await report()).toEqual([]);
    expect((await company.admin.syncStatus()).conflicts.open).toBe(open - 1);
  });

  testHere('resolved is an edit of the appointment that is captured as nobody’s own', async () => {
    await record(conflict());
    await company.tables.remove('domino_sync.change_log');
    expect(await resolve(await resolution())).toBe('resolved');
    expect(await rowOf()).toMatchObject({ comm_subject: 'In the "CRM"', comm_status: 'Pending' });
    expect((await company.crm.logRows()).filter((one) => one.appointment_id === id)).toMatchObject([
      { operation: 'U', origin: null },
    ]);
    await company.runner.foldChanges(1000);
    const deliveries = await company.crm.deliveries();
    expect(deliveries.filter((one) => one.appointment_id === id)).toMatchObject([{ crm_user_id: ALICE }]);

    expect(await stamps()).toMatchObject([{ resolution: 'crm', resolved_by: expect.any(String) as string }]);
    const { activity } = await company.admin.explain(id);
    expect(activity[0]).toMatchObject({
      direction: 'admin',
      action: 'resolved',
      reason_code: 'admin_resolved',
      detail: 'subject: the value of the CRM taken',
      changes: [{ field: 'subject', before: 'Plan', after: 'In the "CRM"' }],
    });
    expect(await company.admin.listConflicts(id, 100)).toEqual([]);
  });

  test('closes the older ones of its field and no other', async () => {
    await record(conflict());
    await record(conflict({ field: 'location' }));
    await record(conflict());
    await resolve(await resolution());
    expect((await stamps()).map((one) => one.resolution)).toEqual(['crm', null, 'crm']);
    expect((await newest()).field).toBe('location');
  });

  test('that came after the choice was made stays open', async () => {
    await record(conflict());
    const early = await resolution();
    await record(conflict({ winner: 'crm' }));
    expect(await resolve(early)).toBe('resolved');
    expect((await stamps()).map((one) => one.resolution)).toEqual(['crm', null]);
  });

  testHere(
    'is stale when the appointment changed, and gone when somebody else closed it; nothing is written',
    async () => {
      await record(conflict());
      const early = await resolution();
      await company.tables.update('communication', { comm_subject: 'Newer' }, { comm_communicationid: id });
      expect(await resolve(early)).toBe('stale');
      expect(await rowOf()).toMatchObject({ comm_subject: 'Newer' });
      const twice = await resolution();
      expect(await resolve(twice)).toBe('resolved');
      const again = { ...twice, fingerprint: await fingerprintOf(company, id), fields: { subject: 'Twice' } };
      expect(await resolve(again)).toBe('gone');
      expect(await rowOf()).toMatchObject({ comm_subject: 'In the "CRM"' });
      expect((await stamps()).map((one) => one.resolution)).toEqual(['crm']);
    },
  );

  test('can be kept: only the conflict is closed', async () => {
    await record(conflict());
    const before = await fingerprintOf(company, id);
    await company.tables.remove('domino_sync.change_log');
    const { conflict_id } = await newest();
    expect(
      await resolve(
        await resolution({
          operation: 'keep',
          choices: [{ field: 'subject', conflict_id, resolution: 'value' }],
          changes: [],
        }),
      ),
    ).toBe('resolved');
    expect(await fingerprintOf(company, id)).toBe(before);
    expect(await company.crm.logRows()).toEqual([]);
    const { activity } = await company.admin.explain(id);
    expect(activity[0]).toMatchObject({ action: 'resolved', changes: null });
  });

  test('of existence can end in the deletion, links included', async () => {
    await record(
      conflict({ field: 'existence', base_value: null, crm_value: 'edited', domino_value: 'deleted' }),
    );
    expect(await resolve(await resolution({ operation: 'delete', fields: {} }))).toBe('resolved');
    expect(await rowOf()).toMatchObject({ comm_deleted: 1 });
    expect(await company.tables.count('comm_link', { cmli_comm_communicationid: id, cmli_deleted: 1 })).toBe(
      1,
    );
  });

  test('of attendees puts people back and takes others off, with the answers they gave', async () => {
    await makeLink(company, id, { comm_userid: BOB, status: 0 });
    await record(conflict({ field: 'attendees', base_value: [], crm_value: [], domino_value: [] }));
    await resolve(
      await resolution({
        fields: {},
        attendees_add: [
          { email: 'bob@firm.example', name: 'Bob', response: 3 },
          { email: 'zoe@else.example', name: 'Zoe', response: 0 },
        ],
      }),
    );
    const people = async () => {
      const [row] = await company.admin
        .explain(id)
        .then(({ appointment }) => (appointment === null ? [] : [appointment]));
      return {
        users: row!.users.map(({ user_id, response }) => [user_id, response]),
        externals: row!.externals.map(({ email }) => email),
      };
    };
    expect(await people()).toEqual({
      users: [
        [ALICE, 6],
        [BOB, 3],
      ],
      externals: ['zoe@else.example'],
    });
    await record(conflict({ field: 'attendees', base_value: [], crm_value: [], domino_value: [] }));
    await resolve(await resolution({ fields: {}, attendees_remove: ['bob@firm.example'] }));
    expect((await people()).users).toEqual([[ALICE, 6]]);
  });

  test.each([
    ['an unknown operation', { operation: 'guess' as 'write' }, /operation guess is unknown/],
    [
      'a text that does not fit',
      { fields: { subject: 'x'.repeat(256) } },
      /fields\.subject has more than 255/,
    ],
  ])('refuses %s', async (_what, changes, text) => {
    await record(conflict());
    await expect(resolution(changes).then(resolve)).rejects.toMatchObject({
      code: 'crm_refused',
      message: expect.stringMatching(text) as string,
    });
    expect(await company.admin.listConflicts(id, 100)).toHaveLength(1);
  });

  testHere('is for the administrator alone', async () => {
    await record(conflict());
    const given = await resolution();
    const calls: ((crm: CrmDatabase) => Promise<unknown>)[] = [
      (crm) => crm.listConflicts(null, 10),
      (crm) => crm.resolveConflicts(ALICE, given),
    ];
    // The reader has no procedure at all.
    const runner = await company.crm.openAs('domino_sync_runner');
    for (const call of calls) await expect(call(runner)).rejects.toMatchObject(forbiddenOn(engine));
    expect(await rowOf()).toMatchObject({ comm_subject: 'Plan' });
  });
});
