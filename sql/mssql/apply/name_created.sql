CREATE OR ALTER FUNCTION domino_sync.name_created(
    @p_crm_user_id int, @p_items nvarchar(max), @p_work nvarchar(max), @p_ids nvarchar(max)
)
RETURNS TABLE
AS
/* Gives the items that become new appointments their organiser as Comm_Organizer holds him, and their id where ids are
   known before the insert.
   Parameters: @p_crm_user_id, owner of the mailbox; @p_items; @p_work, the decisions; @p_ids, a JSON list of new ids, NULL
               where the insert makes them.
   Returns:    the decisions; created ones with organiser (text) and organiser_id (null: no CRM user). */
RETURN
SELECT
    w.nth, w.item_no, w.outcome,
    CASE WHEN w.outcome = N'created' THEN CAST(new.[value] AS int) ELSE w.appointment_id END AS appointment_id,
    CASE WHEN w.outcome = N'created' THEN COALESCE(CONVERT(nvarchar(400), o.crm_user_id), w.email) END AS organiser,
    CASE WHEN w.outcome = N'created' THEN o.crm_user_id END AS organiser_id
FROM
(
    SELECT
        i.nth, i.item_no, i.outcome, i.appointment_id,
        LOWER(LTRIM(RTRIM(f.organiser_email))) AS email,
        ROW_NUMBER() OVER (PARTITION BY i.outcome ORDER BY i.nth) AS nth_of_outcome
    FROM domino_sync.inbound_work(@p_items, @p_work) AS i
    CROSS APPLY OPENJSON(i.fields) WITH (organiser_email nvarchar(400)) AS f
) AS w
LEFT JOIN OPENJSON(@p_ids) AS new ON CAST(new.[key] AS int) = w.nth_of_outcome - 1
LEFT JOIN domino_sync.user_address AS a ON a.email = w.email
OUTER APPLY
(
    SELECT LOWER(LTRIM(RTRIM(u.User_EmailAddress))) AS email
    FROM dbo.Users AS u
    WHERE u.User_UserId = @p_crm_user_id
) AS owner
CROSS APPLY
(
    -- the owner's address means the owner, whoever else has it
    SELECT CASE WHEN w.email IS NULL OR w.email = owner.email THEN @p_crm_user_id ELSE a.crm_user_id END AS crm_user_id
) AS o;
