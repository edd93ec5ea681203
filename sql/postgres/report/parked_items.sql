-- What was not synchronised, in both directions, with the reason and what to do about it. Severity `error` waits for
-- somebody; `skip` was left alone on purpose. Of a user who is disabled nothing waits: his mail file is not looked at.
create or replace view domino_sync_report.parked_items as
select
    p.direction,
    p.crm_user_id,
    u.name as user_name,
    p.appointment_id,
    p.domino_uid,
    p.domino_recurrence_id,
    coalesce(p.subject, c.comm_subject) as subject,
    p.starts_at,
    p.reason_code,
    coalesce(r.severity, 'error') as severity,
    r.meaning,
    r.remedy,
    p.detail,
    p.attempts,
    p.parked_at,
    p.next_attempt_at
from (
    select
        'to_domino' as direction,
        d.crm_user_id,
        d.appointment_id,
        l.domino_uid,
        l.domino_recurrence_id,
        null as subject,
        l.domino_start as starts_at,
        coalesce(d.last_reason_code, d.reason_code) as reason_code,
        d.last_error as detail,
        d.attempts,
        d.parked_at,
        null::timestamptz as next_attempt_at
    from domino_sync.delivery as d
    left join domino_sync.item_link as l on l.crm_user_id = d.crm_user_id and l.appointment_id = d.appointment_id
    where d.parked_at is not null

    union all

    select
        'to_crm',
        q.crm_user_id,
        l.appointment_id,
        q.domino_uid,
        q.domino_recurrence_id,
        -- a private entry keeps its subject to itself
        case when q.payload ->> 'private' is distinct from 'true' then q.subject end,
        q.domino_start,
        q.reason_code,
        q.detail,
        q.attempts,
        q.parked_at,
        q.next_attempt_at
    from domino_sync.inbound_parked as q
    join domino_sync.sync_user as s on s.crm_user_id = q.crm_user_id and s.enabled
    left join domino_sync.item_link as l
        on l.crm_user_id = q.crm_user_id
        and l.domino_uid = q.domino_uid
        and l.domino_recurrence_id = q.domino_recurrence_id
) as p
left join domino_sync.crm_user as u on u.crm_user_id = p.crm_user_id
-- a report is no way round the CRM's privacy
left join public.communication as c
    on c.comm_communicationid = p.appointment_id and coalesce(btrim(c.comm_private), '') = ''
left join domino_sync.reason_code as r on r.code = p.reason_code;
