create or replace function domino_sync_api.read_settings()
returns table ("values" json, captions json, database_identity text, clock text)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Everything an administrator may set, in one look.
-- Returns: one row: values - {name: value}; captions - the caption mappings; database_identity - see
-- domino_sync.database_identity; clock - the server's time, UTC.
-- Locks: none.  Writes: nothing.
select
    coalesce((select json_object_agg(s.name, s.value) from domino_sync.setting as s), '{}'::json),
    coalesce(
        (select json_agg(json_build_object(
                    'family', c.family, 'crm_value', c.crm_value, 'item_value', c.item_value,
                    'to_item', c.to_item, 'to_crm', c.to_crm)
                order by c.family, c.crm_value, c.item_value)
         from domino_sync.caption_map as c),
        '[]'::json),
    domino_sync.database_identity(),
    to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;
