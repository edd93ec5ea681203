create or replace function domino_sync_api.lease_outbound(
    p_runner integer, p_crm_user_id integer, p_limit integer, p_lease_seconds integer)
returns table (
    appointment_id integer, crm_user_id integer, version bigint, attempts integer, reason_code text, link json)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Takes deliveries in hand, those that wait longest first.
-- Parameters: p_runner; p_crm_user_id - one leased mailbox, or null for all that the runner has leased;
-- p_limit - deliveries at most; p_lease_seconds - after that they count as free again.
-- Returns: the contract's `LeasedDelivery`.  Raises CDS01 when the runner does not hold the mailbox.
-- Locks: the sync_user rows, the leased delivery rows (those of others are skipped).  Writes: delivery.
#variable_conflict use_column
declare
    v_mailboxes integer[] := array[p_crm_user_id];
    v_live integer[];
begin
    if p_crm_user_id is null then
        v_mailboxes := array(select u.crm_user_id from domino_sync.sync_user as u where u.leased_by = p_runner);
    end if;
    perform domino_sync.require_mailbox_leases(p_runner, v_mailboxes);
    -- the mailboxes are ours until the end of the transaction: no other runner can lease in them meanwhile
    v_live := array(select l.runner_id from domino_sync.live_runner as l);

    return query
    with leased as (
        update domino_sync.delivery as d
        set leased_by = p_runner,
            leased_until = now() + make_interval(secs => p_lease_seconds),
            leased_version = d.version
        where d.ctid = any(array(
            select w.ctid
            from domino_sync.delivery as w
            where w.crm_user_id = any(v_mailboxes)
              and w.parked_at is null
              and w.next_attempt_at <= now()
              and (w.leased_by is null or w.leased_until < now() or w.leased_by <> all(v_live))
            order by w.next_attempt_at
            limit p_limit
            for update skip locked))
        returning d.appointment_id, d.crm_user_id, d.version, d.attempts, d.reason_code
    )
    select d.appointment_id, d.crm_user_id, d.version, d.attempts, d.reason_code, k.link
    from leased as d
    left join lateral (
        select domino_sync.link_json(l) as link
        from domino_sync.item_link as l
        where l.crm_user_id = d.crm_user_id and l.appointment_id = d.appointment_id
        limit 1
    ) as k on true;
end;
$$;
