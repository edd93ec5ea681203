create or replace function domino_sync.held_appointments(p_crm_user_id integer)
returns table (appointment_id integer, role text)
language plpgsql
stable
set search_path = domino_sync, pg_temp
as $$
-- The live appointments in a user's window that belong to his mailbox, with his role. For a user whose appointments do not go
-- to Domino (to_crm) too: what he has in the CRM already must not come from Domino a second time.
-- Parameters: p_crm_user_id, a user who is or was enabled.  Returns: a row an appointment.
-- The window is a day too generous: the runner knows the zone exactly and filters.  It has no end towards the CRM: an
-- appointment of the year after next is in Notes as soon as one of tomorrow is.
#variable_conflict use_column
declare
    v_zone text := coalesce((select s.value from domino_sync.setting as s where s.name = 'crm_time_zone'), 'UTC');
    v_past_days integer := coalesce(
        (select s.value::integer from domino_sync.setting as s where s.name = 'window_past_days'), 14);
    v_tasks boolean := (select t.taken from domino_sync.task_setting as t);
    v_from timestamp;
    v_email text;
    v_direction text;
begin
    select
        (greatest(s.window_start, now() - make_interval(days => coalesce(s.past_days, v_past_days))) at time zone v_zone)
            - interval '1 day',
        s.email, s.direction
    into v_from, v_email, v_direction
    from domino_sync.sync_user as s
    where s.crm_user_id = p_crm_user_id;

    return query
    with candidate as materialized (
        select c.comm_communicationid as id
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
    )
    select h.appointment_id, h.role
    from candidate as c
    join domino_sync.appointment_holder as h on h.appointment_id = c.id
    where h.crm_user_id = p_crm_user_id

    union all

    select o.appointment_id, case when o.crm_user_id = p_crm_user_id then 'organiser' else 'copy' end
    from candidate as c
    join domino_sync.appointment_organiser as o on o.appointment_id = c.id
    where v_direction = 'to_crm'
      and o.eligible;
end;
$$;
