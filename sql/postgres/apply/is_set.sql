-- A flag of the vendor's, whatever its padding and spelling: `Y`, `Y    `, `true`, `1`.
-- No SET clause, so that it is inlined.
create or replace function domino_sync.is_set(p_flag text)
returns boolean
language sql
immutable
parallel safe
return coalesce(pg_catalog.lower(pg_catalog.btrim(p_flag)) in ('y', 'yes', 'true', '1'), false);
