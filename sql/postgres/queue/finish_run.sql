create or replace function domino_sync_api.finish_run(p_run_id bigint, p_counts jsonb, p_error text)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Closes the record of a cycle.
-- Parameters: p_run_id; p_counts - {"delivered": n, …}; p_error - one line, or null.
-- Returns: nothing.  Locks: the run row.  Writes: run.
update domino_sync.run
set finished_at = now(), counts = p_counts, error = p_error
where run_id = p_run_id and finished_at is null
$$;
