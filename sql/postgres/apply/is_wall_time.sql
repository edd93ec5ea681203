create or replace function domino_sync.is_wall_time(p_text text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
-- Whether a text is a wall-clock time that exists in the calendar: 2026-02-28T09:00:00, not 2026-02-30T09:00:00.
begin
    if p_text is null or p_text !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$' then
        return false;
    end if;
    -- 24:00:00 and a 60th second would be read as the next day and minute
    return to_char(p_text::timestamp, 'YYYY-MM-DD"T"HH24:MI:SS') = p_text;
exception when invalid_datetime_format or datetime_field_overflow then
    return false;
end;
$$;
