create or replace function domino_sync_api.apply_inbound(p_runner integer, p_crm_user_id integer, p_items jsonb)
returns table (item_no integer, outcome text, appointment_id integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Writes what came from a user's Domino entries to the CRM, with the links, all or nothing.
--
-- Parameters: p_runner and p_crm_user_id, who must hold the mailbox; p_items, a JSON list of InboundItem.
-- Returns:    a row an item: created; updated; stale, the appointment is no longer what the merge was based on; duplicate,
--             the Domino entry is linked already, here or as another invitee's copy. Nothing is written for the latter two.
-- Raises:     CDS01 lease lost; CDS02 no such user; CDS03 refused input, naming item_no and field.
-- Locks:      sync_user, advisory (4711003, 1) when one creates or adopts, delivery (of items to write back), communication in the order of ids, comm_link, item_link.
-- Writes:     also activity, conflict, inbound_parked. Changes are captured with origin `domino:<user>`.
declare
    v_now timestamp;
    v_matches jsonb;
    v_work jsonb;
begin
    perform domino_sync.require_mailbox_lease(p_runner, p_crm_user_id);
    perform domino_sync.check_inbound(p_crm_user_id, p_items);
    perform set_config('domino_sync.origin', 'domino:' || p_crm_user_id, true);
    v_now := domino_sync.crm_now();
    -- reads whole tables of the vendor, so before any of its rows is locked
    v_matches := (select coalesce(jsonb_agg(m), '[]') from domino_sync.match_attendees(p_items) as m);

    -- two invitees of one meeting, worked on at the same time, must not both make its appointment, nor both adopt it
    if exists (
        select from jsonb_to_recordset(p_items) as i (appointment_id integer, action text)
        where i.appointment_id is null or i.action = 'adopted'
    ) then
        perform pg_advisory_xact_lock(4711003, 1);
    end if;

    perform from domino_sync.delivery as d
    where d.crm_user_id = p_crm_user_id
      and d.appointment_id in (
          select i.appointment_id
          from jsonb_to_recordset(p_items) as i (appointment_id integer, write_back boolean)
          where i.write_back
      )
    order by d.appointment_id
    for update;

    perform from public.communication as c
    where c.comm_communicationid in (
        select i.appointment_id from jsonb_to_recordset(p_items) as i (appointment_id integer)
    )
    order by c.comm_communicationid
    for no key update;

    v_work := domino_sync.name_created(p_crm_user_id, domino_sync.decide_inbound(p_crm_user_id, p_items));

    perform domino_sync.insert_appointments(p_crm_user_id, v_work, v_now);
    perform domino_sync.number_series(v_work);
    perform domino_sync.restore_appointments(p_crm_user_id, v_work, v_now);
    perform domino_sync.update_appointments(p_crm_user_id, v_work, v_now);
    perform domino_sync.remove_people(p_crm_user_id, v_work, v_now);
    perform domino_sync.write_people(p_crm_user_id, domino_sync.people_of(p_crm_user_id, v_work, v_matches), v_now);
    perform domino_sync.record_inbound(p_runner, p_crm_user_id, v_work, v_matches);

    return query
    select w.item_no, w.outcome, w.appointment_id
    from jsonb_to_recordset(v_work) as w (item_no integer, outcome text, appointment_id integer)
    order by w.item_no;
end;
$$;
