create or replace function domino_sync.current_run(p_runner integer)
returns bigint
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- The run a runner has started and not finished, or null: what it does now belongs to that run.
-- Only the latest hundred runs are looked at: the history may be long.
select latest.run_id
from (select r.run_id, r.runner_id, r.finished_at from domino_sync.run as r order by r.run_id desc limit 100) as latest
where latest.runner_id = p_runner
  and latest.finished_at is null
order by latest.run_id desc
limit 1;
$$;
