-- The cycles, newest first. A run without an end belongs to a runner that is at work, or that died (runner_alive false).
create or replace view domino_sync_report.recent_runs as
select
    r.run_id,
    r.kind,
    r.started_at,
    r.finished_at,
    extract(epoch from r.finished_at - r.started_at)::numeric(12, 3) as seconds,
    r.counts,
    r.error,
    r.runner_id,
    n.host as runner_host,
    n.process_id as runner_process_id,
    n.version as runner_version,
    r.runner_id in (select v.runner_id from domino_sync.live_runner as v) as runner_alive
from domino_sync.run as r
left join domino_sync.runner as n on n.runner_id = r.runner_id
order by r.run_id desc;
