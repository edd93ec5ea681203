CREATE OR ALTER FUNCTION domino_sync.decide_missing(@p_crm_user_id int, @p_items nvarchar(max))
RETURNS TABLE
AS
/* Says for each missing entry what becomes of it, given what the locked rows hold now.
   Parameters: @p_crm_user_id, the mailbox; @p_items, a JSON list of MissingItem.
   Returns:    a row an item: its members and outcome: deleted, unlinked, stale, gone, or refused, for an unknown action,
               which a function cannot raise: guessing could delete. */
RETURN
SELECT
    b.appointment_id,
    b.action,
    b.reason_code,
    b.detail,
    CASE
        WHEN b.action IS NULL OR b.action NOT IN (N'delete', N'unlink') THEN N'refused'
        WHEN k.appointment_id IS NULL THEN N'gone'
        -- to unlink writes nothing to the CRM: there, no fingerprint means that its state does not matter
        WHEN b.action = N'unlink' AND b.fingerprint IS NULL THEN N'unlinked'
        WHEN b.fingerprint IS NULL OR COALESCE(f.fingerprint, N'absent') <> b.fingerprint THEN N'stale'
        WHEN b.action = N'delete' THEN N'deleted'
        ELSE N'unlinked'
    END AS outcome
FROM OPENJSON(@p_items) WITH
(
    appointment_id int,
    action nvarchar(20),
    fingerprint nvarchar(100),
    reason_code nvarchar(60),
    detail nvarchar(max)
) AS b
LEFT JOIN domino_sync.item_link AS k
    ON k.crm_user_id = @p_crm_user_id
    AND k.appointment_id = b.appointment_id
    AND k.state <> N'unlinked'
OUTER APPLY domino_sync.appointment_fingerprint(b.appointment_id) AS f;
