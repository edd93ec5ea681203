import pg from 'pg';
import { createCrmUserActions } from '../../src/sandbox/crm/crm-user-actions.ts';
import { createTestDatabase } from '../support/database.ts';

test.each(['identity', 'eware'] as const)(
  'what Sage writes with its own login is captured, though it has no right on anything of ours (%s)',
  async (ids) => {
    const db = await createTestDatabase({ ids });
    const pool = new pg.Pool({ connectionString: db.sageUrl });
    try {
      const crm = createCrmUserActions({ pool, ids, timeZone: 'Europe/Berlin' });
      const times = { start: '2026-03-10T09:00:00', end: '2026-03-10T10:00:00' };
      const id = await crm.createAppointment(4, { subject: 'Plan', ...times });
      const { rows } = await db.admin.query<{ id: number }>(
        'select distinct appointment_id as id from domino_sync.change_log',
      );
      expect(rows).toEqual([{ id }]);
      await expect(pool.query('select from domino_sync.change_log')).rejects.toThrow('permission denied');
    } finally {
      await pool.end();
      await db.drop();
    }
  },
);
