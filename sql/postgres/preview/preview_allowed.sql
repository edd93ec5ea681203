create or replace function domino_sync_api.preview_allowed(p_crm_user_id integer, p_direction text)
returns table (appointment_id integer)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- The deletions that an administrator has allowed, so that `hold_deletions` does not count them.
-- Parameters: p_crm_user_id, the mailbox; p_direction: to_domino, to_crm.
-- Returns:    a row an appointment whose very entry he saw.  Locks: nothing.  Writes: nothing.
select distinct l.appointment_id
from domino_sync.held_plan as p
join domino_sync.held_item as i on i.plan_id = p.plan_id
join domino_sync.item_link as l
    on l.crm_user_id = p.crm_user_id
    and l.appointment_id = i.appointment_id
    and l.domino_uid = i.domino_uid
    and l.domino_recurrence_id = i.domino_recurrence_id
where p.crm_user_id = p_crm_user_id
  and p.direction = p_direction
  and p.decision = 'allow'
order by l.appointment_id
$$;
