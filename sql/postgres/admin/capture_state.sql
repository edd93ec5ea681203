create or replace function domino_sync_api.capture_state()
returns table (state jsonb)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- Whether changes in the CRM are seen: CaptureState of src/crm/contract.ts.
select jsonb_build_object(
    'triggers', (
        select jsonb_agg(jsonb_build_object(
            'table_name', t.table_name, 'trigger_name', t.trigger_name, 'state', t.state
        ) order by t.table_name desc, t.trigger_name)
        from domino_sync.capture_trigger as t
    ),
    -- a sequence that was never used says last_value 1 as well
    'faults', (select case when q.is_called then q.last_value else 0 end from domino_sync.capture_fault_seq as q),
    'open_gap', (
        select jsonb_build_object(
            'opened_at', domino_sync.utc_text(g.opened_at), 'opened_by', g.opened_by, 'reason', g.reason
        )
        from domino_sync.capture_gap as g
        where g.closed_at is null
        order by g.gap_id
        limit 1
    ),
    'unreconciled_gaps', (select count(*) from domino_sync.capture_gap as g where g.reconciled_at is null),
    'log_rows', (select count(*) from domino_sync.change_log as c)
);
$$;
