create or replace function domino_sync.require_mailbox_lease(p_runner integer, p_crm_user_id integer)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Makes sure that the runner holds the mailbox, and that it keeps it until the transaction ends.
--
-- Parameters: p_runner, from register_runner; p_crm_user_id, the mailbox.
-- Raises:     CDS02 no such user; CDS01 the lease has expired or somebody else holds it.
-- Locks:      the row of sync_user, first in the lock order; whoever leases mailboxes skips it meanwhile.
declare
    v_held boolean;
begin
    select s.leased_by is not distinct from p_runner and s.leased_until > clock_timestamp()
    into v_held
    from domino_sync.sync_user as s
    where s.crm_user_id = p_crm_user_id
    for no key update;

    if not found then
        raise exception 'user % is not set up for synchronisation', p_crm_user_id using errcode = 'CDS02';
    end if;

    if v_held is not true then
        raise exception 'lease lost: runner % no longer holds the mailbox of user %', p_runner, p_crm_user_id
            using errcode = 'CDS01';
    end if;
end;
$$;
