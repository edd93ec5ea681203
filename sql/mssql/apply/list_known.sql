CREATE OR ALTER PROCEDURE domino_sync_api.list_known
    @p_crm_user_id int
AS
/* Lists what is known of a mailbox's entries, without the heavy columns: one row an entry.
   Parameters: @p_crm_user_id, the mailbox.
   An entry can be linked and, because a later change of it was refused, parked as well. It is then listed as linked, with
   the digest, reason and retry of the parked state: it is not read again until it changes or the retry is due.
   retry_due: to be read whether or not it shows a change. A list tells neither text nor attendees, so a linked entry that
   was not compared in full for setting recheck_hours is due as well, and so is one that a reconcile has not looked at.
   ask_due: parked, and to be asked for if no list shows it, because it may be gone. */
BEGIN
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @v_now datetime2(3) = SYSUTCDATETIME();
    DECLARE @v_pull_from datetime2(3) =
        (SELECT u.reconcile_pull_from FROM domino_sync.sync_user AS u WHERE u.crm_user_id = @p_crm_user_id);
    DECLARE @v_recheck_hours int = COALESCE(
        (SELECT CAST(s.value AS int) FROM domino_sync.setting AS s WHERE s.name = N'recheck_hours'), 24
    );

    SELECT
        l.appointment_id,
        COALESCE(l.state, N'parked') AS state,
        COALESCE(l.form, p.form) AS form,
        COALESCE(l.domino_uid, p.domino_uid) AS domino_uid,
        COALESCE(l.domino_recurrence_id, p.domino_recurrence_id) AS domino_recurrence_id,
        COALESCE(p.domino_start, l.domino_start) AS domino_start,
        CASE WHEN p.domino_uid IS NOT NULL THEN p.domino_digest ELSE l.domino_digest END AS domino_digest,
        l.domino_token,
        COALESCE(p.reason_code, l.unlinked_reason) AS reason_code,
        CAST(
            CASE
                WHEN p.domino_uid IS NOT NULL THEN CASE WHEN p.next_attempt_at <= @v_now THEN 1 ELSE 0 END
                WHEN l.state = N'linked' AND l.checked_at < DATEADD(hour, -@v_recheck_hours, @v_now) THEN 1
                WHEN l.state = N'linked' AND l.checked_at < @v_pull_from THEN 1
                ELSE 0
            END
            AS bit
        ) AS retry_due,
        CAST(
            CASE
                WHEN p.domino_uid IS NULL THEN 0
                WHEN p.ask_again_at IS NULL OR p.ask_again_at <= @v_now THEN 1
                ELSE 0
            END
            AS bit
        ) AS ask_due
    FROM (SELECT i.* FROM domino_sync.item_link AS i WHERE i.crm_user_id = @p_crm_user_id) AS l
    FULL JOIN (SELECT q.* FROM domino_sync.inbound_parked AS q WHERE q.crm_user_id = @p_crm_user_id) AS p
        ON p.domino_uid = l.domino_uid
        AND p.domino_recurrence_id = l.domino_recurrence_id
    ORDER BY 4, 5;
END;
