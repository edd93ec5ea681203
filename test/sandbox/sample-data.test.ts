import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { installSampleCrm, type SampleOptions, type SampleUser } from '../../src/sandbox/crm/sample-data.ts';

const OPTIONS: SampleOptions = {
  seed: 7,
  now: new Date('2026-03-10T09:00:00Z'),
  ids: 'identity',
  users: 200,
  enabled: 40,
  communications: 5000,
};

describe('the sample CRM', () => {
  let db: TestDatabase;
  let enabled: SampleUser[];
  let milliseconds: number;

  beforeAll(async () => {
    db = await createTestDatabase({ deployed: false });
    const begun = performance.now();
    enabled = await installSampleCrm(db.admin, OPTIONS);
    milliseconds = performance.now() - begun;
  });
  afterAll(() => db.drop());

  const count = async (table: string, condition = 'true'): Promise<number> => {
    const { rows } = await db.admin.query<{ n: number }>(
      `select count(*)::int as n from ${table} where ${condition}`,
    );
    return rows[0]?.n ?? -1;
  };

  test('is loaded within five seconds', () => {
    expect(milliseconds).toBeLessThan(5_000);
  });

  test('has the size it was asked for', async () => {
    expect(await count('communication')).toBe(5000);
    expect(await count('users')).toBe(200);
    expect(await count('company')).toBe(400);
    expect(await count('person')).toBe(1200);
    expect(enabled).toHaveLength(40);
  });

  test('names users to enable who have an address, a mail file and no reason against it', async () => {
    const { rows } = await db.admin.query(
      `select user_userid from users
       where user_userid = any($1) and user_emailaddress is not null and user_deleted is null
         and coalesce(user_disabled, 'N') = 'N' and user_resource is null and user_istemplate is null`,
      [enabled.map((user) => user.userId)],
    );
    expect(rows).toHaveLength(40);
    expect(new Set(enabled.map((user) => user.mailFile)).size).toBe(40);
    expect(enabled[0]).toEqual({
      userId: expect.any(Number),
      logon: expect.stringMatching(/^[a-z0-9]+$/),
      email: expect.stringMatching(/^[a-z0-9.]+@acme\.example$/),
      name: expect.any(String),
      notesName: `CN=${enabled[0]?.name}/O=Acme`,
      mailFile: `mail/${enabled[0]?.logon}.nsf`,
    });
  });

  test('has every kind of user that must be refused', async () => {
    for (const condition of [
      `user_disabled = 'Y'`,
      'user_deleted = 1',
      `user_resource = 'Y'`,
      `user_istemplate = 'Y'`,
      'user_emailaddress is null',
    ]) {
      expect([condition, await count('users', condition)]).toEqual([condition, expect.any(Number)]);
      expect(await count('users', condition)).toBeGreaterThan(1);
    }
    expect(
      await count(
        '(select distinct lower(user_emailaddress) from users where user_emailaddress is not null) a',
      ),
    ).toBe(await count('users', 'user_emailaddress is not null'));
  });

  test.each([
    ['e-mails', `comm_action in ('EmailIn', 'EmailOut')`, 800],
    ['letters', `comm_action in ('LetterIn', 'LetterOut')`, 100],
    ['phone calls', `comm_action in ('PhoneIn', 'PhoneOut')`, 200],
    ['tasks', `comm_type = 'Task' and comm_action = 'ToDo'`, 100],
    ['appointments', `comm_type = 'Appointment'`, 1500],
    ['to dos among the appointments', `comm_type = 'Appointment' and comm_action = 'ToDo'`, 10],
    ['single all-day ones', `comm_isalldayevent = 'Y' and comm_datetime::date = comm_todatetime::date`, 20],
    [
      'all-day ones over several days',
      `comm_isalldayevent = 'Y' and comm_todatetime > comm_datetime + interval '2 days'`,
      10,
    ],
    ['private ones', `comm_private = 'Y'`, 50],
    ['soft-deleted ones', 'comm_deleted = 1', 50],
    ['ones for the CRM only', `comm_crmonly = 'Y'`, 10],
    [
      'organisers who are no users',
      `comm_organizer like '%@%' and comm_organizer not like '%@acme.example'`,
      10,
    ],
    ['organisers by the address of a user', `comm_organizer like '%@acme.example'`, 5],
    ['appointments without organiser', `comm_type = 'Appointment' and comm_organizer is null`, 5],
    ['moved occurrences', `comm_exception = 'Y' and comm_originaldatetime <> comm_datetime`, 10],
    ['four-byte characters', `comm_subject ~ '[\\U00010000-\\U0010ffff]'`, 20],
    ['long bodies', `length(comm_note) > 8000`, 10],
    ['subjects of full length', `length(comm_subject) = 255`, 10],
  ])('has %s', async (_, condition, atLeast) => {
    expect(await count('communication', condition)).toBeGreaterThanOrEqual(atLeast);
  });

  test('has appointments of several users with external attendees', async () => {
    expect(
      await count(
        `(select cmli_comm_communicationid from comm_link group by 1
          having count(cmli_comm_userid) > 1 and count(*) filter (where cmli_isexternalattendee = 'Y') > 0) a`,
      ),
    ).toBeGreaterThan(200);
  });

  test('has series whose rows share a recurrence id', async () => {
    const { rows } = await db.admin.query<{ n: number }>(
      'select count(*)::int as n from communication where comm_recurrenceid is not null group by comm_recurrenceid',
    );
    expect(rows.length).toBeGreaterThanOrEqual(15);
    for (const { n } of rows) expect(n).toBeGreaterThanOrEqual(8);
  });

  test('knows deletion only as 1 or NULL, with the links deleted as their communication', async () => {
    expect(await count('communication', 'comm_deleted <> 1')).toBe(0);
    expect(
      await count(
        'comm_link join communication on comm_communicationid = cmli_comm_communicationid',
        'comm_deleted is distinct from cmli_deleted',
      ),
    ).toBe(0);
  });

  test('gives each enabled user some ten to thirty appointments in the next four weeks', async () => {
    const { rows } = await db.admin.query<{ n: number }>(
      `select count(distinct comm_communicationid)::int as n
       from comm_link join communication on comm_communicationid = cmli_comm_communicationid
       where cmli_comm_userid = any($1) and comm_type = 'Appointment' and comm_deleted is null
         and comm_datetime between '2026-03-10' and '2026-04-08'
       group by cmli_comm_userid order by n`,
      [enabled.map((user) => user.userId)],
    );
    expect(rows).toHaveLength(40);
    expect(rows[0]?.n).toBeGreaterThanOrEqual(8);
    expect(rows[20]?.n).toBeGreaterThanOrEqual(10);
    expect(rows[39]?.n).toBeLessThanOrEqual(45);
  });

  test('has appointments in the hour that is missing and the hour that is there twice', async () => {
    expect(await count('communication', `comm_datetime = '2026-03-29 02:30'`)).toBe(1);
    expect(await count('communication', `comm_datetime = '2025-10-26 02:30'`)).toBe(1);
  });

  test('has persons whose address cannot be told from another person’s', async () => {
    expect(
      await count(
        `(select lower(emai_emailaddress) from email join emaillink on elink_emailid = emai_emailid
          where elink_entityid = 13 group by 1 having count(distinct elink_recordid) > 1) a`,
      ),
    ).toBeGreaterThan(3);
  });

  test('lets Sage go on with ids of its own', async () => {
    const { rows } = await db.admin.query(
      `insert into communication (comm_subject) values ('next') returning comm_communicationid`,
    );
    expect(rows).toEqual([{ comm_communicationid: 5001 }]);
    await db.admin.query(`delete from communication where comm_subject = 'next'`);
  });
});

