import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

describe.each(['identity', 'eware'] as const)('the vendor schema with ids by %s', (ids) => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase({ deployed: false, ids });
  });
  afterAll(() => db.drop());

  test('keeps flags blank-padded and times without a zone, as Sage CRM does', async () => {
    const { rows } = await db.admin.query(
      `select column_name, data_type, character_maximum_length, datetime_precision from information_schema.columns
       where table_name = 'communication'
         and column_name in ('comm_private', 'comm_isstub', 'comm_datetime', 'comm_deleted', 'comm_organizer')
       order by column_name`,
    );
    expect(rows).toEqual([
      expect.objectContaining({
        column_name: 'comm_datetime',
        data_type: 'timestamp without time zone',
        datetime_precision: 3,
      }),
      expect.objectContaining({ column_name: 'comm_deleted', data_type: 'smallint' }),
      expect.objectContaining({
        column_name: 'comm_isstub',
        data_type: 'character',
        character_maximum_length: 2,
      }),
      expect.objectContaining({
        column_name: 'comm_organizer',
        data_type: 'character varying',
        character_maximum_length: 384,
      }),
      expect.objectContaining({
        column_name: 'comm_private',
        data_type: 'character',
        character_maximum_length: 1,
      }),
    ]);
  });

  test('lets the login of Sage write the vendor tables and no more', async () => {
    const sage = new pg.Client({ connectionString: db.sageUrl });
    await sage.connect();
    try {
      const id =
        ids === 'identity'
          ? `default`
          : String((await sage.query(`select eware_get_identity_id('Communication') as id`)).rows[0]?.id);
      const inserted = await sage.query(
        `insert into communication (comm_communicationid, comm_subject) values (${id}, 'x') returning comm_communicationid`,
      );
      expect(inserted.rows).toEqual([{ comm_communicationid: 1 }]);
      await expect(sage.query('create table public.mine (id integer)')).rejects.toThrow('permission denied');
      await expect(sage.query('alter table communication add mine integer')).rejects.toThrow('must be owner');
    } finally {
      await sage.end();
    }
  });
});

test('two test databases do not see each other', async () => {
  const [one, other] = await Promise.all([
    createTestDatabase({ deployed: false }),
    createTestDatabase({ deployed: false }),
  ]);
  try {
    await one.admin.query(`insert into communication (comm_subject) values ('only here')`);
    const { rows } = await other.admin.query('select count(*)::int as n from communication');
    expect(rows).toEqual([{ n: 0 }]);
  } finally {
    await Promise.all([one.drop(), other.drop()]);
  }
});
