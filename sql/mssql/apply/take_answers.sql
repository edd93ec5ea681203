CREATE OR ALTER PROCEDURE domino_sync.take_answers
    @p_runner int,
    @p_crm_user_id int,
    @p_items nvarchar(max)
AS
/* Gives the owner of a mailbox, on the appointments of other people's meetings, the answer that his copies show. Only an
   answer that changed in Notes is news: what the CRM's users chose meanwhile stays until then.
   Parameters: @p_runner; @p_crm_user_id, the mailbox, whose lease the caller holds; @p_items, a JSON list of ParkedItem.
   An answer is taken back (response 0: the copy is gone) only where it still stands as the copy gave it. Nobody is made a
   participant here, and the organiser's link (status 6) stays.
   Locks:      Communication, Comm_Link.  Writes: also activity. The caller sets the origin `domino:<user>`. */
BEGIN
    SET NOCOUNT ON;

    DECLARE @v_now datetime;
    DECLARE @v_locked int;
    DECLARE @v_answer table (
        appointment_id int NOT NULL, domino_uid nvarchar(400) NOT NULL, response int NOT NULL, before_response int NULL,
        link_id int NULL
    );

    INSERT INTO @v_answer (appointment_id, domino_uid, response, before_response)
    SELECT a.appointment_id, a.domino_uid, a.response, a.before_response
    FROM domino_sync.inbound_answers(@p_crm_user_id, @p_items) AS a
    WHERE a.appointment_id IS NOT NULL
      AND (a.before_response IS NULL OR a.before_response <> a.response)
      AND (a.response <> 0 OR a.before_response IS NOT NULL);

    IF NOT EXISTS (SELECT 1 FROM @v_answer)
        RETURN;

    EXECUTE domino_sync.crm_now @v_now OUTPUT;

    -- counting a column that no index holds: the lock is to be on the row, not on a key of some index
    SELECT @v_locked = COUNT(c.Comm_Subject)
    FROM dbo.Communication AS c WITH (UPDLOCK, ROWLOCK)
    WHERE c.Comm_CommunicationId IN (SELECT a.appointment_id FROM @v_answer AS a);

    -- as in appointment_participant: the oldest live link speaks for its user
    UPDATE a
    SET link_id = own.link_id
    FROM @v_answer AS a
    CROSS APPLY
    (
        SELECT TOP (1) l.CmLi_CommLinkId AS link_id, l.cmli_status AS status
        FROM dbo.Comm_Link AS l
        WHERE l.CmLi_Comm_CommunicationId = a.appointment_id
          AND l.CmLi_Comm_UserId = @p_crm_user_id
          AND l.CmLi_Deleted IS NULL
        ORDER BY l.CmLi_CommLinkId
    ) AS own
    WHERE (own.status IS NULL OR (own.status <> 6 AND own.status <> a.response))
      AND (a.response <> 0 OR own.status = a.before_response);

    UPDATE l
    SET cmli_status = a.response,
        CmLi_UpdatedBy = @p_crm_user_id,
        CmLi_UpdatedDate = @v_now,
        CmLi_TimeStamp = @v_now
    FROM dbo.Comm_Link AS l
    JOIN @v_answer AS a ON a.link_id = l.CmLi_CommLinkId;

    INSERT INTO domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail
    )
    SELECT
        (SELECT r.run_id FROM domino_sync.current_run(@p_runner) AS r), @p_runner, @p_crm_user_id, a.appointment_id,
        a.domino_uid, N'to_crm', N'updated', N'domino_changed',
        CASE a.response
            WHEN 2 THEN N'answered in Notes: tentative'
            WHEN 3 THEN N'answered in Notes: accepted'
            WHEN 4 THEN N'answered in Notes: declined'
            ELSE N'the copy in Notes is gone: the answer it gave is taken back'
        END
    FROM @v_answer AS a
    WHERE a.link_id IS NOT NULL;
END;
