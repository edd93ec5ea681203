create or replace function domino_sync_api.report_server(
    p_runner integer, p_reason_code text, p_detail text, p_pause_seconds double precision)
returns void
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Says that Domino as a whole fails for a runner, and when it asks again; or that it answers.
-- Parameters: p_runner; p_reason_code, null = it answers; p_detail, one line; p_pause_seconds.
-- Returns: nothing.  Locks: the runner row.  Writes: runner.
update domino_sync.runner
set domino_reason = p_reason_code,
    domino_detail = case when p_reason_code is not null then p_detail end,
    domino_paused_until = case when p_reason_code is not null then now() + make_interval(secs => p_pause_seconds) end
where runner_id = p_runner
$$;
