-- A UTC instant as it crosses to the runner, to the second: 2026-03-29T01:30:00Z. No SET clause, so that it is inlined.
create or replace function domino_sync.utc_text(p_instant timestamptz)
returns text
language sql
stable
parallel safe
return pg_catalog.to_char(p_instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
