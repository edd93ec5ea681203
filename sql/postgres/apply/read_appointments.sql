create or replace function domino_sync_api.read_appointments(p_ids jsonb)
returns table (appointment_id integer, appointment jsonb)
language plpgsql
stable
security definer
set search_path = domino_sync, pg_temp
-- the plan does not depend on the ids, and making it takes longer than fifty appointments take to read
set plan_cache_mode = force_generic_plan
as $$
-- Reads appointments whole, as one snapshot, in the shape of src/item/crm-appointment.ts.
-- Parameters: p_ids, a JSON list of ids.
-- Returns:    a row for every id asked for; `present` is false after a physical DELETE.
-- Locks:      nothing.
-- PL/pgSQL keeps the plan: the settings above make it the first one.
#variable_conflict use_column
declare
    v_task domino_sync.task_setting;
begin
    select t.* into v_task from domino_sync.task_setting as t;

    return query
    with wanted as materialized (
        select distinct w.id::integer as id from jsonb_array_elements_text(p_ids) as w (id)
    ),
    fingerprint as materialized (
        select f.* from domino_sync.appointment_fingerprint(array(select w.id from wanted as w)) as f
    ),
    organiser as materialized (
        select o.appointment_id, o.crm_user_id, o.email, n.name
        from wanted as w
        join domino_sync.appointment_organiser as o on o.appointment_id = w.id
        left join domino_sync.crm_user as n on n.crm_user_id = o.crm_user_id
        where o.crm_user_id is not null or o.email is not null
    ),
    participant as materialized (
        select
            p.appointment_id,
            jsonb_agg(jsonb_build_object(
                'user_id', p.crm_user_id,
                'email', u.email,
                'name', u.name,
                'response', p.response,
                'notify_at', domino_sync.wall_text(p.notify_at),
                'resource', u.resource
            ) order by p.crm_user_id) as list
        from wanted as w
        join domino_sync.appointment_participant as p on p.appointment_id = w.id
        join domino_sync.crm_user as u on u.crm_user_id = p.crm_user_id
        group by p.appointment_id
    ),
    external as materialized (
        select
            e.appointment_id,
            jsonb_agg(jsonb_build_object(
                'email', e.email, 'name', e.name, 'response', e.response, 'person_id', e.person_id
            ) order by e.link_id) as list
        from wanted as w
        join domino_sync.appointment_external as e on e.appointment_id = w.id
        group by e.appointment_id
    ),
    holder as materialized (
        select
            h.appointment_id,
            jsonb_agg(jsonb_build_object('crm_user_id', h.crm_user_id, 'role', h.role) order by h.crm_user_id) as list
        from wanted as w
        join domino_sync.appointment_holder as h on h.appointment_id = w.id
        group by h.appointment_id
    ),
    regarding as materialized (
        select r.* from domino_sync.regarding_of(array(select w.id from wanted as w)) as r
    )
    select
        w.id,
        jsonb_build_object(
            'appointment_id', w.id,
            'present', c.comm_communicationid is not null,
            -- Sage's own screens show only rows where it is NULL
            'deleted', c.comm_deleted is not null,
            'type', nullif(btrim(c.comm_type), ''),
            'action', nullif(btrim(c.comm_action), ''),
            'status', nullif(btrim(c.comm_status), ''),
            'priority', nullif(btrim(c.comm_priority), ''),
            'task', case
                when c.comm_type is distinct from 'Task' then null
                when not v_task.taken then 'off'
                when coalesce(strpos(v_task.actions, ',' || lower(btrim(c.comm_action)) || ','), 0) = 0 then 'other'
                when jsonb_array_length(p.list) = 1 then 'own'
                else 'shared'
            end,
            'start_at', domino_sync.wall_text(
                domino_sync.start_column(c.comm_type, v_task.due_first, c.comm_datetime, c.comm_todatetime)),
            'end_at', domino_sync.wall_text(
                domino_sync.end_column(c.comm_type, v_task.due_first, c.comm_datetime, c.comm_todatetime)),
            'all_day', domino_sync.is_set(c.comm_isalldayevent),
            'private', domino_sync.is_set(c.comm_private),
            'crm_only', domino_sync.is_set(c.comm_crmonly),
            'subject', c.comm_subject,
            'location', c.comm_location,
            'note', c.comm_note,
            'notify_at', domino_sync.wall_text(c.comm_notifytime),
            'updated_at', domino_sync.wall_text(c.comm_updateddate),
            'updated_by', c.comm_updatedby,
            'recurrence_id', c.comm_recurrenceid,
            'organiser', case when o.appointment_id is not null then
                jsonb_build_object('user_id', o.crm_user_id, 'email', o.email, 'name', o.name)
            end,
            'users', coalesce(p.list, '[]'),
            'externals', coalesce(e.list, '[]'),
            'regarding', coalesce(r.list, '[]'),
            'holders', coalesce(h.list, '[]'),
            'fingerprint', coalesce(f.fingerprint, 'absent')
        )
    from wanted as w
    left join public.communication as c on c.comm_communicationid = w.id
    left join fingerprint as f on f.appointment_id = w.id
    left join organiser as o on o.appointment_id = w.id
    left join participant as p on p.appointment_id = w.id
    left join external as e on e.appointment_id = w.id
    left join holder as h on h.appointment_id = w.id
    left join regarding as r on r.appointment_id = w.id
    order by w.id;
end;
$$;
