create or replace function domino_sync_api.preview_deliveries(p_crm_user_id integer)
returns table (
    appointment_id integer, crm_user_id integer, version bigint, attempts integer, reason_code text, link json)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
-- The deliveries that `lease_outbound` would hand out after `fold_changes`: what waits in the queue, and what the triggers
-- captured and nobody has folded yet. Nothing is taken from the log or the queue.
-- Parameters: p_crm_user_id - one mailbox, or null for all.
-- Returns: the contract's `LeasedDelivery`; version 0 for what is not in the queue yet.
-- Locks: nothing.  Writes: nothing.  The rules are those of fold_changes, and change with them.
with logged as materialized (
    select t.appointment_id, t.crm_user_id, t.operation, coalesce(t.origin, '') as origin
    from domino_sync.change_log as t
),
changed as materialized (
    select
        t.appointment_id,
        case
            when bool_or(t.operation = 'D') then 'crm_deleted'
            when bool_or(t.operation = 'I') then 'crm_created'
            else 'crm_changed'
        end as reason_code,
        min(t.origin) as first_origin,
        max(t.origin) as last_origin
    from logged as t
    where t.appointment_id is not null
    group by t.appointment_id
),
pair as (
    select h.appointment_id, h.crm_user_id
    from changed as c
    join domino_sync.appointment_holder as h on h.appointment_id = c.appointment_id
    union
    select l.appointment_id, l.crm_user_id
    from changed as c
    join domino_sync.item_link as l on l.appointment_id = c.appointment_id
    join domino_sync.sync_user as u on u.crm_user_id = l.crm_user_id
    where l.state in ('creating', 'linked')
       or (u.enabled and l.crm_user_id in (select t.crm_user_id from logged as t))
),
folded as (
    select p.appointment_id, p.crm_user_id, c.reason_code
    from pair as p
    join changed as c on c.appointment_id = p.appointment_id
    where c.first_origin <> c.last_origin or c.first_origin <> 'domino:' || p.crm_user_id
),
due as (
    select f.appointment_id, f.crm_user_id, 0::bigint as version, 0 as attempts, f.reason_code
    from folded as f
    union all
    select d.appointment_id, d.crm_user_id, d.version, d.attempts, d.reason_code
    from domino_sync.delivery as d
    where d.parked_at is null
      and d.next_attempt_at <= now()
      and not exists (
          select from folded as f where f.appointment_id = d.appointment_id and f.crm_user_id = d.crm_user_id
      )
)
select d.appointment_id, d.crm_user_id, d.version, d.attempts, d.reason_code, k.link
from due as d
left join lateral (
    select domino_sync.link_json(l) as link
    from domino_sync.item_link as l
    where l.crm_user_id = d.crm_user_id and l.appointment_id = d.appointment_id
    limit 1
) as k on true
where p_crm_user_id is null or d.crm_user_id = p_crm_user_id
order by d.crm_user_id, d.appointment_id
$$;
