-- What happened, newest first; `purge` decides how far back it goes.
create or replace view domino_sync_report.recent_activity as
select
    a.happened_at,
    a.direction,
    a.action,
    a.crm_user_id,
    u.name as user_name,
    a.appointment_id,
    a.domino_uid,
    a.reason_code,
    r.meaning,
    a.detail,
    a.run_id,
    n.host as runner_host
from domino_sync.activity as a
left join domino_sync.crm_user as u on u.crm_user_id = a.crm_user_id
left join domino_sync.reason_code as r on r.code = a.reason_code
left join domino_sync.runner as n on n.runner_id = a.runner_id
order by a.happened_at desc, a.activity_id desc;
