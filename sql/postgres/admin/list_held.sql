create or replace function domino_sync_api.list_held(p_crm_user_id integer)
returns table (
    plan_id bigint, crm_user_id integer, direction text, reason_code text, held_at text, items integer, earlier integer,
    linked integer, appointments json)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- The deletions that wait for an administrator, oldest plan first.
-- Parameters: p_crm_user_id, or null for all.
-- Returns:    a row a plan: direction, the side on which would be deleted; reason_code, why it waits; earlier, deletions of
--             the hours before that counted too; linked, pairs of the mailbox then, a series counted once; appointments, array of {appointment_id, subject, start_at}, at most 100, private ones without subject.
-- Locks: nothing.
select
    p.plan_id, p.crm_user_id, p.direction,
    coalesce(p.reason_code, case p.direction when 'to_crm' then 'mass_disappearance' else 'mass_deletion' end),
    domino_sync.utc_text(p.held_at),
    (select count(*)::integer from domino_sync.held_item as i where i.plan_id = p.plan_id),
    p.earlier, p.linked,
    coalesce((
        select json_agg(json_build_object(
            'appointment_id', n.appointment_id,
            'subject', case when coalesce(btrim(c.comm_private), '') = '' then c.comm_subject end,
            'start_at', domino_sync.wall_text(c.comm_datetime)
        ) order by n.appointment_id)
        from (
            select i.appointment_id
            from domino_sync.held_item as i where i.plan_id = p.plan_id
            order by i.appointment_id limit 100
        ) as n
        left join public.communication as c on c.comm_communicationid = n.appointment_id
    ), '[]'::json)
from domino_sync.held_plan as p
where p.decision is null
  -- a mailbox that was enabled once more, or goes on otherwise, waits for nobody
  and exists (select from domino_sync.sync_user as s where s.crm_user_id = p.crm_user_id and s.health = 'held')
  and (p_crm_user_id is null or p.crm_user_id = p_crm_user_id)
order by p.plan_id;
$$;
