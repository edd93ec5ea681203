CREATE OR ALTER PROCEDURE domino_sync.store_links
    @p_links nvarchar(max)
AS
BEGIN
    /*
    Writes links as they are from now on.
    Parameters: @p_links - array of the contract's `LinkWrite`, or of things that hold one as `link` (those whose link
    is null are passed over), each pair at most once.
    Returns: nothing.  Throws 51003 when another appointment of the mailbox has the Domino entry already: asked
    beforehand, because an error that was caught would doom the transaction.  The caller holds the mailboxes, so that
    nobody else writes their links meanwhile.  Needs the transaction of the caller.
    Locks: the item_link rows, in key order.  Writes: item_link, delivery.
    */
    SET NOCOUNT, XACT_ABORT ON;

    DECLARE @now datetime2(3) = SYSUTCDATETIME();
    DECLARE @message nvarchar(2048);
    DECLARE @link table (
        crm_user_id int NOT NULL, appointment_id int NOT NULL, role nvarchar(20) NULL, kind nvarchar(20) NULL,
        state nvarchar(20) NULL, form nvarchar(20) NULL, domino_uid nvarchar(400) NULL,
        domino_recurrence_id nvarchar(40) NOT NULL, domino_unid nvarchar(100) NULL, incarnation int NOT NULL,
        base_item nvarchar(max) NULL, base_hash nvarchar(200) NULL, domino_start nvarchar(40) NULL,
        domino_token nvarchar(2000) NULL, domino_digest nvarchar(400) NULL, unlinked_reason nvarchar(60) NULL,
        PRIMARY KEY (crm_user_id, appointment_id)
    );

    INSERT INTO @link (
        crm_user_id, appointment_id, role, kind, state, form, domino_uid, domino_recurrence_id, domino_unid,
        incarnation, base_item, base_hash, domino_start, domino_token, domino_digest, unlinked_reason)
    SELECT
        n.crm_user_id, n.appointment_id, n.role, n.kind, n.state, n.form, n.domino_uid,
        COALESCE(n.domino_recurrence_id, N''), n.domino_unid, COALESCE(n.incarnation, 1), n.base_item, n.base_hash,
        n.domino_start, n.domino_token, n.domino_digest, n.unlinked_reason
    FROM OPENJSON(@p_links) AS e
    OUTER APPLY (
        SELECT k.[type], k.[value] FROM OPENJSON(e.[value]) AS k WHERE k.[key] = N'link'
    ) AS held
    CROSS APPLY OPENJSON(
        CASE WHEN held.[type] IS NULL THEN e.[value] WHEN held.[type] = 5 THEN held.[value] END
    ) WITH (
        crm_user_id int, appointment_id int, role nvarchar(4000), kind nvarchar(4000), state nvarchar(4000),
        form nvarchar(4000), domino_uid nvarchar(4000), domino_recurrence_id nvarchar(4000),
        domino_unid nvarchar(4000), incarnation int, base_item nvarchar(max) AS JSON, base_hash nvarchar(4000),
        domino_start nvarchar(4000), domino_token nvarchar(4000), domino_digest nvarchar(4000),
        unlinked_reason nvarchar(4000)) AS n;

    SELECT TOP (1)
        @message = CONCAT(
            N'refused: appointment ', n.appointment_id, N' of CRM user ', n.crm_user_id, N': domino_uid ',
            LEFT(n.domino_uid, 400), N' belongs to appointment ', taken.appointment_id)
    FROM @link AS n
    CROSS APPLY (
        SELECT CONVERT(nvarchar(20), l.appointment_id) AS appointment_id
        FROM domino_sync.item_link AS l
        WHERE l.crm_user_id = n.crm_user_id
          AND l.domino_uid = n.domino_uid
          AND l.domino_recurrence_id = n.domino_recurrence_id
          AND l.appointment_id <> n.appointment_id
          -- unless this very call takes it from there
          AND NOT EXISTS (
              SELECT 1 FROM @link AS given
              WHERE given.crm_user_id = l.crm_user_id AND given.appointment_id = l.appointment_id
          )
        UNION ALL
        SELECT N'twice in this call'
        FROM @link AS twin
        WHERE twin.crm_user_id = n.crm_user_id
          AND twin.domino_uid = n.domino_uid
          AND twin.domino_recurrence_id = n.domino_recurrence_id
          AND twin.appointment_id <> n.appointment_id
    ) AS taken;
    IF @message IS NOT NULL
        THROW 51003, @message, 1;

    -- A meeting made in Notes is sent to those invited by Domino's own scheduling. Once we made it again, or a plain entry
    -- of it because nobody enabled organises it any more, no invitation counts.
    DECLARE @ended nvarchar(max) = (
        SELECT l.appointment_id
        FROM @link AS n
        INNER JOIN domino_sync.item_link AS l
            ON l.crm_user_id = n.crm_user_id AND l.appointment_id = n.appointment_id
        WHERE n.state <> N'unlinked'
          AND (n.domino_uid LIKE N'CRM-%' OR n.kind <> N'meeting')
          AND l.domino_uid NOT LIKE N'CRM-%'
          AND l.kind = N'meeting'
          AND l.state = N'linked'
        FOR JSON PATH
    );

    UPDATE l
    SET role = n.role, kind = n.kind, state = n.state, form = n.form, domino_uid = n.domino_uid,
        domino_recurrence_id = n.domino_recurrence_id, domino_unid = n.domino_unid, incarnation = n.incarnation,
        base_item = n.base_item, base_hash = n.base_hash, domino_start = n.domino_start,
        domino_token = n.domino_token, domino_digest = n.domino_digest, unlinked_reason = n.unlinked_reason,
        unlinked_at = CASE WHEN n.state = N'unlinked' THEN COALESCE(l.unlinked_at, @now) END,
        -- the first attempt to create this very entry: from then on Domino may have it
        created_at = CASE
            WHEN n.state = N'creating' AND (l.state <> N'creating' OR l.domino_uid <> n.domino_uid) THEN @now
            ELSE l.created_at
        END,
        updated_at = @now,
        checked_at = @now
    FROM @link AS n
    INNER JOIN domino_sync.item_link AS l ON l.crm_user_id = n.crm_user_id AND l.appointment_id = n.appointment_id
    OPTION (LOOP JOIN, FORCE ORDER);

    INSERT INTO domino_sync.item_link (
        crm_user_id, appointment_id, role, kind, state, form, domino_uid, domino_recurrence_id, domino_unid,
        incarnation, base_item, base_hash, domino_start, domino_token, domino_digest, unlinked_reason, unlinked_at,
        created_at, updated_at, checked_at)
    SELECT
        n.crm_user_id, n.appointment_id, n.role, n.kind, n.state, n.form, n.domino_uid, n.domino_recurrence_id,
        n.domino_unid, n.incarnation, n.base_item, n.base_hash, n.domino_start, n.domino_token, n.domino_digest,
        n.unlinked_reason, CASE WHEN n.state = N'unlinked' THEN @now END, @now, @now, @now
    FROM @link AS n
    WHERE NOT EXISTS (
        SELECT 1 FROM domino_sync.item_link AS l
        WHERE l.crm_user_id = n.crm_user_id AND l.appointment_id = n.appointment_id
    );

    IF @ended IS NOT NULL
        EXECUTE domino_sync.offer_copies @p_ids = @ended;
END;
