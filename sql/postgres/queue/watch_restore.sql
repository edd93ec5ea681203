create or replace function domino_sync_api.watch_restore(
    p_run_id bigint, p_started_at text, p_finished boolean, p_epoch integer)
returns table (run_id bigint, started_at text, finished boolean, epoch integer, restored boolean)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Tells a runner whether the database is older than what it has seen there, as after its files were put back from a copy,
-- and then gives the database another identity: what is stored beside the cursors is that of another one.
-- Only what was committed is remembered, so a crash of the server proves nothing.  Of many runners one is told.
-- Parameters: what this function answered last, or a run that the runner began or ended since; nulls: nothing was seen.
--             p_started_at null: not known.  p_finished: the run was seen to have ended.
-- Returns: one row to be remembered: the last run (started_at null when it is purged), and the epoch; restored.
-- Locks: the row of database_witness, when it is older.  Writes: database_witness.
#variable_conflict use_column
declare
    v_restored boolean := false;
begin
    if exists (
        select
        from domino_sync.database_witness as w
        left join domino_sync.run as r on r.run_id = p_run_id
        where w.epoch <= p_epoch
          and (w.epoch < p_epoch
               or w.last_run < p_run_id
               -- the number was given again
               or to_char(r.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') <> p_started_at
               or (p_finished and r.run_id is not null and r.finished_at is null))
    ) then
        update domino_sync.database_witness as w set epoch = p_epoch + 1 where w.epoch <= p_epoch;
        v_restored := found;
    end if;

    return query
    select
        w.last_run,
        to_char(r.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        r.finished_at is not null,
        w.epoch,
        v_restored
    from domino_sync.database_witness as w
    left join domino_sync.run as r on r.run_id = w.last_run;
end;
$$;
