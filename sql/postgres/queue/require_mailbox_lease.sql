create or replace function domino_sync.require_mailbox_lease(p_runner integer, p_crm_user_id integer)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Makes sure that the runner holds the mailbox, and that it keeps it until the transaction ends.
-- Parameters: p_runner, from register_runner; p_crm_user_id, the mailbox.
-- Raises:     CDS02 no such user; CDS01 somebody else holds the mailbox, or nobody.
-- Locks:      the row of sync_user, first in the lock order.
begin
    if not exists (select from domino_sync.sync_user as s where s.crm_user_id = p_crm_user_id) then
        raise exception 'no such user: CRM user % has never been enabled', p_crm_user_id using errcode = 'CDS02';
    end if;
    perform domino_sync.require_mailbox_leases(p_runner, array[p_crm_user_id]);
end;
$$;
