create or replace function domino_sync_api.complete_outbound(p_runner integer, p_results jsonb)
returns table (completed integer, requeued integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Ends deliveries with what was done.  A delivery that got a newer version meanwhile stays in the queue.
-- The effects are recorded either way: they have happened in Domino.
-- Parameters: p_runner; p_results - array of the contract's `OutboundResult`.
-- Returns: completed - deliveries ended; requeued - deliveries that are due again.
-- Raises CDS01 when a mailbox is not held, CDS03 when an entry belongs to another appointment.
-- Locks: the sync_user, delivery and item_link rows, in key order.
-- Writes: delivery, item_link, conflict, activity.
begin
    perform domino_sync.require_mailbox_leases(
        p_runner, array(select distinct r.crm_user_id from jsonb_to_recordset(p_results) as r (crm_user_id integer)));

    select e.completed, e.requeued into completed, requeued
    from domino_sync.end_deliveries(p_runner, p_results) as e;

    -- a path, because jsonb_agg over the same links takes three times as long
    perform domino_sync.store_links(jsonb_path_query_array(p_results, '$[*].link ? (@.type() == "object")'));

    perform domino_sync.keep_conflicts(p_results);

    insert into domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail, changes,
        changed_by, changed_at)
    select
        (select domino_sync.current_run(p_runner)), p_runner, r.crm_user_id, r.appointment_id, r.link ->> 'domino_uid',
        'to_domino', r.action, r.reason_code, r.detail, nullif(nullif(r.changes, 'null'), '[]'),
        (select u.name from domino_sync.crm_user as u where u.crm_user_id = r.changed_by_user), r.changed_at
    from jsonb_to_recordset(p_results) as r (
        appointment_id integer, crm_user_id integer, action text, reason_code text, detail text, link jsonb,
        changes jsonb, changed_by_user integer, changed_at timestamptz)
    where r.action <> 'unchanged';

    return next;
end;
$$;
