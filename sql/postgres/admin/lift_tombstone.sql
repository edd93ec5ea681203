create or replace function domino_sync_api.lift_tombstone(p_appointment_id integer, p_crm_user_id integer)
returns table (lifted integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Lets an appointment come back into mail files from which a tombstone keeps it: linked again where its entry is still
-- there, made anew where it is gone. Who should hold it, the direction and the opt-outs are asked as for any delivery.
-- Parameters: p_appointment_id; p_crm_user_id, one mailbox, or null for all that have a tombstone.
-- Returns:    how many.
-- Raises:     CDS02 the CRM has no such live appointment: there is nothing to bring back then.
-- Locks:      delivery, item_link, in key order.  Writes: also activity.
begin
    if not exists (
        select from public.communication as c
        where c.comm_communicationid = p_appointment_id and c.comm_deleted is null
    ) then
        raise exception 'the CRM has no appointment %, or it is deleted there', p_appointment_id
            using errcode = 'CDS02', hint = 'Restore it in the CRM first.';
    end if;

    perform domino_sync_api.enqueue_delivery(t.crm_user_id, jsonb_build_array(p_appointment_id), 'tombstone_lifted')
    from (
        select l.crm_user_id
        from domino_sync.item_link as l
        where l.appointment_id = p_appointment_id
          and l.state = 'unlinked'
          and (p_crm_user_id is null or l.crm_user_id = p_crm_user_id)
        order by l.crm_user_id
    ) as t;

    update domino_sync.item_link as l
    set unlinked_reason = 'tombstone_lifted', updated_at = now()
    where l.appointment_id = p_appointment_id
      and l.state = 'unlinked'
      and (p_crm_user_id is null or l.crm_user_id = p_crm_user_id);
    get diagnostics lifted = row_count;

    insert into domino_sync.activity (crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail)
    select
        l.crm_user_id, l.appointment_id, l.domino_uid, 'admin', 'retried', 'tombstone_lifted', format('by %s', session_user)
    from domino_sync.item_link as l
    where l.appointment_id = p_appointment_id
      and l.state = 'unlinked'
      and (p_crm_user_id is null or l.crm_user_id = p_crm_user_id);
    return next;
end;
$$;
