-- How stock captions of the CRM read in Notes. A family that has any row is the customer's own and is left alone.
insert into domino_sync.caption_map (family, crm_value, item_value, to_item, to_crm)
select d.family, d.crm_value, d.item_value, d.to_item, d.to_crm
from (values
    -- of Comm_Action: what a new appointment gets, and which actions are To Dos in Notes
    ('kind', 'ToDo', 'todo', true, true),
    ('kind', 'To Do', 'todo', true, false),
    ('kind', 'Meeting', 'meeting', false, true),
    ('kind', 'Meeting', 'appointment', false, true),
    -- of Comm_Action: the category of the entry in Notes
    ('category', 'Meeting', 'Meeting', true, true),
    ('category', 'Demo', 'Demo', true, true),
    ('category', 'PhoneOut', 'Phone Calls', true, true),
    ('category', 'PhoneIn', 'Phone Calls', true, false),
    ('category', 'Vacation', 'Vacation', true, true),
    ('category', 'Vacation', 'Holiday', false, true),
    ('status', 'Pending', 'pending', true, true),
    ('status', 'In Progress', 'in_progress', true, true),
    ('status', 'Complete', 'completed', true, true),
    ('status', 'Cancelled', 'cancelled', true, true),
    -- of Comm_Status: whether the time is taken in Notes; a row that goes to the CRM as well says which status free time gets
    ('busy', 'Pending', 'busy', true, false),
    ('busy', 'In Progress', 'busy', true, false),
    ('busy', 'Complete', 'free', true, false),
    ('busy', 'Cancelled', 'free', true, false),
    ('priority', 'High', 'high', true, true),
    ('priority', 'Normal', 'normal', true, true),
    ('priority', 'Low', 'low', true, true)
) as d (family, crm_value, item_value, to_item, to_crm)
where not exists (select from domino_sync.caption_map as c where c.family = d.family);
