-- The runners whose announcing session is still there: `register_runner` took the advisory lock of their id.
-- Look only after the rows concerned are locked: a runner may announce itself and lease between two looks.
create or replace view domino_sync.live_runner as
select l.objid::bigint::integer as runner_id
from pg_catalog.pg_locks as l
where l.locktype = 'advisory'
  and l.granted
  and l.classid = 4711001
  and l.objsubid = 2
  -- advisory locks are per database, pg_locks is per server
  and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database());
