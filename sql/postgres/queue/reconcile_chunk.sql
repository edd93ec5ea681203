create or replace function domino_sync_api.reconcile_chunk(p_runner integer, p_crm_user_id integer, p_limit integer)
returns table (enqueued integer, more boolean)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Puts the next appointments of a mailbox in the queue, to be compared with what both sides last agreed on: those that are
-- linked and those that it should hold. Where it stopped is kept, so a reconcile that was cut short goes on there.
-- Pairs that are in the queue already stay as they are: due ones are looked at anyway, parked ones wait for somebody.
-- Parameters: p_runner, p_crm_user_id; p_limit, appointments at most.
-- Returns:    enqueued; more, false when the CRM's side is through: the entries in Domino come next.
-- Raises:     CDS01 when the runner does not hold the mailbox.
-- Locks:      the sync_user row, delivery in key order; the vendor's tables are only read.  Writes: sync_user, delivery,
--             inbound_parked: what is parked is asked for as well.
declare
    v_user domino_sync.sync_user;
    v_ids integer[];
begin
    perform domino_sync.require_mailbox_lease(p_runner, p_crm_user_id);
    select s.* into v_user from domino_sync.sync_user as s where s.crm_user_id = p_crm_user_id;
    enqueued := 0;
    more := false;

    if v_user.reconcile_pull_from is not null then
        return next;
        return;
    end if;

    v_ids := array(
        select k.appointment_id
        from (
            select l.appointment_id from domino_sync.item_link as l where l.crm_user_id = p_crm_user_id
            union
            select h.appointment_id from domino_sync.held_appointments(p_crm_user_id) as h
        ) as k
        where k.appointment_id > coalesce(v_user.reconcile_after, 0)
        order by k.appointment_id
        limit p_limit
    );
    -- only an empty chunk is the end: the one before it is delivered by then, and to deliver counts as to check
    more := cardinality(v_ids) > 0;

    insert into domino_sync.delivery as d (appointment_id, crm_user_id, reason_code)
    select i, p_crm_user_id, 'reconcile'
    from unnest(v_ids) as i
    where v_user.direction <> 'to_crm'
    order by i
    on conflict on constraint delivery_pkey do nothing;
    get diagnostics enqueued = row_count;

    update domino_sync.sync_user as s
    set reconcile_started_at = coalesce(s.reconcile_started_at, clock_timestamp()),
        reconcile_after = coalesce(v_ids[cardinality(v_ids)], s.reconcile_after),
        reconcile_pull_from = case when not more then clock_timestamp() end
    where s.crm_user_id = p_crm_user_id;

    if not more then
        update domino_sync.inbound_parked as p
        set ask_again_at = null
        where p.crm_user_id = p_crm_user_id
          and p.ask_again_at is not null;
    end if;
    return next;
end;
$$;
