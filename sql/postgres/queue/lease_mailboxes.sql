create or replace function domino_sync_api.lease_mailboxes(p_runner integer, p_limit integer, p_lease_seconds integer)
returns table (
    crm_user_id integer, email text, notes_name text, mail_file text, direction text, enabled boolean,
    window_start text, cursor text, database_identity text, faults_in_a_row integer,
    due_deliveries integer, poll_due boolean, past_days integer, first_sync_done boolean, twins_pending boolean,
    reconcile_reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- asked several times in each cycle: a plan made anew for each call costs more than the call
set plan_cache_mode = force_generic_plan
as $$
-- Leases mailboxes that have something to do: deliveries due, or a poll of Domino due.  Held mailboxes wait for an
-- administrator, paused ones for their next_poll_at.  One that was switched off is leased only for its deliveries.
-- Users whom the CRM no longer lets take part are held here, and released when it does.
-- A runner asks when it works on none of its mailboxes any more: what it still holds was lost on the way (the answer to
-- an earlier lease, or its release, when the database failed), is free, and so are the deliveries it had in hand there.
-- Parameters: p_runner; p_limit - mailboxes at most; p_lease_seconds - until the lease runs out unless renewed.
-- Returns: the contract's `LeasedMailbox`; email - the CRM's of today; window_start as UTC text; due_deliveries counts to 1000; first_sync_done is false
--          while the mailbox is in first_sync_due; twins_pending: somebody has to tell twins apart; reconcile_reason: why
--          both sides are to be compared in full, or null.  Another database than at the last pull is such a reason.
-- Locks: the leased sync_user rows (those of others are skipped), delivery.  Writes: sync_user, activity, delivery.
#variable_conflict use_column
declare
    v_candidates integer[];
begin
    perform domino_sync.stop_refused_users(p_runner);

    v_candidates := array(
        select u.crm_user_id
        from domino_sync.sync_user as u
        where u.health <> 'held'
          and (u.health <> 'paused' or u.next_poll_at <= now())
          and (u.leased_by is null or u.leased_by = p_runner or u.leased_until < now()
               or not exists (select from domino_sync.live_runner as l where l.runner_id = u.leased_by))
          and ((u.enabled and u.next_poll_at <= now())
               or exists (select from domino_sync.delivery as d
                          where d.crm_user_id = u.crm_user_id and d.parked_at is null and d.next_attempt_at <= now()))
        order by u.next_poll_at
        limit p_limit
        for update of u skip locked);

    -- restored from a backup, or promoted: whatever is stored may be older than both sides.  Told once.
    with another as (
        update domino_sync.sync_user as u
        set reconcile_requested_at = clock_timestamp(), reconcile_reason = 'the database was restored or promoted'
        where u.crm_user_id = any(v_candidates)
          and u.enabled
          and u.database_identity <> domino_sync.database_identity()
          and u.reconcile_reason is distinct from 'the database was restored or promoted'
        returning u.crm_user_id
    )
    insert into domino_sync.activity (runner_id, crm_user_id, direction, action, reason_code, detail)
    select p_runner, a.crm_user_id, 'admin', 'requested', 'reconcile', 'the database was restored or promoted'
    from another as a;

    update domino_sync.delivery as d
    set leased_by = null, leased_until = null, leased_version = null
    from domino_sync.sync_user as u
    where u.crm_user_id = any(v_candidates) and u.leased_by = p_runner
      and d.crm_user_id = u.crm_user_id and d.leased_by = p_runner;

    return query
    with leased as (
        update domino_sync.sync_user as u
        set leased_by = p_runner, leased_until = now() + make_interval(secs => p_lease_seconds)
        where u.crm_user_id = any(v_candidates)
          -- looked at again now that the rows are locked: the holder may have announced itself after the first look
          and (u.leased_by is null or u.leased_by = p_runner or u.leased_until < now()
               or not exists (select from domino_sync.live_runner as l where l.runner_id = u.leased_by))
        returning u.*
    )
    select
        u.crm_user_id, coalesce((select c.email from domino_sync.crm_user as c where c.crm_user_id = u.crm_user_id), u.email),
        u.notes_name, u.mail_file, u.direction, u.enabled,
        to_char(u.window_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        u.cursor, u.database_identity, u.faults_in_a_row,
        (select count(*)::integer
         from (select from domino_sync.delivery as d
               where d.crm_user_id = u.crm_user_id and d.parked_at is null and d.next_attempt_at <= now()
               limit 1000) as due),
        u.enabled and u.next_poll_at <= now(),
        u.past_days,
        not exists (select from domino_sync.first_sync_due as f where f.crm_user_id = u.crm_user_id),
        exists (select from domino_sync.inbound_parked as p
                where p.crm_user_id = u.crm_user_id and p.reason_code = 'twin_ambiguous'),
        (select q.reason from domino_sync.reconcile_due as q where q.crm_user_id = u.crm_user_id)
    from leased as u;
end;
$$;
