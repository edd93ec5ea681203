-- One row an enabled user: as of when both sides were equal, and what a reconcile found.
create or replace view domino_sync_report.verification as
select
    s.crm_user_id,
    u.name as user_name,
    s.mail_file,
    -- both sides were equal as of then, apart from open differences; null: never compared in full since the first time
    s.verified_at,
    -- differences that the last reconcile put right
    s.healed,
    -- what waits for another attempt or for somebody, in both directions
    (
        select count(*)::integer from domino_sync.delivery as d
        where d.crm_user_id = s.crm_user_id and (d.parked_at is not null or d.attempts > 0)
    ) + (
        select count(*)::integer
        from domino_sync.inbound_parked as p
        join domino_sync.reason_code as r on r.code = p.reason_code and r.severity = 'error'
        where p.crm_user_id = s.crm_user_id
    ) as open_differences,
    -- verified; due; running
    case when s.reconcile_started_at is not null then 'running' when q.crm_user_id is not null then 'due'
        when s.verified_at is null then 'first comparison only' else 'verified' end as state,
    q.reason as due_because,
    s.reconcile_started_at as started_at
from domino_sync.sync_user as s
left join domino_sync.crm_user as u on u.crm_user_id = s.crm_user_id
left join domino_sync.reconcile_due as q on q.crm_user_id = s.crm_user_id
where s.enabled;
