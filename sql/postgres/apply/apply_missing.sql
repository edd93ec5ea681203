create or replace function domino_sync_api.apply_missing(p_runner integer, p_crm_user_id integer, p_items jsonb)
returns table (appointment_id integer, outcome text)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Carries out what follows from entries that are gone from a user's mail file, all or nothing.
--
-- Parameters: p_runner and p_crm_user_id, who must hold the mailbox; p_items, a JSON list of MissingItem.
-- Returns:    a row an item: deleted, the appointment and its links are soft-deleted; unlinked, only the pair is kept apart
--             from now on; stale, the appointment is not what the decision was based on; gone, it is not linked any more.
--             Nothing is written for the latter two.
-- Raises:     CDS01 lease lost; CDS02 no such user; CDS03 refused input.
-- What was parked under such an entry is settled by that.
-- Locks:      sync_user, communication in the order of ids, comm_link, item_link, delivery, inbound_parked.  Writes: also activity.
declare
    v_now timestamp;
    v_work jsonb;
    v_deleted integer[];
begin
    perform domino_sync.require_mailbox_lease(p_runner, p_crm_user_id);
    perform set_config('domino_sync.origin', 'domino:' || p_crm_user_id, true);
    v_now := domino_sync.crm_now();

    perform from public.communication as c
    where c.comm_communicationid in (
        select i.appointment_id from jsonb_to_recordset(p_items) as i (appointment_id integer)
    )
    order by c.comm_communicationid
    for no key update;

    v_work := domino_sync.decide_missing(p_crm_user_id, p_items);
    v_deleted := array(
        select w.appointment_id
        from jsonb_to_recordset(v_work) as w (appointment_id integer, outcome text)
        where w.outcome = 'deleted'
    );

    update public.communication as c
    set comm_deleted = 1, comm_updatedby = p_crm_user_id, comm_updateddate = v_now, comm_timestamp = v_now
    where c.comm_communicationid = any(v_deleted)
      and c.comm_deleted is null;

    update public.comm_link as l
    set cmli_deleted = 1, cmli_updatedby = p_crm_user_id, cmli_updateddate = v_now, cmli_timestamp = v_now
    where l.cmli_comm_communicationid = any(v_deleted)
      and l.cmli_deleted is null;

    update domino_sync.item_link as k
    set state = 'unlinked', unlinked_reason = w.reason_code, unlinked_at = now(), updated_at = now()
    from jsonb_to_recordset(v_work) as w (appointment_id integer, outcome text, reason_code text)
    where k.crm_user_id = p_crm_user_id
      and k.appointment_id = w.appointment_id
      and w.outcome in ('deleted', 'unlinked');

    -- what could not be brought to an entry that is no more
    delete from domino_sync.delivery as d
    using jsonb_to_recordset(v_work) as w (appointment_id integer, outcome text)
    where d.crm_user_id = p_crm_user_id
      and d.appointment_id = w.appointment_id
      and d.parked_at is not null
      and w.outcome in ('deleted', 'unlinked');

    delete from domino_sync.inbound_parked as p
    using jsonb_to_recordset(v_work) as w (appointment_id integer, outcome text), domino_sync.item_link as k
    where k.crm_user_id = p_crm_user_id
      and k.appointment_id = w.appointment_id
      and w.outcome in ('deleted', 'unlinked')
      and p.crm_user_id = k.crm_user_id
      and p.domino_uid = k.domino_uid
      and p.domino_recurrence_id = k.domino_recurrence_id;

    insert into domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail
    )
    select
        (select domino_sync.current_run(p_runner)), p_runner, p_crm_user_id, w.appointment_id, k.domino_uid, 'to_crm',
        w.outcome, w.reason_code, w.detail
    from jsonb_to_recordset(v_work) as w (appointment_id integer, outcome text, reason_code text, detail text)
    join domino_sync.item_link as k on k.crm_user_id = p_crm_user_id and k.appointment_id = w.appointment_id
    where w.outcome in ('deleted', 'unlinked');

    return query
    select w.appointment_id, w.outcome
    from jsonb_to_recordset(v_work) as w (appointment_id integer, outcome text)
    order by w.appointment_id;
end;
$$;
