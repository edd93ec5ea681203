create or replace function domino_sync.mark_reconcile(p_crm_user_id integer, p_reason text)
returns integer
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Asks for a reconcile of one enabled mailbox or of all; one that runs already is followed by another.
-- Parameters: p_crm_user_id, or null for all; p_reason, for the record.
-- Returns:    how many mailboxes.  Locks: sync_user, in key order.  Writes: sync_user; wakes the runners.
declare
    v_marked integer;
begin
    with chosen as (
        select s.crm_user_id
        from domino_sync.sync_user as s
        where s.enabled
          and (p_crm_user_id is null or s.crm_user_id = p_crm_user_id)
        order by s.crm_user_id
        for update
    )
    update domino_sync.sync_user as s
    -- the clock, so that what was begun before this very moment does not count
    set reconcile_requested_at = clock_timestamp(),
        reconcile_reason = p_reason,
        next_poll_at = case when s.health = 'paused' then s.next_poll_at else now() end
    from chosen as c
    where s.crm_user_id = c.crm_user_id;
    get diagnostics v_marked = row_count;
    perform pg_notify('domino_sync', '');
    return v_marked;
end;
$$;
