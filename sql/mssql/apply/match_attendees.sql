CREATE OR ALTER FUNCTION domino_sync.match_attendees(@p_items nvarchar(max))
RETURNS TABLE
AS
/* Finds out who the attendees to add are: a CRM user, else a person, else only an address.
   Parameters: @p_items, a JSON list of InboundItem.
   Returns:    one row an item and address: nth, the item's place in the list; persons = how many share the address:
               person_id is then the lowest of them. */
RETURN
WITH wanted AS
(
    SELECT
        CAST(i.[key] AS int) AS nth,
        LOWER(LTRIM(RTRIM(a.email))) AS email,
        a.response,
        ROW_NUMBER() OVER
        (
            PARTITION BY CAST(i.[key] AS int), LOWER(LTRIM(RTRIM(a.email)))
            ORDER BY CAST(g.[key] AS int)
        ) AS nth_of_address
    FROM OPENJSON(@p_items) AS i
    CROSS APPLY OPENJSON(i.[value], '$.attendees_add') AS g
    CROSS APPLY OPENJSON(g.[value]) WITH (email nvarchar(400), response int) AS a
),
person AS
(
    SELECT p.email, MIN(p.person_id) AS person_id, COUNT(DISTINCT p.person_id) AS persons
    FROM domino_sync.person_address AS p
    WHERE p.email IN (SELECT w.email FROM wanted AS w)
    GROUP BY p.email
)
SELECT
    w.nth, w.email, w.response, u.crm_user_id,
    CASE WHEN u.crm_user_id IS NULL THEN p.person_id END AS person_id,
    CASE WHEN u.crm_user_id IS NULL THEN COALESCE(p.persons, 0) ELSE 0 END AS persons
FROM wanted AS w
LEFT JOIN domino_sync.user_address AS u ON u.email = w.email
LEFT JOIN person AS p ON p.email = w.email
WHERE w.nth_of_address = 1;
