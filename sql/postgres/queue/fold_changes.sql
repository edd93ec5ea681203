create or replace function domino_sync_api.fold_changes(p_limit integer)
returns table (changes integer, deliveries integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
-- one change and ten thousand need different plans, and a plan made for the one is quadratic for the other
set plan_cache_mode = force_custom_plan
as $$
-- Turns captured changes into deliveries, one a pair of appointment and mailbox, and deletes them from the log.
-- The log is a queue: rows that commit later are simply met later, so no order of commits can lose one.
-- A mailbox's own write (origin domino:<crm_user_id>) makes no delivery for that mailbox; any other write does.
-- Parameters: p_limit - log rows at most.
-- Returns: changes - log rows taken; deliveries - pairs put in the queue or renewed there.
-- Locks: the log rows (those of others are skipped), the delivery rows in key order.  Writes: change_log, delivery.
declare
    v_batch record;
begin
    select * into v_batch from domino_sync.take_changes(p_limit);
    changes := v_batch.changes;

    deliveries := 0;
    -- most folds find an empty log, and planning what follows takes longer than all the rest
    if changes > 0 then
        insert into domino_sync.delivery as d (appointment_id, crm_user_id, reason_code)
        select n.appointment_id, n.crm_user_id, n.reason_code
        from (
            select c.appointment_id, c.reason_code, c.first_origin, c.last_origin, h.crm_user_id
            from unnest(v_batch.appointment_ids, v_batch.reason_codes, v_batch.first_origins, v_batch.last_origins)
                as c (appointment_id, reason_code, first_origin, last_origin)
            join (
                select h.appointment_id, h.crm_user_id
                from domino_sync.appointment_holder as h
                where h.appointment_id = any(v_batch.appointment_ids)
                union
                select l.appointment_id, l.crm_user_id
                from domino_sync.item_link as l
                join domino_sync.sync_user as u on u.crm_user_id = l.crm_user_id
                where l.appointment_id = any(v_batch.appointment_ids)
                  -- a tombstone is looked at again only when the change concerns its user in person
                  and (l.state in ('creating', 'linked') or (u.enabled and l.crm_user_id = any(v_batch.named_users)))
            ) as h on h.appointment_id = c.appointment_id
        ) as n
        -- of two different origins at least one is not the mailbox's own, whichever mailbox it is
        where n.first_origin <> n.last_origin or n.first_origin <> 'domino:' || n.crm_user_id
        order by n.crm_user_id, n.appointment_id
        on conflict on constraint delivery_pkey do update set
            -- a runner that has it in hand keeps its lease; completing the older version leaves the row pending
            version = excluded.version, reason_code = excluded.reason_code, attempts = 0,
            next_attempt_at = excluded.next_attempt_at, parked_at = null, last_reason_code = null, last_error = null;
        get diagnostics deliveries = row_count;
    end if;

    perform domino_sync.trim_delivery();
    perform domino_sync.trim_change_log();
    return next;
end;
$$;
