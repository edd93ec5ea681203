create or replace function domino_sync_api.preview_inbound(p_crm_user_id integer, p_items jsonb)
returns table (item_no integer, outcome text, appointment_id integer)
language plpgsql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- What `apply_inbound` would answer as the CRM stands now, by the same check and the same decision.
-- Parameters: p_crm_user_id, the mailbox; p_items, a JSON list of InboundItem.
-- Returns:    as apply_inbound; appointment_id is null for one that would be created.
-- Raises:     CDS03 refused input, naming item_no and field.
-- Locks:      nothing.  Writes: nothing.
begin
    perform domino_sync.check_inbound(p_crm_user_id, p_items);

    return query
    select w.item_no, w.outcome, w.appointment_id
    from jsonb_to_recordset(domino_sync.decide_inbound(p_crm_user_id, p_items))
        as w (item_no integer, outcome text, appointment_id integer)
    order by w.item_no;
end;
$$;
