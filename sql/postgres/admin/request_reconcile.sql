create or replace function domino_sync_api.request_reconcile(p_crm_user_id integer, p_reason text)
returns table (requested integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Asks the runners to compare both sides in full, field by field, and to put right what differs.
-- Parameters: p_crm_user_id, an enabled user, or null for all; p_reason, for the record.
-- Returns:    how many mailboxes.
-- Raises:     CDS02 the user does not take part; CDS03 without a reason.
-- Locks:      sync_user, in key order.  Writes: also activity.
begin
    if coalesce(btrim(p_reason), '') = '' then
        raise exception 'say why both sides are to be compared' using errcode = 'CDS03';
    end if;
    requested := domino_sync.mark_reconcile(p_crm_user_id, btrim(p_reason));
    if requested = 0 and p_crm_user_id is not null then
        raise exception 'no such user: CRM user % does not take part', p_crm_user_id using errcode = 'CDS02';
    end if;
    insert into domino_sync.activity (crm_user_id, direction, action, reason_code, detail)
    values (
        p_crm_user_id, 'admin', 'requested', 'reconcile', format('%s, by %s', btrim(p_reason), session_user)
    );
    return next;
end;
$$;
