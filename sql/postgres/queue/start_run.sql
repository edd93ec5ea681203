create or replace function domino_sync_api.start_run(p_runner integer, p_kind text)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Opens the record of a cycle.
-- Parameters: p_runner; p_kind - once, cycle, reconcile, ….
-- Returns: run_id.  Locks: the runner row, database_witness.  Writes: run, runner.seen_at, database_witness.
declare
    v_run bigint;
begin
    update domino_sync.runner set seen_at = now() where runner_id = p_runner;
    insert into domino_sync.run (runner_id, kind) values (p_runner, p_kind) returning run_id into v_run;
    update domino_sync.database_witness as w set last_run = v_run where w.last_run < v_run;
    return v_run;
end;
$$;
