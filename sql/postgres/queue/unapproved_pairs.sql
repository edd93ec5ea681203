create or replace function domino_sync.unapproved_pairs(p_crm_user_id integer, p_direction text, p_ids jsonb)
returns table (appointment_id integer, domino_uid text, domino_recurrence_id text)
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- Of the appointments that would be deleted on a side those that no administrator has allowed: he is asked about an entry
-- once, and one that was made anew since is another one.
-- Parameters: p_crm_user_id, the mailbox; p_direction: to_domino, to_crm; p_ids, array of appointment ids.
-- Returns:    a row a linked pair.  Locks: nothing.
select l.appointment_id, l.domino_uid, l.domino_recurrence_id
from domino_sync.item_link as l
where l.crm_user_id = p_crm_user_id
  and l.state = 'linked'
  and l.appointment_id in (select i::integer from jsonb_array_elements_text(p_ids) as i)
  and not exists (
      select
      from domino_sync.held_plan as p
      join domino_sync.held_item as i on i.plan_id = p.plan_id
      where p.crm_user_id = p_crm_user_id
        and p.direction = p_direction
        and p.decision = 'allow'
        and i.appointment_id = l.appointment_id
        and i.domino_uid = l.domino_uid
        and i.domino_recurrence_id = l.domino_recurrence_id
  )
$$;
