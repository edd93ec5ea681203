create or replace function domino_sync_api.list_known(p_crm_user_id integer)
returns table (
    appointment_id integer,
    state text,
    form text,
    domino_uid text,
    domino_recurrence_id text,
    domino_start text,
    domino_digest text,
    domino_token text,
    reason_code text,
    retry_due boolean,
    ask_due boolean
)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- Lists what is known of a mailbox's entries, without the heavy columns: one row an entry.
-- Parameters: p_crm_user_id, the mailbox.
-- An entry can be linked and, because a later change of it was refused, parked as well. It is then listed as linked, with
-- the digest, reason and retry of the parked state: it is not read again until it changes or the retry is due.
-- retry_due: to be read whether or not it shows a change. A list tells neither text nor attendees, so a linked entry that
-- was not compared in full for setting recheck_hours is due as well, and so is one that a reconcile has not looked at.
-- ask_due: parked, and to be asked for if no list shows it, because it may be gone.
select
    l.appointment_id,
    coalesce(l.state, 'parked'),
    coalesce(l.form, p.form),
    coalesce(l.domino_uid, p.domino_uid),
    coalesce(l.domino_recurrence_id, p.domino_recurrence_id),
    coalesce(p.domino_start, l.domino_start),
    case when p.domino_uid is not null then p.domino_digest else l.domino_digest end,
    l.domino_token,
    coalesce(p.reason_code, l.unlinked_reason),
    case
        when p.domino_uid is not null then coalesce(p.next_attempt_at <= now(), false)
        else l.state = 'linked' and l.checked_at < greatest(now() - make_interval(hours => k.recheck_hours), u.reconcile_pull_from)
    end,
    p.domino_uid is not null and coalesce(p.ask_again_at <= now(), true)
from (select i.* from domino_sync.item_link as i where i.crm_user_id = p_crm_user_id) as l
full join (select q.* from domino_sync.inbound_parked as q where q.crm_user_id = p_crm_user_id) as p
    on p.domino_uid = l.domino_uid and p.domino_recurrence_id = l.domino_recurrence_id
cross join (
    select coalesce(max(s.value)::integer, 24) as recheck_hours
    from domino_sync.setting as s
    where s.name = 'recheck_hours'
) as k
left join domino_sync.sync_user as u on u.crm_user_id = p_crm_user_id
order by 4, 5;
$$;
