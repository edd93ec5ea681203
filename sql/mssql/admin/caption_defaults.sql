-- How stock captions of the CRM read in Notes. A family that has any row is the customer's own and is left alone.
INSERT INTO domino_sync.caption_map (family, crm_value, item_value, to_item, to_crm)
SELECT d.family, d.crm_value, d.item_value, d.to_item, d.to_crm
FROM (VALUES
    -- of Comm_Action: what a new appointment gets, and which actions are To Dos in Notes
    (N'kind', N'ToDo', N'todo', 1, 1),
    (N'kind', N'To Do', N'todo', 1, 0),
    (N'kind', N'Meeting', N'meeting', 0, 1),
    (N'kind', N'Meeting', N'appointment', 0, 1),
    -- of Comm_Action: the category of the entry in Notes
    (N'category', N'Meeting', N'Meeting', 1, 1),
    (N'category', N'Demo', N'Demo', 1, 1),
    (N'category', N'PhoneOut', N'Phone Calls', 1, 1),
    (N'category', N'PhoneIn', N'Phone Calls', 1, 0),
    (N'category', N'Vacation', N'Vacation', 1, 1),
    (N'category', N'Vacation', N'Holiday', 0, 1),
    (N'status', N'Pending', N'pending', 1, 1),
    (N'status', N'In Progress', N'in_progress', 1, 1),
    (N'status', N'Complete', N'completed', 1, 1),
    (N'status', N'Cancelled', N'cancelled', 1, 1),
    -- of Comm_Status: whether the time is taken in Notes; a row that goes to the CRM as well says which status free time gets
    (N'busy', N'Pending', N'busy', 1, 0),
    (N'busy', N'In Progress', N'busy', 1, 0),
    (N'busy', N'Complete', N'free', 1, 0),
    (N'busy', N'Cancelled', N'free', 1, 0),
    (N'priority', N'High', N'high', 1, 1),
    (N'priority', N'Normal', N'normal', 1, 1),
    (N'priority', N'Low', N'low', 1, 1)
) AS d (family, crm_value, item_value, to_item, to_crm)
WHERE NOT EXISTS (SELECT 1 FROM domino_sync.caption_map AS c WHERE c.family = d.family);
