create or replace function domino_sync.enqueue_window(p_crm_user_id integer)
returns integer
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Puts a delivery in the queue for every live appointment in the window that a user should hold, and for the copies that
-- others hold of those and should give up now.
-- Parameters: p_crm_user_id, an enabled user.  Returns: deliveries put in the queue.  Locks: delivery, in key order.
-- The window is a day too generous: the runner knows the zone exactly and filters.  It has no end towards the CRM: an
-- appointment of the year after next is in Notes as soon as one of tomorrow is.
declare
    v_zone text := coalesce((select s.value from domino_sync.setting as s where s.name = 'crm_time_zone'), 'UTC');
    v_from timestamp;
    v_email text;
    v_enqueued integer;
begin
    select (s.window_start at time zone v_zone) - interval '1 day', s.email into v_from, v_email
    from domino_sync.sync_user as s
    where s.crm_user_id = p_crm_user_id;

    with candidate as materialized (
        select c.comm_communicationid as id
        from public.communication as c
        where c.comm_type = 'Appointment'
          and c.comm_deleted is null
          and coalesce(c.comm_todatetime, c.comm_datetime) >= v_from
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
    ),
    held as materialized (
        select h.appointment_id
        from candidate as c
        join domino_sync.appointment_holder as h on h.appointment_id = c.id
        where h.crm_user_id = p_crm_user_id
    ),
    pair as (
        select h.appointment_id, p_crm_user_id as crm_user_id from held as h
        union
        select l.appointment_id, l.crm_user_id
        from held as h
        join domino_sync.item_link as l on l.appointment_id = h.appointment_id and l.state <> 'unlinked'
        join domino_sync.sync_user as s on s.crm_user_id = l.crm_user_id and s.enabled
    ),
    enqueued as (
        insert into domino_sync.delivery as d (appointment_id, crm_user_id, reason_code)
        select p.appointment_id, p.crm_user_id, 'first_sync'
        from pair as p
        order by p.crm_user_id, p.appointment_id
        on conflict (crm_user_id, appointment_id) do update set
            version = excluded.version, reason_code = excluded.reason_code, attempts = 0,
            next_attempt_at = excluded.next_attempt_at, parked_at = null, last_reason_code = null, last_error = null
        returning d.crm_user_id
    )
    select count(*) filter (where e.crm_user_id = p_crm_user_id) into v_enqueued from enqueued as e;

    perform pg_notify('domino_sync', '');
    return v_enqueued;
end;
$$;
