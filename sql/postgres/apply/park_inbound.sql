create or replace function domino_sync_api.park_inbound(p_runner integer, p_crm_user_id integer, p_items jsonb)
returns void
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Keeps Domino entries that were not applied, with their reason, so that they are not read again unless they change.
-- An invitee's copy may say what its owner answered (`response`): that goes to his link of the organiser's appointment.
-- While there is no such appointment, the copy is looked at again every hour.
-- Parameters: p_runner and p_crm_user_id, who must hold the mailbox; p_items, a JSON list of ParkedItem.
-- Raises:     CDS01 lease lost.
-- Locks:      sync_user, communication, comm_link, inbound_parked.
-- Writes:     activity, once a reason: a retry that fails alike is no news.
declare
    v_answers jsonb;
begin
    perform domino_sync.require_mailbox_lease(p_runner, p_crm_user_id);
    v_answers := (select coalesce(jsonb_agg(a), '[]') from domino_sync.inbound_answers(p_crm_user_id, p_items) as a);
    perform domino_sync.take_answers(p_runner, p_crm_user_id, p_items);

    with item as (
        select distinct on (i.domino_uid, coalesce(i.domino_recurrence_id, ''))
            i.form, i.domino_uid, coalesce(i.domino_recurrence_id, '') as domino_recurrence_id, i.domino_start,
            i.domino_digest, i.reason_code, i.detail, i.subject,
            case
                when a.response is null then i.payload
                when a.appointment_id is not null then jsonb_build_object('response', a.response)
            end as payload,
            case
                when a.response <> 0 and a.appointment_id is null then now() + interval '1 hour'
                else now() + make_interval(secs => i.retry_after_seconds)
            end as next_attempt_at
        from jsonb_to_recordset(p_items) as i (
            form text, domino_uid text, domino_recurrence_id text, domino_start text, domino_digest text,
            reason_code text, detail text, subject text, payload jsonb, retry_after_seconds double precision
        )
        left join jsonb_to_recordset(v_answers) as a (
            domino_uid text, domino_recurrence_id text, response integer, appointment_id integer
        ) on a.domino_uid = i.domino_uid and a.domino_recurrence_id = coalesce(i.domino_recurrence_id, '')
        order by i.domino_uid, coalesce(i.domino_recurrence_id, '')
    ),
    before as (
        select p.domino_uid, p.domino_recurrence_id, p.reason_code
        from domino_sync.inbound_parked as p
        join item as i using (domino_uid, domino_recurrence_id)
        where p.crm_user_id = p_crm_user_id
    ),
    parked as (
        insert into domino_sync.inbound_parked as p (
            crm_user_id, form, domino_uid, domino_recurrence_id, domino_start, domino_digest, reason_code, detail,
            subject, payload, next_attempt_at
        )
        select
            p_crm_user_id, i.form, i.domino_uid, i.domino_recurrence_id, i.domino_start, i.domino_digest, i.reason_code,
            i.detail, i.subject, i.payload, i.next_attempt_at
        from item as i
        on conflict (crm_user_id, domino_uid, domino_recurrence_id) do update set
            form = excluded.form,
            -- one that was read although no list shows it comes without
            domino_start = coalesce(excluded.domino_start, p.domino_start),
            domino_digest = excluded.domino_digest,
            reason_code = excluded.reason_code,
            detail = excluded.detail,
            subject = excluded.subject,
            -- what a copy answered last is known until it is seen to answer otherwise
            payload = coalesce(
                excluded.payload,
                case when p.reason_code = 'invitee_copy' and excluded.reason_code = 'invitee_copy' then p.payload end
            ),
            -- a changed entry starts afresh
            attempts = case
                when p.domino_digest is not distinct from excluded.domino_digest and p.reason_code = excluded.reason_code
                then p.attempts + 1 else 1
            end,
            next_attempt_at = excluded.next_attempt_at,
            ask_again_at = case when excluded.domino_digest = '' then now() + interval '1 hour' end,
            parked_at = now()
    )
    insert into domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail
    )
    select
        domino_sync.current_run(p_runner), p_runner, p_crm_user_id, l.appointment_id, i.domino_uid, 'to_crm',
        case when r.severity = 'error' then 'parked' else 'skipped' end, i.reason_code, i.detail
    from item as i
    left join before as b using (domino_uid, domino_recurrence_id)
    left join domino_sync.reason_code as r on r.code = i.reason_code
    left join domino_sync.item_link as l
        on l.crm_user_id = p_crm_user_id
        and l.domino_uid = i.domino_uid
        and l.domino_recurrence_id = i.domino_recurrence_id
    where b.reason_code is distinct from i.reason_code;
end;
$$;
