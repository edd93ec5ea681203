create or replace function domino_sync.earlier_deletions(p_crm_user_id integer, p_direction text)
returns table (series text)
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- What the breaker remembers: the deletions of the last mass_disappearance_hours that no administrator has seen. What he
-- allowed does not count, nor what was deleted before he last allowed anything here: he was told how many those were.
-- Parameters: p_crm_user_id, the mailbox; p_direction: to_domino, to_crm, the side on which was deleted.
-- Returns:    a row a series, see pair_series.  Locks: nothing.
select distinct s.series
from domino_sync.activity as a
join domino_sync.pair_series as s on s.crm_user_id = a.crm_user_id and s.appointment_id = a.appointment_id
where a.crm_user_id = p_crm_user_id
  and a.direction = p_direction
  and a.action = 'deleted'
  and a.happened_at > greatest(
      now() - make_interval(hours => (
          select w.value::integer from domino_sync.setting as w where w.name = 'mass_disappearance_hours')),
      (
          select max(p.decided_at)
          from domino_sync.held_plan as p
          where p.crm_user_id = p_crm_user_id and p.direction = p_direction and p.decision = 'allow'
      ))
  and not exists (
      select
      from domino_sync.held_plan as p
      join domino_sync.held_item as i on i.plan_id = p.plan_id
      where p.crm_user_id = p_crm_user_id
        and p.direction = p_direction
        and p.decision = 'allow'
        and i.appointment_id = a.appointment_id
        and i.domino_uid = a.domino_uid
  )
$$;
