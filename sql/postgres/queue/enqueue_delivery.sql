create or replace function domino_sync_api.enqueue_delivery(p_crm_user_id integer, p_ids jsonb, p_reason_code text)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Puts pairs in the queue whether or not the CRM changed; a parked one is taken up again.
-- Parameters: p_crm_user_id - the mailbox; p_ids - array of appointment ids; p_reason_code.
-- Returns: nothing.  Raises CDS02 when the mailbox is unknown.
-- Locks: the delivery rows, in key order.  Writes: delivery; wakes the runners.
begin
    if not exists (select from domino_sync.sync_user as u where u.crm_user_id = p_crm_user_id) then
        raise exception 'no such user: CRM user % has never been enabled', p_crm_user_id using errcode = 'CDS02';
    end if;

    insert into domino_sync.delivery as d (appointment_id, crm_user_id, reason_code)
    select distinct i::integer, p_crm_user_id, p_reason_code
    from jsonb_array_elements_text(p_ids) as i
    order by 1
    on conflict on constraint delivery_pkey do update set
        version = excluded.version, reason_code = excluded.reason_code, attempts = 0,
        next_attempt_at = excluded.next_attempt_at, parked_at = null, last_reason_code = null, last_error = null;

    perform pg_notify('domino_sync', '');
end;
$$;
