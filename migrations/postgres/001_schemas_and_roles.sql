-- The access boundary: private tables, callable procedures, readable views. Vendor tables get triggers, nothing else.
-- `domino_sync` itself is made by `deploy`, because the table of applied migrations lives in it.

create schema domino_sync_api;
create schema domino_sync_report;

comment on schema domino_sync is 'crm-domino-sync: private tables and trigger functions';
comment on schema domino_sync_api is 'crm-domino-sync: procedures for the runner and the administrator';
comment on schema domino_sync_report is 'crm-domino-sync: views for reporting';

-- Roles belong to the whole server: another database may have made them already.
do $$
declare
    v_role text;
begin
    foreach v_role in array array['domino_sync_runner', 'domino_sync_reader', 'domino_sync_admin'] loop
        if not exists (select from pg_roles where rolname = v_role) then
            begin
                execute format('create role %I nologin', v_role);
            exception when duplicate_object or unique_violation then
                null; -- made by a deploy into another database at the same moment
            end;
        end if;
    end loop;
end;
$$;
