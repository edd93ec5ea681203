create or replace function domino_sync_api.list_users()
returns table (
    crm_user_id integer,
    logon text,
    email text,
    enabled_email text,
    name text,
    enabled boolean,
    mail_file text,
    notes_name text,
    direction text,
    health text,
    health_reason text,
    health_detail text,
    last_poll_at text,
    pending integer,
    parked integer,
    linked integer,
    refusal text,
    first_sync_done boolean,
    first_sync_total integer,
    first_sync_compared integer,
    first_sync_read integer,
    verified_at text,
    healed integer,
    open_differences integer,
    verification text
)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- Lists the CRM's users and how far each takes part. Deleted ones appear only if they were enabled once.
-- Returns: email, the CRM's of today; enabled_email, the one he was enabled with; last_poll_at as UTC text; pending, deliveries still to do; parked, deliveries and Domino items that wait for an
--          administrator; refusal, why the user cannot be enabled, or null; first_sync_done is false while an enabled user
--          waits for his first comparison or has it, and then the numbers say how far it is, once it runs;
--          verified_at, healed, open_differences, verification: see domino_sync_report.verification, null for others.
with delivery as (
    select
        d.crm_user_id,
        count(*) filter (where d.parked_at is null)::integer as pending,
        count(*) filter (where d.parked_at is not null)::integer as parked
    from domino_sync.delivery as d
    group by d.crm_user_id
),
inbound as (
    select q.crm_user_id, count(*)::integer as parked
    from domino_sync.inbound_parked as q
    join domino_sync.sync_user as s on s.crm_user_id = q.crm_user_id and s.enabled
    join domino_sync.reason_code as r on r.code = q.reason_code and r.severity = 'error'
    group by q.crm_user_id
),
link as (
    select l.crm_user_id, count(*)::integer as linked
    from domino_sync.item_link as l
    where l.state = 'linked'
    group by l.crm_user_id
)
select
    coalesce(u.crm_user_id, s.crm_user_id),
    u.logon,
    coalesce(u.email, s.email),
    s.email,
    coalesce(u.name, 'user ' || s.crm_user_id),
    coalesce(s.enabled, false),
    s.mail_file,
    s.notes_name,
    s.direction,
    s.health,
    s.health_reason,
    s.health_detail,
    domino_sync.utc_text(s.last_poll_at),
    coalesce(d.pending, 0),
    coalesce(d.parked, 0) + coalesce(i.parked, 0),
    coalesce(l.linked, 0),
    case when u.crm_user_id is null then 'removed from the CRM' else u.refusal end,
    coalesce(s.enabled, false) and f.crm_user_id is null,
    s.first_sync_total,
    s.first_sync_compared,
    s.first_sync_read,
    domino_sync.utc_text(v.verified_at),
    v.healed,
    v.open_differences,
    v.state
from domino_sync.crm_user as u
full join domino_sync.sync_user as s on s.crm_user_id = u.crm_user_id
left join delivery as d on d.crm_user_id = s.crm_user_id
left join inbound as i on i.crm_user_id = s.crm_user_id
left join link as l on l.crm_user_id = s.crm_user_id
left join domino_sync.first_sync_due as f on f.crm_user_id = s.crm_user_id
left join domino_sync_report.verification as v on v.crm_user_id = s.crm_user_id
where s.crm_user_id is not null
   or u.refusal is distinct from 'deleted in the CRM'
order by 5, 1;
$$;
