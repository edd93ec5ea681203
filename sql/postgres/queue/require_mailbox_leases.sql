create or replace function domino_sync.require_mailbox_leases(p_runner integer, p_mailboxes integer[])
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
-- Holds the mailboxes for the rest of the transaction, so that nobody else can lease them before it ends.
-- A lease that ran out but that nobody took since still counts: no one else works on the mailbox.
-- Parameters: p_runner; p_mailboxes - CRM user ids, repeats allowed.
-- Returns: nothing.  Raises CDS01 when the runner does not hold all of them.
-- Locks: the sync_user rows, KEY SHARE (renewing goes on, leasing skips them).  Writes: nothing.
declare
    v_lost integer[];
begin
    perform from domino_sync.sync_user as u
    where u.crm_user_id = any(p_mailboxes) and u.leased_by = p_runner
    order by u.crm_user_id
    for key share;

    select array_agg(distinct m.crm_user_id) into v_lost
    from unnest(p_mailboxes) as m (crm_user_id)
    where not exists (select from domino_sync.sync_user as u
                      where u.crm_user_id = m.crm_user_id and u.leased_by = p_runner);
    if v_lost is not null then
        raise exception 'lease lost: runner % does not hold the mailboxes of the CRM users %', p_runner, v_lost
            using errcode = 'CDS01';
    end if;
end;
$$;
