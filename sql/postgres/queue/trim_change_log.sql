create or replace function domino_sync.trim_change_log()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
-- Truncates the log once it is large and empty.  While a long transaction anywhere in the database keeps dead rows from
-- being vacuumed, every fold would read past all rows that were ever folded.
-- Never waits: a save that holds the log is not made to queue behind us.  With the lock held no save can have
-- uncommitted rows in the log, so an empty log is really empty.
-- Returns: nothing.  Locks: change_log, ACCESS EXCLUSIVE, for the few milliseconds to the end of the transaction.
-- Writes: change_log.
begin
    if pg_relation_size('domino_sync.change_log') < 4 * 1024 * 1024 then
        return;
    end if;
    lock table domino_sync.change_log in access exclusive mode nowait;
    if not exists (select from domino_sync.change_log) then
        truncate domino_sync.change_log;
    end if;
exception when lock_not_available then
    null; -- a save or a vacuum is at it; a later fold tries again
end;
$$;
