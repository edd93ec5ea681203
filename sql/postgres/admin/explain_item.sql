create or replace function domino_sync_api.explain_item(p_appointment_id integer, p_uid text)
returns table (explanation jsonb)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- Everything known of an appointment, or of an entry in Domino that has none: Explanation of src/crm/contract.ts. The
-- last 100 entries of its history.
-- Parameters: p_appointment_id, an unknown one gives an appointment with `present` false and empty lists; or null, and
--             p_uid, the uid of an entry that is or was parked.
with link as materialized (
    select l as row, l.crm_user_id, l.domino_uid, l.domino_recurrence_id, l.updated_at, l.unlinked_reason
    from domino_sync.item_link as l
    where l.appointment_id = p_appointment_id
),
delivery as materialized (
    select d.* from domino_sync.delivery as d where d.appointment_id = p_appointment_id
),
-- the same meeting in the mail files of its invitees has the same uid
parked as materialized (
    select p.*
    from domino_sync.inbound_parked as p
    where (p.domino_uid, p.domino_recurrence_id) in (select l.domino_uid, l.domino_recurrence_id from link as l)
       or (p_appointment_id is null and p.domino_uid = p_uid)
),
activity as materialized (
    select a.*
    from domino_sync.activity as a
    where a.appointment_id = p_appointment_id
       or (p_appointment_id is null and a.domino_uid = p_uid)
    order by a.activity_id desc
    limit 100
),
appointment as materialized (
    select r.appointment as body
    from domino_sync_api.read_appointments(jsonb_build_array(p_appointment_id)) as r
    where p_appointment_id is not null
),
concerned as (
    select l.crm_user_id from link as l
    union select d.crm_user_id from delivery as d
    union select p.crm_user_id from parked as p
    union select a.crm_user_id from activity as a
    union select (a.body -> 'organiser' ->> 'user_id')::integer from appointment as a
    union select (u.body ->> 'user_id')::integer
    from appointment as a
    cross join lateral jsonb_array_elements(a.body -> 'users') as u (body)
)
select jsonb_build_object(
    'clock', domino_sync.utc_text(clock_timestamp()),
    'appointment', (select a.body from appointment as a),
    'mailboxes', coalesce((
        select jsonb_agg(jsonb_build_object(
            'crm_user_id', u.crm_user_id,
            'name', u.name,
            'email', u.email,
            'refusal', u.refusal,
            -- false: never enabled, and all that follows is empty
            'known', s.crm_user_id is not null,
            'enabled', coalesce(s.enabled, false),
            'direction', s.direction,
            'mail_file', s.mail_file,
            'window_start', domino_sync.utc_text(s.window_start),
            'enabled_at', domino_sync.utc_text(s.enabled_at),
            'disabled_at', domino_sync.utc_text(s.disabled_at),
            'health', s.health,
            'health_reason', s.health_reason,
            'health_detail', s.health_detail,
            'health_since', domino_sync.utc_text(s.health_since),
            'last_poll_at', domino_sync.utc_text(s.last_poll_at),
            'next_poll_at', domino_sync.utc_text(s.next_poll_at),
            'first_sync_done', s.first_sync_done_at is not null
        ) order by u.crm_user_id)
        from domino_sync.crm_user as u
        left join domino_sync.sync_user as s on s.crm_user_id = u.crm_user_id
        where u.crm_user_id in (select c.crm_user_id from concerned as c)
    ), '[]'),
    'runners', (
        select jsonb_build_object(
            'alive', count(v.runner_id),
            'last_seen_at', domino_sync.utc_text(max(n.seen_at)),
            'domino_reason', max(n.domino_reason) filter (where v.runner_id is not null),
            'domino_paused_until',
                domino_sync.utc_text(max(n.domino_paused_until) filter (where v.runner_id is not null))
        )
        from domino_sync.runner as n
        left join (select distinct l.runner_id from domino_sync.live_runner as l) as v on v.runner_id = n.runner_id
    ),
    -- while one of them was open, changes may have gone unseen, and nobody has compared since
    'gaps', coalesce((
        select jsonb_agg(jsonb_build_object(
            'opened_at', domino_sync.utc_text(g.opened_at),
            'closed_at', domino_sync.utc_text(g.closed_at),
            'reason', g.reason
        ) order by g.gap_id)
        from domino_sync.capture_gap as g
        where g.reconciled_at is null
    ), '[]'),
    'triggers_off', (
        select count(*) from domino_sync.capture_trigger as t where t.state <> 'enabled'
    ),
    'settings', (select jsonb_object_agg(s.name, s.value) from domino_sync.setting as s),
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
            -- greatest() passes over null: what is not tried again would be due now
            'retry_after_seconds', case
                when p.next_attempt_at is not null
                    then greatest(0, extract(epoch from p.next_attempt_at - now())::integer)
            end,
            'parked_at', domino_sync.utc_text(p.parked_at)
        ) order by p.crm_user_id)
        from parked as p
    ), '[]'),
    'conflicts', coalesce((
        select jsonb_agg(jsonb_build_object(
            'conflict_id', c.conflict_id,
            'crm_user_id', c.crm_user_id,
            'field', c.field,
            'base_value', c.base_value,
            'crm_value', c.crm_value,
            'domino_value', c.domino_value,
            'winner', c.winner,
            'decided_by', c.decided_by,
            'decided_at', domino_sync.utc_text(c.decided_at),
            'resolution', c.resolution,
            'resolved_by', c.resolved_by,
            'resolved_at', domino_sync.utc_text(c.resolved_at)
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
            'detail', a.detail,
            'domino_uid', a.domino_uid,
            'run_id', a.run_id,
            'changes', a.changes,
            'changed_by', a.changed_by,
            'changed_at', domino_sync.utc_text(a.changed_at)
        ) order by a.activity_id desc)
        from activity as a
    ), '[]'),
    -- all of them: the answer may name one that the history does not
    'reasons', coalesce((
        select jsonb_object_agg(r.code, jsonb_build_object('meaning', r.meaning, 'remedy', r.remedy))
        from domino_sync.reason_code as r
    ), '{}'),
    'people', domino_sync.explain_people((select a.body from appointment as a)),
    'unfolded_changes', (
        select count(*) from domino_sync.change_log as c where c.appointment_id = p_appointment_id
    )
);
$$;
