create or replace function domino_sync.offer_copies(p_ids integer[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
-- Puts appointments in the queue of those participants who should hold a copy and hold none.
-- Parameters: p_ids - of the appointments.
-- Returns: nothing.  Locks: the delivery rows, in key order.  Writes: delivery.
begin
    insert into domino_sync.delivery as d (appointment_id, crm_user_id, reason_code)
    select h.appointment_id, h.crm_user_id, 'crm_changed'
    from domino_sync.appointment_holder as h
    where h.appointment_id = any(p_ids)
      and h.role = 'copy'
      and not exists (
          select from domino_sync.item_link as l
          where l.appointment_id = h.appointment_id
            and l.crm_user_id = h.crm_user_id
            and l.state in ('creating', 'linked')
      )
    order by h.crm_user_id, h.appointment_id
    on conflict on constraint delivery_pkey do update set
        version = excluded.version, reason_code = excluded.reason_code, attempts = 0,
        next_attempt_at = excluded.next_attempt_at, parked_at = null, last_reason_code = null, last_error = null;
end;
$$;
