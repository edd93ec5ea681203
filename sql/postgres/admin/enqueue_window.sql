create or replace function domino_sync.enqueue_window(p_crm_user_id integer)
returns integer
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Puts a delivery in the queue for every live appointment in the window that a user should hold, for the copies that others
-- hold of those and should give up now, and for what the CRM deleted or took from him while he did not take part.
-- Parameters: p_crm_user_id, an enabled user.  Returns: deliveries put in the queue.  Locks: delivery, in key order.
declare
    v_enqueued integer;
begin
    with held as materialized (
        select h.appointment_id
        from domino_sync.held_appointments(p_crm_user_id) as h
        where exists (select from domino_sync.sending_user as s where s.crm_user_id = p_crm_user_id)
    ),
    pair as (
        select h.appointment_id, p_crm_user_id as crm_user_id from held as h
        union
        select l.appointment_id, l.crm_user_id
        from held as h
        join domino_sync.item_link as l on l.appointment_id = h.appointment_id and l.state <> 'unlinked'
        join domino_sync.sync_user as s on s.crm_user_id = l.crm_user_id and s.enabled
        union
        select l.appointment_id, l.crm_user_id
        from domino_sync.item_link as l
        join domino_sync.sending_user as s on s.crm_user_id = l.crm_user_id
        where l.crm_user_id = p_crm_user_id
          and l.state <> 'unlinked'
          and not exists (
              select from domino_sync.appointment_holder as h
              where h.appointment_id = l.appointment_id and h.crm_user_id = l.crm_user_id
          )
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
