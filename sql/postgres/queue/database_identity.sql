create or replace function domino_sync.database_identity()
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
-- Tells this state of this database from a copy: it changes when the database is restored from a dump, recovered to a
-- point in time, or its standby is promoted.  A cursor or token that was stored under another identity may be from the
-- future.  Of a file-level copy started without recovery only the epoch tells, once a runner has noticed: watch_restore.
-- Returns: system identifier / timeline / database oid, and / epoch if it is not 0.  Locks: none.  Writes: nothing.
select concat_ws('/',
    (select s.system_identifier from pg_control_system() as s),
    (select c.timeline_id from pg_control_checkpoint() as c),
    (select d.oid from pg_database as d where d.datname = current_database()),
    (select w.epoch from domino_sync.database_witness as w where w.epoch > 0))
$$;
