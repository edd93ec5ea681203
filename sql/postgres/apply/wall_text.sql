-- A wall-clock time of the CRM as it crosses to the runner: 2026-03-29T01:30:00. No SET clause, so that it is inlined.
create or replace function domino_sync.wall_text(p_time timestamp)
returns text
language sql
stable
parallel safe
return pg_catalog.to_char(p_time, 'YYYY-MM-DD"T"HH24:MI:SS');
