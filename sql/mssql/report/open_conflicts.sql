-- Fields that both sides had changed, and nobody has looked at what was decided. `resolve` closes them. Of a private
-- appointment the values stay out: a report is no way round the CRM's privacy.
CREATE OR ALTER VIEW domino_sync_report.open_conflicts AS
SELECT
    f.conflict_id,
    f.appointment_id,
    f.crm_user_id,
    u.name AS user_name,
    CASE WHEN c.private = 0 THEN c.subject END AS subject,
    -- of SyncItem, or `existence`: one side deleted what the other edited
    f.field,
    CASE WHEN c.private = 0 THEN f.base_value END AS base_value,
    CASE WHEN c.private = 0 THEN f.crm_value END AS crm_value,
    CASE WHEN c.private = 0 THEN f.domino_value END AS domino_value,
    -- crm, domino, both
    f.winner,
    -- the setting or the rule that made it the winner
    f.decided_by,
    f.decided_at,
    c.private
FROM domino_sync.conflict AS f
LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = f.crm_user_id
-- any mark counts, and what is gone may have been private
CROSS APPLY
(
    SELECT
        MAX(k.Comm_Subject) AS subject,
        CAST(COALESCE(MAX(CASE WHEN COALESCE(LTRIM(RTRIM(k.Comm_Private)), N'') <> N'' THEN 1 ELSE 0 END), 1) AS bit)
            AS private
    FROM dbo.Communication AS k
    WHERE k.Comm_CommunicationId = f.appointment_id
) AS c
WHERE f.resolved_at IS NULL;
