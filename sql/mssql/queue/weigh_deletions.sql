CREATE OR ALTER FUNCTION domino_sync.weigh_deletions
(
    @p_crm_user_id int, @p_direction nvarchar(10), @p_ids nvarchar(max), @p_reason nvarchar(60)
)
RETURNS TABLE
AS
/* The breaker's decision, written nowhere: hold_deletions acts on it, preview_deletions tells it.
   More than mass_disappearance_count and, of the mailbox, more than mass_disappearance_percent: an administrator decides. A
   series counts once; what was deleted in the hours before counts too.
   Parameters: @p_crm_user_id, the mailbox; @p_direction: to_domino, to_crm; @p_ids, array of the appointments that would be
               deleted there; @p_reason, why all of them wait however few they are, or null.
   Returns:    one row: held, pairs that wait, 0 when they may go on; counted, what they count as, with the earlier ones;
               earlier, of these; linked, what the mailbox has, counted alike.
   Locks:      nothing. */
RETURN
WITH due AS
(
    SELECT u.appointment_id, s.series
    FROM domino_sync.unapproved_pairs(@p_crm_user_id, @p_direction, @p_ids) AS u
    INNER JOIN domino_sync.pair_series AS s
        ON s.crm_user_id = @p_crm_user_id AND s.appointment_id = u.appointment_id
),
before AS
(
    SELECT e.series FROM domino_sync.earlier_deletions(@p_crm_user_id, @p_direction) AS e
),
number AS
(
    SELECT
        (SELECT COUNT(*) FROM due) AS pairs,
        (
            SELECT COUNT(*)
            FROM (SELECT d.series FROM due AS d UNION SELECT b.series FROM before AS b) AS n
        ) AS counted,
        (
            SELECT COUNT(*) FROM before AS b WHERE NOT EXISTS (SELECT 1 FROM due AS d WHERE d.series = b.series)
        ) AS earlier,
        (
            SELECT COUNT(*)
            FROM
            (
                SELECT s.series
                FROM domino_sync.item_link AS l
                INNER JOIN domino_sync.pair_series AS s
                    ON s.crm_user_id = l.crm_user_id AND s.appointment_id = l.appointment_id
                WHERE l.crm_user_id = @p_crm_user_id AND l.state = N'linked'
                UNION
                SELECT b.series FROM before AS b
            ) AS n
        ) AS linked
),
limits AS
(
    SELECT
        (
            SELECT CAST(s.value AS int) FROM domino_sync.setting AS s WHERE s.name = N'mass_disappearance_count'
        ) AS most,
        (
            SELECT CAST(s.value AS int) FROM domino_sync.setting AS s WHERE s.name = N'mass_disappearance_percent'
        ) AS percentage
)
SELECT
    CASE
        WHEN @p_reason IS NOT NULL THEN n.pairs
        WHEN n.counted <= m.most THEN 0
        WHEN n.counted * 100 <= n.linked * m.percentage THEN 0
        ELSE n.pairs
    END AS held,
    n.counted, n.earlier, n.linked
FROM number AS n
CROSS JOIN limits AS m;
