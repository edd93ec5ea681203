CREATE OR ALTER FUNCTION domino_sync.people_of(
    @p_crm_user_id int, @p_items nvarchar(max), @p_work nvarchar(max), @p_matches nvarchar(max)
)
RETURNS TABLE
AS
/* Who is to be on the appointments: the attendees to add, and on a new one its owner and its organiser.
   Parameters: @p_crm_user_id, owner of the mailbox; @p_items; @p_work, the decisions; @p_matches, rows of match_attendees.
   Returns:    the rows write_people takes, each person once an appointment; the organiser of an
               appointment has response 6. */
RETURN
WITH item AS
(
    SELECT w.nth, w.outcome, w.appointment_id, w.organiser_id, f.notify_at, f.type
    FROM domino_sync.inbound_work(@p_items, @p_work) AS w
    CROSS APPLY OPENJSON(w.fields) WITH (notify_at nvarchar(19), type nvarchar(40)) AS f
    WHERE w.outcome IN (N'created', N'updated')
),
person AS
(
    SELECT
        i.appointment_id, i.notify_at, i.organiser_id AS crm_user_id, CAST(NULL AS nvarchar(400)) AS email,
        CAST(NULL AS int) AS person_id,
        -- the user of a Task's link is its owner, and no organiser of anything
        CASE WHEN i.type IS NULL THEN 6 ELSE 0 END AS response, 1 AS choice
    FROM item AS i
    WHERE i.outcome = N'created' AND i.organiser_id IS NOT NULL

    UNION ALL

    SELECT i.appointment_id, i.notify_at, m.crm_user_id, m.email, m.person_id, m.response, 2
    FROM item AS i
    JOIN OPENJSON(@p_matches) WITH
    (
        nth int, email nvarchar(400), response int, crm_user_id int, person_id int
    ) AS m ON m.nth = i.nth

    UNION ALL

    SELECT i.appointment_id, i.notify_at, @p_crm_user_id, NULL, NULL, 0, 3
    FROM item AS i
    WHERE i.outcome = N'created'
),
ranked AS
(
    SELECT
        p.appointment_id, p.notify_at, p.crm_user_id, p.email, p.person_id, p.response, p.choice,
        ROW_NUMBER() OVER
        (
            PARTITION BY p.appointment_id, p.crm_user_id, CASE WHEN p.crm_user_id IS NULL THEN p.email END
            ORDER BY p.choice
        ) AS nth_of_person
    FROM person AS p
)
SELECT
    r.appointment_id, r.crm_user_id, r.email, r.person_id, r.response,
    CASE WHEN r.crm_user_id = @p_crm_user_id THEN r.notify_at END AS notify_at,
    ROW_NUMBER() OVER (ORDER BY r.appointment_id, r.choice, r.crm_user_id, r.email) AS nth
FROM ranked AS r
WHERE r.nth_of_person = 1;
