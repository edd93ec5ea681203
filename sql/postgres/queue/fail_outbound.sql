create or replace function domino_sync_api.fail_outbound(p_runner integer, p_failures jsonb)
returns table (waiting integer, parked integer)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Gives deliveries back that could not be made: to wait for another attempt, or parked until an administrator or a new
-- change takes them up.  A delivery that got a newer version meanwhile is due at once: the failure was another state's.
-- Parameters: p_runner; p_failures - array of the contract's `OutboundFailure`.
-- Returns: waiting, parked - counts.  Raises CDS01 when a mailbox is not held.
-- Locks: the sync_user and delivery rows.  Writes: delivery, activity (parked ones).
#variable_conflict use_column
begin
    perform domino_sync.require_mailbox_leases(
        p_runner, array(select distinct (f ->> 'crm_user_id')::integer from jsonb_array_elements(p_failures) as f));

    return query
    with failure as (
        select f.appointment_id, f.crm_user_id, f.version, f.reason_code, f.error, f.retry_after_seconds
        from jsonb_to_recordset(p_failures) as f (
            appointment_id integer, crm_user_id integer, version bigint, reason_code text, error text,
            retry_after_seconds double precision)
    ),
    failed as (
        update domino_sync.delivery as d
        set leased_by = null,
            leased_until = null,
            leased_version = null,
            last_reason_code = f.reason_code,
            last_error = f.error,
            attempts = case when d.version = f.version then d.attempts + 1 else d.attempts end,
            next_attempt_at = case
                when d.version = f.version then now() + make_interval(secs => coalesce(f.retry_after_seconds, 0))
                else d.next_attempt_at
            end,
            parked_at = case when d.version = f.version and f.retry_after_seconds is null then now() end
        from failure as f
        where d.crm_user_id = f.crm_user_id and d.appointment_id = f.appointment_id and d.leased_by = p_runner
        returning d.appointment_id, d.crm_user_id, d.parked_at, f.reason_code, f.error
    ),
    told as (
        insert into domino_sync.activity (
            run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail)
        select
            (select domino_sync.current_run(p_runner)), p_runner, d.crm_user_id, d.appointment_id, l.domino_uid,
            'to_domino', 'parked', d.reason_code, d.error
        from failed as d
        left join domino_sync.item_link as l
            on l.crm_user_id = d.crm_user_id and l.appointment_id = d.appointment_id
        where d.parked_at is not null
    )
    select
        count(*) filter (where d.parked_at is null)::integer,
        count(*) filter (where d.parked_at is not null)::integer
    from failed as d;
end;
$$;
