-- One row an appointment and mailbox that still has to be looked at.
create or replace view domino_sync_report.backlog as
select
    d.appointment_id,
    d.crm_user_id,
    u.name as user_name,
    -- due: next to be taken; leased: in hand; waiting: after a failure; parked: for an administrator
    case
        when d.parked_at is not null then 'parked'
        when d.leased_until > now() then 'leased'
        when d.next_attempt_at <= now() then 'due'
        else 'waiting'
    end as state,
    d.reason_code,
    d.enqueued_at,
    extract(epoch from now() - d.enqueued_at)::integer as age_seconds,
    d.attempts,
    d.next_attempt_at,
    d.last_reason_code,
    d.last_error
from domino_sync.delivery as d
left join domino_sync.crm_user as u on u.crm_user_id = d.crm_user_id;
