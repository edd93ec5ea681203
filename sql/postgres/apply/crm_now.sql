create or replace function domino_sync.crm_now()
returns timestamp
language plpgsql
stable
set search_path = domino_sync, pg_temp
as $$
-- The wall-clock time of the CRM server, to the second, for the audit columns of rows we write.
-- Raises CDS03 while setting crm_time_zone is unknown: a guess would move every appointment.
declare
    v_zone text := (select s.value from domino_sync.setting as s where s.name = 'crm_time_zone');
begin
    if v_zone is null then
        raise exception 'setting crm_time_zone is not set: nothing can be written to the CRM'
            using errcode = 'CDS03', hint = 'Set it to the IANA id of the CRM server''s zone, for example Europe/Berlin.';
    end if;
    return date_trunc('second', now() at time zone v_zone);
end;
$$;
