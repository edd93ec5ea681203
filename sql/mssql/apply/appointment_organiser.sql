-- The organiser of each Communication row, dead ones included: a CRM user, or an address outside the CRM; both null when
-- nobody can be found. `eligible`: a live appointment that may leave the CRM.
--
-- A Task belongs to the user of its link and to nobody else: who assigned it is not meant. One with several users, or
-- with none, is not eligible, nor one whose action is not among those of setting task_actions.
--
-- Everything is looked up row by row (OUTER APPLY), so that a restriction on appointment_id reaches the vendor's index.
CREATE OR ALTER VIEW domino_sync.appointment_organiser AS
SELECT
    c.Comm_CommunicationId AS appointment_id,
    o.crm_user_id,
    o.email,
    CAST(
        CASE
            WHEN c.Comm_Deleted IS NULL
                AND (
                    c.Comm_Type = N'Appointment'
                    OR (
                        c.Comm_Type = N'Task'
                        AND EXISTS
                            (
                                SELECT 1
                                FROM domino_sync.task_setting AS s
                                WHERE s.taken = 1
                                  AND CHARINDEX(N',' + LOWER(LTRIM(RTRIM(c.Comm_Action))) + N',', s.actions) > 0
                            )
                        AND (
                            SELECT COUNT(DISTINCT k.CmLi_Comm_UserId)
                            FROM dbo.Comm_Link AS k
                            JOIN dbo.Users AS w ON w.User_UserId = k.CmLi_Comm_UserId
                            WHERE k.CmLi_Comm_CommunicationId = c.Comm_CommunicationId
                              AND k.CmLi_Deleted IS NULL
                        ) = 1
                    )
                )
                AND COALESCE(LTRIM(RTRIM(c.Comm_CRMOnly)), N'') <> N'Y'
            THEN 1
            ELSE 0
        END
        AS bit
    ) AS eligible
FROM dbo.Communication AS c
CROSS APPLY
(
    SELECT CASE WHEN c.Comm_Type = N'Task' THEN NULL ELSE LOWER(LTRIM(RTRIM(c.Comm_Organizer))) END AS organiser
) AS t
-- a user id as text; the pattern first, because TRY_CONVERT reads '-1' and '' as well
CROSS APPLY
(
    SELECT CASE
        WHEN LEN(t.organiser) BETWEEN 1 AND 9 AND t.organiser NOT LIKE N'%[^0-9]%' THEN TRY_CONVERT(int, t.organiser)
    END AS user_id
) AS n
OUTER APPLY
(
    SELECT TOP (1) candidate.crm_user_id, candidate.email
    FROM
    (
        -- Comm_Organizer is an address: of a CRM user, or of somebody outside
        SELECT
            1 AS choice, 0 AS by_status, 0 AS by_creator, a.crm_user_id, COALESCE(a.email_today, t.organiser) AS email
        FROM (SELECT t.organiser AS email) AS given
        LEFT JOIN domino_sync.user_address AS a ON a.email = given.email
        WHERE t.organiser LIKE N'%@%'

        UNION ALL

        SELECT 2, 0, 0, u.User_UserId, LOWER(LTRIM(RTRIM(u.User_EmailAddress)))
        FROM dbo.Users AS u
        WHERE u.User_UserId = n.user_id

        UNION ALL

        -- neither: the user whose link says so, else the creator if he takes part, else the lowest user id
        SELECT
            3,
            CASE WHEN l.cmli_status = 6 THEN 0 ELSE 1 END,
            CASE WHEN u.User_UserId = c.Comm_CreatedBy THEN 0 ELSE 1 END,
            u.User_UserId,
            LOWER(LTRIM(RTRIM(u.User_EmailAddress)))
        FROM dbo.Comm_Link AS l
        JOIN dbo.Users AS u ON u.User_UserId = l.CmLi_Comm_UserId
        WHERE l.CmLi_Comm_CommunicationId = c.Comm_CommunicationId
          AND l.CmLi_Deleted IS NULL
    ) AS candidate
    ORDER BY candidate.choice, candidate.by_status, candidate.by_creator, candidate.crm_user_id
) AS o;
