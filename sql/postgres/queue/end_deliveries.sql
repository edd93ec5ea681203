create or replace function domino_sync.end_deliveries(p_runner integer, p_results jsonb)
returns table (completed integer, requeued integer)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
-- Removes the deliveries that are still at the version they were leased at, and frees the others.
-- Parameters: p_runner; p_results - array with appointment_id, crm_user_id, version.
-- Returns: counts.  Locks: the delivery rows, in key order.  Writes: delivery.
#variable_conflict use_column
declare
    v_done tid[];
    v_newer tid[];
begin
    select array_agg(h.ctid) filter (where h.still), array_agg(h.ctid) filter (where not h.still)
    into v_done, v_newer
    from (
        select d.ctid, d.version = r.version and d.leased_version = r.version as still
        from (
            -- in the order a fold takes them, so that neither waits for the other
            select p.appointment_id, p.crm_user_id, p.version
            from jsonb_to_recordset(p_results) as p (appointment_id integer, crm_user_id integer, version bigint)
            order by p.crm_user_id, p.appointment_id
        ) as r
        cross join lateral (
            select k.ctid, k.version, k.leased_version, k.crm_user_id, k.appointment_id
            from domino_sync.delivery as k
            where k.crm_user_id = r.crm_user_id and k.appointment_id = r.appointment_id and k.leased_by = p_runner
            for update
        ) as d
    ) as h;

    delete from domino_sync.delivery as d where d.ctid = any(v_done);
    get diagnostics completed = row_count;

    update domino_sync.delivery as d
    set leased_by = null, leased_until = null, leased_version = null
    where d.ctid = any(v_newer);
    get diagnostics requeued = row_count;
    return next;
end;
$$;
