create or replace function domino_sync.switch_triggers(p_on boolean)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
-- whoever has a long transaction open on these tables must not make every save of the CRM queue up behind us
set lock_timeout = '5s'
as $$
-- Enables or disables our triggers on the vendor's tables, and no others.
-- Parameters: p_on.  Locks: each table in mode SHARE ROW EXCLUSIVE until the transaction ends; saves wait for that.
-- Needs the right of the tables' owner, which the owner of this function has: deploy makes the triggers.
declare
    v_trigger record;
begin
    for v_trigger in
        select t.table_name, t.trigger_name
        from domino_sync.capture_trigger as t
        where t.state = case when p_on then 'disabled' else 'enabled' end
        order by t.table_name desc, t.trigger_name
    loop
        execute format(
            'alter table public.%I %s trigger %I',
            v_trigger.table_name, case when p_on then 'enable' else 'disable' end, v_trigger.trigger_name
        );
    end loop;
end;
$$;
