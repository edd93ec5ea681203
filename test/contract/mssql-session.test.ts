/**
 * What only SQL Server has to show: that a save keeps the session of its caller as it was, and that our own sessions pass
 * over the rows of others, survive a deadlock and a lost connection, and leave no mark behind.
 */
import { connect, type MssqlSession } from '../../src/crm/mssql/connect.ts';
import type { CrmDatabase } from '../../src/crm/contract.ts';
import { createMssql, type MssqlUnderTest } from './mssql-engine.ts';
import { testOn } from './lacking.ts';
import { result } from './links.ts';

const describeHere = process.env['MSSQL_TEST_URL'] === undefined ? describe.skip : describe;

describeHere('sessions on mssql', () => {
  const test = testOn({ name: 'mssql' });
  let crm: MssqlUnderTest;
  let opened: MssqlSession[];

  beforeEach(async () => {
    opened = [];
    crm = await createMssql();
  });
  afterEach(async () => {
    await Promise.all(opened.map((session) => session.close()));
    await crm.drop();
  });

  const open = async (url: string): Promise<MssqlSession> => {
    const session = await connect(url, 'crm-domino-sync test', 'test', 60_000);
    opened.push(session);
    return session;
  };
  const asSage = (): Promise<MssqlSession> => open(crm.sageUrl);

  /** The only row that a batch answers. */
  const answer = async <Row extends object>(session: MssqlSession, batch: string): Promise<Row> => {
    const rows = await session.query<Row>(batch);
    expect(rows).toHaveLength(1);
    return rows[0]!;
  };

  describe('of who saves', () => {
    test('@@IDENTITY, SCOPE_IDENTITY() and @@ROWCOUNT are those of his own statement', async () => {
      const sage = await asSage();
      const made = await answer<Record<string, number>>(
        sage,
        `INSERT INTO dbo.Communication (Comm_Type, Comm_Subject)
         VALUES (N'Appointment', N'One'), (N'Appointment', N'Two'), (N'Appointment', N'Three');
         DECLARE @rows int = @@ROWCOUNT;
         SELECT @rows AS [rows], CONVERT(int, @@IDENTITY) AS [identity], CONVERT(int, SCOPE_IDENTITY()) AS [scope],
             (SELECT MAX(c.Comm_CommunicationId) FROM dbo.Communication AS c) AS last_id;`,
      );
      expect(made).toEqual({
        rows: 3,
        identity: made['last_id'],
        scope: made['last_id'],
        last_id: made['last_id'],
      });
      expect(await crm.logRows()).toHaveLength(3);
    });

    test('what he has set stays set, and his ROWCOUNT does not cut the log short', async () => {
      const sage = await asSage();
      const row = await answer<Record<string, number>>(
        sage,
        `INSERT INTO dbo.Communication (Comm_Type) VALUES (N'Appointment');
         DECLARE @id int = SCOPE_IDENTITY();
         INSERT INTO dbo.Comm_Link (CmLi_Comm_CommunicationId, CmLi_Comm_UserId) VALUES (@id, 4), (@id, 5);
         SET ROWCOUNT 1;
         SET LOCK_TIMEOUT 1234;
         SET XACT_ABORT ON;
         UPDATE dbo.Comm_Link SET CmLi_Comm_UserId = 6;
         UPDATE dbo.Comm_Link SET cmli_status = 3;
         DECLARE @rows int = @@ROWCOUNT;
         SET ROWCOUNT 0;
         SELECT @rows AS [rows], @@LOCK_TIMEOUT AS lock_timeout, @@OPTIONS & 16384 AS xact_abort,
             @@OPTIONS & 512 AS nocount;`,
      );
      expect(row).toEqual({ rows: 1, lock_timeout: 1234, xact_abort: 16384, nocount: 0 });
      // made: two; moved: both ends of the one; its status: one more
      expect((await crm.logRows()).filter(({ operation }) => operation === 'L')).toHaveLength(5);
    });

    test('a client with the ANSI settings of old saves, and is captured', async () => {
      const sage = await asSage();
      for (const option of [
        'ANSI_NULLS',
        'QUOTED_IDENTIFIER',
        'ANSI_WARNINGS',
        'ANSI_PADDING',
        'ARITHABORT',
        'CONCAT_NULL_YIELDS_NULL',
      ])
        await sage.batch(`SET ${option} OFF;`);
      await sage.batch('SET NUMERIC_ROUNDABORT ON;');
      await sage.batch(
        `INSERT INTO dbo.Communication (Comm_Type, Comm_Subject) VALUES (N'Appointment', N'Lunch');`,
      );
      await sage.batch(`UPDATE dbo.Communication SET Comm_Subject = NULL;`);
      await sage.batch(
        `INSERT INTO dbo.Comm_Link (CmLi_Comm_CommunicationId, CmLi_Comm_UserId)
         SELECT c.Comm_CommunicationId, 4 FROM dbo.Communication AS c;`,
      );
      await sage.batch(`UPDATE dbo.Comm_Link SET CmLi_Comm_UserId = NULL;`);
      await sage.batch(`DELETE FROM dbo.Communication;`);
      expect((await crm.logRows()).map(({ operation }) => operation)).toEqual(['D', 'I', 'L', 'L', 'U']);
    });

    test('a fault inside the trigger leaves his transaction as it was', async () => {
      await crm.breakCapture();
      const sage = await asSage();
      await sage.batch('BEGIN TRANSACTION;');
      const state = await answer<{ state: number; open: number }>(
        sage,
        `INSERT INTO dbo.Communication (Comm_Type, Comm_Subject) VALUES (N'Appointment', N'Lunch');
         SELECT CONVERT(int, XACT_STATE()) AS state, @@TRANCOUNT AS [open];`,
      );
      expect(state).toEqual({ state: 1, open: 1 });
      await sage.batch('COMMIT TRANSACTION;');
      expect(await crm.tables.count('communication')).toBe(1);
      expect(await crm.captureFaults()).toBe(1);
    });

    test('a MERGE is logged by what it did to each row', async () => {
      const sage = await asSage();
      await sage.batch(
        `INSERT INTO dbo.Communication (Comm_Type, Comm_Subject) VALUES (N'Appointment', N'Old');
         MERGE INTO dbo.Communication AS c
         USING (VALUES (N'Old', N'New'), (N'Other', N'Other')) AS n (was, subject) ON c.Comm_Subject = n.was
         WHEN MATCHED THEN UPDATE SET Comm_Subject = n.subject
         WHEN NOT MATCHED THEN INSERT (Comm_Type, Comm_Subject) VALUES (N'Appointment', n.subject);`,
      );
      expect((await crm.logRows()).map(({ operation }) => operation).sort()).toEqual(['I', 'I', 'U']);
    });
  });

  describe('of the runner', () => {
    const until = async (holds: () => Promise<boolean>): Promise<void> => {
      for (;;) if (await holds()) return;
    };

    const leased = async (): Promise<CrmDatabase & { runnerId: number }> => {
      await crm.enableUsers(4);
      const runner = await crm.openRunner();
      await runner.leaseMailboxes(10, 600);
      return runner;
    };

    test('the mark of an own write ends with the call, also when the call failed', async () => {
      const runner = await leased();
      await crm.tables.update('domino_sync.setting', { value: 'Europe/Berlin' }, { name: 'crm_time_zone' });
      const session = await open(await crm.loginUrl('domino_sync_runner'));
      const origin = async (): Promise<unknown> =>
        (
          await answer<{ origin: unknown }>(
            session,
            `SELECT CAST(SESSION_CONTEXT(N'domino_sync.origin') AS nvarchar(100)) AS origin;`,
          )
        ).origin;
      for (const [procedure, list] of [
        ['apply_inbound', '@p_items'],
        ['apply_missing', '@p_items'],
      ] as const) {
        // of somebody else, then of its own
        await expect(
          session.query(
            `EXECUTE domino_sync_api.${procedure} @p_runner = ${runner.runnerId + 1}, @p_crm_user_id = 4, ${list} = N'[]';`,
          ),
        ).rejects.toThrow(/lease lost/);
        expect(await origin()).toBeNull();
        await session.query(
          `EXECUTE domino_sync_api.${procedure} @p_runner = ${runner.runnerId}, @p_crm_user_id = 4, ${list} = N'[]';`,
        );
        expect(await origin()).toBeNull();
      }
    });

    test('passes over a mailbox whose row somebody else has locked', async () => {
      await crm.enableUsers(4, 5);
      const runner = await crm.openRunner();
      const other = await open(crm.url);
      await other.batch(
        'BEGIN TRANSACTION; UPDATE domino_sync.sync_user SET email = email WHERE crm_user_id = 4;',
      );
      expect((await runner.leaseMailboxes(10, 60)).map(({ crm_user_id }) => crm_user_id)).toEqual([5]);
    });

    test('a call that a deadlock ended is made again', async () => {
      const runner = await leased();
      await runner.enqueueDelivery(4, [1], 'admin_retry');
      const [delivery] = await runner.leaseOutbound(4, 10, 600);
      const other = await open(crm.url);
      await crm.surviveDeadlocks(other);
      await other.batch(
        'BEGIN TRANSACTION; UPDATE domino_sync.delivery SET last_error = NULL WHERE crm_user_id = 4;',
      );
      // holds the mailbox, waits for the delivery
      const completing = runner.completeOutbound([result(delivery!)]);
      await until(() => crm.somebodyWaits());
      // the other way round; it is not the one that is ended
      await other.batch('UPDATE domino_sync.sync_user SET email = email WHERE crm_user_id = 4;');
      await other.batch('COMMIT TRANSACTION;');
      expect(await completing).toEqual({ completed: 1, requeued: 0 });
    });

    test('that the server ended are replaced: calls go on, under the same runner', async () => {
      const runner = await leased();
      await runner.enqueueDelivery(4, [1], 'admin_retry');
      await crm.killSessions();
      let faults = 0;
      // a connection that breaks in the middle of a call costs that call, no more
      await until(() =>
        runner.readSettings().then(
          () => true,
          (error: unknown) => {
            faults += 1;
            expect(error).toMatchObject({ code: 'crm_unreachable', transient: true });
            return false;
          },
        ),
      );
      expect(faults).toBeLessThanOrEqual(2);
      expect(await runner.leaseOutbound(4, 10, 60)).toHaveLength(1);
    });
  });
});
