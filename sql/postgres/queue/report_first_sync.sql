create or replace function domino_sync_api.report_first_sync(p_runner integer, p_crm_user_id integer, p_progress jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Tells how far the first comparison of a mailbox is.
-- Parameters: p_runner, p_crm_user_id; p_progress - {"total", "compared", "read"}: appointments to compare, compared, and
--             entries read from Domino.
-- Returns: nothing.  Raises CDS01 when the runner does not hold the mailbox.
-- Locks: the sync_user row.  Writes: sync_user.
begin
    perform domino_sync.require_mailbox_leases(p_runner, array[p_crm_user_id]);
    update domino_sync.sync_user as u
    set first_sync_total = (p_progress ->> 'total')::integer,
        first_sync_compared = (p_progress ->> 'compared')::integer,
        first_sync_read = (p_progress ->> 'read')::integer
    where u.crm_user_id = p_crm_user_id;
end;
$$;
