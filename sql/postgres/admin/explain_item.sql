create or replace function domino_sync_api.explain_item(p_appointment_id integer)
returns table (explanation jsonb)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- Everything known of an appointment: Explanation of src/crm/contract.ts. The last 100 entries of its history.
-- Parameters: p_appointment_id; an unknown one gives an appointment with `present` false and empty lists.
with link as materialized (
    select l as row, l.crm_user_id, l.domino_uid, l.domino_recurrence_id, l.updated_at, l.unlinked_reason
    from domino_sync.item_link as l
    where l.appointment_id = p_appointment_id
),
delivery as materialized (
    select d.* from domino_sync.delivery as d where d.appointment_id = p_appointment_id
),
parked as materialized (
    select p.*
    from domino_sync.inbound_parked as p
    join link as l using (crm_user_id, domino_uid, domino_recurrence_id)
),
activity as materialized (
    select a.*
    from domino_sync.activity as a
    where a.appointment_id = p_appointment_id
    order by a.activity_id desc
    limit 100
),
code as (
    select d.reason_code as code from delivery as d
    union select d.last_reason_code from delivery as d
    union select l.unlinked_reason from link as l
    union select p.reason_code from parked as p
    union select a.reason_code from activity as a
)
select jsonb_build_object(
    'appointment', (
        select r.appointment from domino_sync_api.read_appointments(jsonb_build_array(p_appointment_id)) as r
    ),
    'deliveries', coalesce((
        select jsonb_agg(jsonb_build_object(
            'appointment_id', d.appointment_id,
            'crm_user_id', d.crm_user_id,
            'version', d.version,
            'attempts', d.attempts,
            'reason_code', d.reason_code,
            'enqueued_at', domino_sync.utc_text(d.enqueued_at),
            'next_attempt_at', domino_sync.utc_text(d.next_attempt_at),
            'parked_at', domino_sync.utc_text(d.parked_at),
            'last_reason_code', d.last_reason_code,
            'last_error', d.last_error,
            'leased', coalesce(d.leased_until > now(), false)
        ) order by d.crm_user_id)
        from delivery as d
    ), '[]'),
    'links', coalesce((
        select jsonb_agg(domino_sync.link_json(l.row)::jsonb || jsonb_build_object(
            'email', s.email,
            'mail_file', s.mail_file,
            'user_enabled', coalesce(s.enabled, false),
            'updated_at', domino_sync.utc_text(l.updated_at)
        ) order by l.crm_user_id)
        from link as l
        left join domino_sync.sync_user as s on s.crm_user_id = l.crm_user_id
    ), '[]'),
    'parked', coalesce((
        select jsonb_agg(jsonb_build_object(
            'crm_user_id', p.crm_user_id,
            'form', p.form,
            'domino_uid', p.domino_uid,
            'domino_recurrence_id', p.domino_recurrence_id,
            'domino_start', p.domino_start,
            'domino_digest', p.domino_digest,
            'reason_code', p.reason_code,
            'detail', p.detail,
            'subject', p.subject,
            'payload', p.payload,
            'retry_after_seconds', greatest(0, extract(epoch from p.next_attempt_at - now())::integer),
            'parked_at', domino_sync.utc_text(p.parked_at)
        ) order by p.crm_user_id)
        from parked as p
    ), '[]'),
    'conflicts', coalesce((
        select jsonb_agg(jsonb_build_object(
            'crm_user_id', c.crm_user_id,
            'field', c.field,
            'base_value', c.base_value,
            'crm_value', c.crm_value,
            'domino_value', c.domino_value,
            'winner', c.winner,
            'decided_by', c.decided_by,
            'decided_at', domino_sync.utc_text(c.decided_at)
        ) order by c.conflict_id desc)
        from domino_sync.conflict as c
        where c.appointment_id = p_appointment_id
    ), '[]'),
    'activity', coalesce((
        select jsonb_agg(jsonb_build_object(
            'happened_at', domino_sync.utc_text(a.happened_at),
            'crm_user_id', a.crm_user_id,
            'direction', a.direction,
            'action', a.action,
            'reason_code', a.reason_code,
            'detail', a.detail
        ) order by a.activity_id desc)
        from activity as a
    ), '[]'),
    'reasons', coalesce((
        select jsonb_object_agg(r.code, jsonb_build_object('meaning', r.meaning, 'remedy', r.remedy))
        from domino_sync.reason_code as r
        join code as c on c.code = r.code
    ), '{}'),
    'unfolded_changes', (
        select count(*) from domino_sync.change_log as c where c.appointment_id = p_appointment_id
    )
);
$$;
