create or replace function domino_sync_api.preview_window(
    p_crm_user_id integer, p_mail_file text, p_direction text, p_past_days integer)
returns table (
    crm_user_id integer, appointment_id integer, role text, subject text, start_at text, end_at text, all_day boolean,
    lost_tombstone text, link json)
language plpgsql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- The pairs that `enable_user` would put in the queue: what his mail file should hold, the copies that others hold of those,
-- and what is linked to him and no longer his. For direction to_crm, what the CRM has of his already.
-- Parameters: as enable_user.
-- Returns:    a row a pair: role - of his own that he would hold, else null; subject and times in CRM wall clock and
--             lost_tombstone as list_unlinked answers them; link, as it is now.
-- Raises:     as enable_user.  Locks: nothing.  Writes: nothing.
#variable_conflict use_column
declare
    v_zone text := coalesce((select s.value from domino_sync.setting as s where s.name = 'crm_time_zone'), 'UTC');
    v_tasks boolean := (select t.taken from domino_sync.task_setting as t);
    v_from timestamp;
    v_email text;
    v_ids integer[];
begin
    select (now() - make_interval(days => a.past_days)) at time zone v_zone - interval '1 day', a.email
    into v_from, v_email
    from domino_sync.check_enable(p_crm_user_id, p_mail_file, p_direction, p_past_days) as a;

    v_ids := array(
        select c.comm_communicationid
        from public.communication as c
        where (c.comm_type = 'Appointment' or (c.comm_type = 'Task' and v_tasks))
          and c.comm_deleted is null
          -- of a Task either column may be the later one
          and case
              when c.comm_type = 'Task' then greatest(c.comm_datetime, c.comm_todatetime)
              else coalesce(c.comm_todatetime, c.comm_datetime)
          end >= v_from
          and (
              btrim(c.comm_organizer) = p_crm_user_id::text
              or lower(btrim(c.comm_organizer)) = v_email
              or exists (
                  select from public.comm_link as l
                  where l.cmli_comm_communicationid = c.comm_communicationid
                    and l.cmli_comm_userid = p_crm_user_id
                    and l.cmli_deleted is null
              )
          )
    );

    return query
    with held as materialized (
        select h.appointment_id, h.role from domino_sync.supposed_holder(p_crm_user_id, p_direction, v_ids) as h
    ),
    linked as materialized (
        select l.appointment_id
        from domino_sync.item_link as l
        where l.crm_user_id = p_crm_user_id and l.state <> 'unlinked' and p_direction <> 'to_crm'
    ),
    still_held as materialized (
        select h.appointment_id, h.role
        from domino_sync.supposed_holder(p_crm_user_id, p_direction, array(select l.appointment_id from linked as l)) as h
    ),
    pair as (
        select p_crm_user_id as crm_user_id, h.appointment_id, h.role, true as his from held as h
        union all
        select l.crm_user_id, l.appointment_id, null, false
        from held as h
        join domino_sync.item_link as l on l.appointment_id = h.appointment_id and l.state <> 'unlinked'
        join domino_sync.sync_user as s on s.crm_user_id = l.crm_user_id and s.enabled
        where l.crm_user_id <> p_crm_user_id
          and p_direction <> 'to_crm'
        union all
        select p_crm_user_id, l.appointment_id, null, false
        from linked as l
        where l.appointment_id not in (select h.appointment_id from still_held as h)
          and l.appointment_id not in (select h.appointment_id from held as h)
    )
    select
        p.crm_user_id, p.appointment_id, p.role, c.comm_subject::text,
        domino_sync.wall_text(domino_sync.start_column(c.comm_type, k.due_first, c.comm_datetime, c.comm_todatetime)),
        domino_sync.wall_text(domino_sync.end_column(c.comm_type, k.due_first, c.comm_datetime, c.comm_todatetime)),
        coalesce(domino_sync.is_set(c.comm_isalldayevent), false),
        case when p.his and l.appointment_id is null then (
            select case when t.reason_code in ('deletion_kept', 'past_deletion_kept') then t.reason_code end
            from domino_sync.activity as t
            where t.appointment_id = p.appointment_id
              and t.crm_user_id = p.crm_user_id
              and t.action in ('created', 'adopted', 'updated', 'deleted', 'unlinked')
            order by t.activity_id desc
            limit 1
        ) end,
        case when l.appointment_id is not null then domino_sync.link_json(l) end
    from pair as p
    cross join domino_sync.task_setting as k
    left join public.communication as c on c.comm_communicationid = p.appointment_id
    left join domino_sync.item_link as l
        on l.crm_user_id = p.crm_user_id
        and l.appointment_id = p.appointment_id
    order by p.crm_user_id, p.appointment_id;
end;
$$;
