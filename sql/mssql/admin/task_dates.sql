CREATE OR ALTER PROCEDURE domino_sync_api.task_dates
AS
/* What the CRM's live Tasks look like: TaskDates of src/crm/contract.ts, for the decision on setting tasks and its like.
   Returns: one row.  Reads the whole of Communication.  Locks: nothing beyond each read. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_task table (
        appointment_id int NOT NULL PRIMARY KEY, action nvarchar(100) NOT NULL, meant bit NOT NULL,
        datetime_at datetime NULL, todatetime_at datetime NULL, users int NOT NULL
    );

    INSERT INTO @v_task (appointment_id, action, meant, datetime_at, todatetime_at, users)
    SELECT
        c.Comm_CommunicationId,
        LEFT(LTRIM(RTRIM(COALESCE(c.Comm_Action, N''))), 100),
        CASE WHEN CHARINDEX(N',' + LOWER(LTRIM(RTRIM(c.Comm_Action))) + N',', t.actions) > 0 THEN 1 ELSE 0 END,
        c.Comm_DateTime,
        c.Comm_ToDateTime,
        (
            SELECT COUNT(DISTINCT l.CmLi_Comm_UserId)
            FROM dbo.Comm_Link AS l
            WHERE l.CmLi_Comm_CommunicationId = c.Comm_CommunicationId
              AND l.CmLi_Deleted IS NULL
        )
    FROM domino_sync.task_setting AS t
    JOIN dbo.Communication AS c ON c.Comm_Type = N'Task'
    WHERE c.Comm_Deleted IS NULL;

    SELECT
        (
            SELECT
                t.taken,
                t.due_first,
                (SELECT COUNT(*) FROM @v_task AS k WHERE k.meant = 1) AS tasks,
                (SELECT COUNT(*) FROM @v_task AS k WHERE k.meant = 1 AND k.datetime_at > k.todatetime_at)
                    AS datetime_later,
                (SELECT COUNT(*) FROM @v_task AS k WHERE k.meant = 1 AND k.todatetime_at > k.datetime_at)
                    AS todatetime_later,
                (SELECT COUNT(*) FROM @v_task AS k WHERE k.meant = 1 AND k.users > 1) AS shared,
                (SELECT COUNT(*) FROM @v_task AS k WHERE k.meant = 1 AND k.users = 0) AS nobody,
                JSON_QUERY(COALESCE((
                    SELECT k.action, COUNT(*) AS tasks
                    FROM @v_task AS k
                    WHERE k.meant = 0
                    GROUP BY k.action
                    ORDER BY COUNT(*) DESC, k.action
                    FOR JSON PATH
                ), N'[]')) AS left_out
            FROM domino_sync.task_setting AS t
            FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
        ) AS dates;
END;
