create or replace function domino_sync_api.renew_mailbox(
    p_runner integer, p_crm_user_id integer, p_lease_seconds integer)
returns table (held boolean)
language sql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Makes a lease last longer.
-- Parameters: p_runner, p_crm_user_id; p_lease_seconds - from now.
-- Returns: held - false when somebody else has the mailbox, or an administrator took the lease away.
-- Locks: the sync_user row.  Writes: sync_user.
with renewed as (
    update domino_sync.sync_user as u
    set leased_until = now() + make_interval(secs => p_lease_seconds)
    where u.crm_user_id = p_crm_user_id and u.leased_by = p_runner
    returning 1
)
select exists (select from renewed)
$$;
