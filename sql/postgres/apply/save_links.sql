create or replace function domino_sync_api.save_links(p_runner integer, p_crm_user_id integer, p_links jsonb)
returns void
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Stores tokens and digests of entries that were read and found as expected.
-- Parameters: p_runner and p_crm_user_id, who must hold the mailbox; p_links, a JSON list of LinkWrite.
-- Raises:     CDS01 lease lost; CDS03 a link of another mailbox.
-- Locks:      sync_user, item_link.
begin
    perform domino_sync.require_mailbox_lease(p_runner, p_crm_user_id);
    perform domino_sync.store_mailbox_links(p_crm_user_id, p_links);
end;
$$;