describe('the sample CRM in small', () => {
  const small = { ...OPTIONS, users: 30, enabled: 5, communications: 200 };

  const digest = async (options: SampleOptions): Promise<{ digest: string; nextId: number }> => {
    const db = await createTestDatabase({ deployed: false, ids: options.ids });
    try {
      await installSampleCrm(db.admin, options);
      const { rows } = await db.admin.query<{ digest: string }>(
        `select md5(string_agg(c::text || l::text, '' order by comm_communicationid, cmli_commlinkid)) as digest
         from communication c join comm_link l on cmli_comm_communicationid = comm_communicationid`,
      );
      const next =
        options.ids === 'eware'
          ? await db.admin.query<{ id: number }>(`select eware_get_identity_id('Communication') as id`)
          : await db.admin.query<{ id: number }>(
              `select nextval(pg_get_serial_sequence('communication', 'comm_communicationid'))::int as id`,
            );
      return { digest: rows[0]?.digest ?? '', nextId: next.rows[0]?.id ?? 0 };
    } finally {
      await db.drop();
    }
  };

  test('is the same for the same seed under both id schemes, and another for another seed', async () => {
    const [one, other, third] = await Promise.all([
      digest({ ...small, ids: 'identity' }),
      digest({ ...small, ids: 'eware' }),
      digest({ ...small, seed: 8 }),
    ]);
    expect(one).toEqual({ digest: expect.stringMatching(/^[0-9a-f]{32}$/), nextId: 201 });
    expect(other).toEqual(one);
    expect(third.digest).not.toBe(one.digest);
  });

  test('refuses more enabled users than there are ordinary ones', async () => {
    const db = await createTestDatabase({ deployed: false });
    try {
      await expect(installSampleCrm(db.admin, { ...small, enabled: 29 })).rejects.toThrow(RangeError);
      const { rows } = await db.admin.query('select count(*)::int as n from users');
      expect(rows).toEqual([{ n: 0 }]);
    } finally {
      await db.drop();
    }
  });
});
