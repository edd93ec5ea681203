import { createTestDatabase, type TestDatabase } from '../support/database.ts';

describe('a test database', () => {
  const databases: TestDatabase[] = [];
  afterEach(async () => {
    for (const db of databases.splice(0)) await db.drop();
  });

  test('is deployed on demand, also when several are asked for at once', async () => {
    databases.push(...(await Promise.all([1, 2, 3].map(() => createTestDatabase({ ids: 'eware' })))));
    for (const db of databases) {
      const { rows } = await db.admin.query(
        `select count(*)::int as n from pg_trigger
         where tgrelid in ('public.communication'::regclass, 'public.comm_link'::regclass) and not tgisinternal`,
      );
      expect(rows[0]?.n).toBeGreaterThan(0);
    }
  });

  test('gives logins that can do what their roles can, and takes them away with itself', async () => {
    const db = await createTestDatabase();
    const url = new URL(await db.createLogin('domino_sync_reader'));
    const { rows } = await db.admin.query(
      `select pg_has_role($1, 'domino_sync_reader', 'member') as member`,
      [url.username],
    );
    expect(rows).toEqual([{ member: true }]);
    await db.drop();
    databases.push(await createTestDatabase({ deployed: false }));
    const left = await databases[0]?.admin.query('select from pg_roles where rolname = $1', [url.username]);
    expect(left?.rowCount).toBe(0);
  });
});
