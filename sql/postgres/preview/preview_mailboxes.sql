create or replace function domino_sync_api.preview_mailboxes()
returns table (
    crm_user_id integer, email text, notes_name text, mail_file text, direction text, enabled boolean,
    window_start text, cursor text, database_identity text, faults_in_a_row integer,
    due_deliveries integer, poll_due boolean, past_days integer, first_sync_done boolean, twins_pending boolean,
    health text, health_reason text, health_detail text, waiting integer, parked integer)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- Lists the mailboxes as `lease_mailboxes` hands them out, and leases none: those of disabled users too, and those that are held.
-- Returns: a row a mailbox, the contract's `PreviewMailbox`; poll_due - enabled and not held, whatever the pace;
--          due_deliveries - 0, see preview_deliveries; waiting, parked - deliveries that the next cycle leaves alone.
-- Locks: nothing.  Writes: nothing.
select
    u.crm_user_id, coalesce(c.email, u.email), u.notes_name, u.mail_file, u.direction, u.enabled,
    to_char(u.window_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    u.cursor, u.database_identity, u.faults_in_a_row,
    0,
    u.enabled and u.health <> 'held' and not r.refused,
    u.past_days,
    not exists (select from domino_sync.first_sync_due as f where f.crm_user_id = u.crm_user_id),
    exists (select from domino_sync.inbound_parked as p
            where p.crm_user_id = u.crm_user_id and p.reason_code = 'twin_ambiguous'),
    case when r.refused then 'held' else u.health end,
    case when r.refused then 'crm_user_refused' else u.health_reason end,
    case when r.refused then coalesce(c.refusal, 'removed from the CRM') else u.health_detail end,
    (select count(*)::integer from domino_sync.delivery as d
     where d.crm_user_id = u.crm_user_id and d.parked_at is null and d.next_attempt_at > now()),
    (select count(*)::integer from domino_sync.delivery as d
     where d.crm_user_id = u.crm_user_id and d.parked_at is not null)
from domino_sync.sync_user as u
left join domino_sync.crm_user as c on c.crm_user_id = u.crm_user_id
cross join lateral (
    -- whom the next lease would hold, see stop_refused_users
    select u.enabled and u.health <> 'held' and (c.crm_user_id is null or c.refusal is not null) as refused
) as r
order by u.crm_user_id
$$;
