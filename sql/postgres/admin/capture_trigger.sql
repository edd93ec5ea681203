-- The triggers on the vendor's tables that must exist, and what has become of them.
create or replace view domino_sync.capture_trigger as
select
    wanted.table_name,
    wanted.trigger_name,
    case
        when t.oid is null then 'missing'
        -- O: on; A: always. R fires only on a replica, which is no capture.
        when t.tgenabled in ('O', 'A') then 'enabled'
        else 'disabled'
    end as state
from (
    select k.table_name, 'domino_sync_' || k.table_name || '_' || e.event as trigger_name
    from unnest(array['communication', 'comm_link']) as k (table_name)
    cross join unnest(array['insert', 'update', 'delete']) as e (event)
) as wanted
left join pg_catalog.pg_class as c
    on c.relname = wanted.table_name and c.relnamespace = 'public'::regnamespace
left join pg_catalog.pg_trigger as t
    on t.tgrelid = c.oid and t.tgname = wanted.trigger_name and not t.tgisinternal;
