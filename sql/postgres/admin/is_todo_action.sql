create or replace function domino_sync.is_todo_action(p_action text)
returns boolean
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- Whether an action of the CRM is a To Do in Notes, as the runner reads the captions.
-- Parameters: p_action, Comm_Action.
-- Locks:      none.  Writes: nothing.
select coalesce(
    (select c.item_value = 'todo'
     from domino_sync.caption_map as c
     where c.family = 'kind'
       and c.to_item
       and lower(btrim(c.crm_value)) = lower(btrim(p_action))
     order by c.crm_value, c.item_value
     limit 1),
    lower(btrim(p_action)) in ('todo', 'to do'))
$$;
