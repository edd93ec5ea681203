CREATE OR ALTER FUNCTION domino_sync.inbound_work(@p_items nvarchar(max), @p_work nvarchar(max))
RETURNS TABLE
AS
/* The inbound items together with what was decided about them, for the procedures that write. In PostgreSQL each item
   carries its decision as members of its own; FOR JSON cannot append to an object.
   Parameters: @p_items, a JSON list of InboundItem; @p_work, the decisions made by apply_inbound.
   Returns:    a row an item: nth, its place in the list; body, the item; fields, its CRM fields. */
RETURN
SELECT
    w.nth, w.item_no, w.outcome, w.appointment_id, w.organiser, w.organiser_id,
    i.[value] AS body,
    f.fields
FROM OPENJSON(@p_work) WITH
(
    nth int,
    item_no int,
    outcome nvarchar(20),
    appointment_id int,
    organiser nvarchar(400),
    organiser_id int
) AS w
JOIN OPENJSON(@p_items) AS i ON CAST(i.[key] AS int) = w.nth
CROSS APPLY OPENJSON(i.[value]) WITH (fields nvarchar(max) AS JSON) AS f;
