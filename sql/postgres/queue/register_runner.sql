create or replace function domino_sync_api.register_runner(p_host text, p_process_id integer, p_version text)
returns integer
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Announces a runner process. The calling session holds the advisory lock (4711001, runner_id) until it ends: while it
-- does, the runner counts as alive and its leases as taken.  A session that has to take the place of a broken one
-- takes the same lock by `pg_advisory_lock`.
-- Parameters: p_host, p_process_id, p_version - for the administrator.
-- Returns: runner_id.
-- Locks: the advisory lock, beyond the transaction.  Writes: runner (marks runners that are gone as stopped).
declare
    v_runner integer;
begin
    update domino_sync.runner as r
    set stopped_at = now()
    where r.stopped_at is null
      and not exists (select from domino_sync.live_runner as l where l.runner_id = r.runner_id);

    insert into domino_sync.runner (host, process_id, version)
    values (p_host, p_process_id, p_version)
    returning runner_id into v_runner;

    perform pg_advisory_lock(4711001, v_runner);
    return v_runner;
end;
$$;
