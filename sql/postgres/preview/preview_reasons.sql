create or replace function domino_sync_api.preview_reasons()
returns table (code text, severity text, meaning text, remedy text)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- The reason codes with their texts.
-- Returns: a row a code; severity: info, skip, error.  Locks: nothing.  Writes: nothing.
select r.code, r.severity, r.meaning, r.remedy
from domino_sync.reason_code as r
order by r.code
$$;
