create or replace function domino_sync.take_changes(p_limit integer)
returns table (
    changes integer, appointment_ids integer[], reason_codes text[], first_origins text[], last_origins text[],
    named_users integer[])
language sql
set search_path = pg_catalog, pg_temp
as $$
-- Deletes committed rows of the log and hands them out by appointment, as parallel arrays.
-- Parameters: p_limit - log rows at most.
-- Returns: one row: changes - log rows taken; named_users - all users any of the rows named.
-- Locks: the log rows, those of others are skipped.  Writes: change_log.
with taken as (
    delete from domino_sync.change_log as t
    using (select l.ctid from domino_sync.change_log as l limit p_limit for update skip locked) as next_rows
    where t.ctid = next_rows.ctid
    returning t.appointment_id, t.crm_user_id, t.operation, coalesce(t.origin, '') as origin
),
changed as (
    select
        t.appointment_id,
        case
            when bool_or(t.operation = 'D') then 'crm_deleted'
            when bool_or(t.operation = 'I') then 'crm_created'
            else 'crm_changed'
        end as reason_code,
        min(t.origin) as first_origin,
        max(t.origin) as last_origin
    from taken as t
    where t.appointment_id is not null
    group by t.appointment_id
)
select
    (select count(*)::integer from taken),
    coalesce(array_agg(c.appointment_id), '{}'),
    coalesce(array_agg(c.reason_code), '{}'),
    coalesce(array_agg(c.first_origin), '{}'),
    coalesce(array_agg(c.last_origin), '{}'),
    coalesce((select array_agg(distinct t.crm_user_id) from taken as t where t.crm_user_id is not null), '{}')
from changed as c
$$;
