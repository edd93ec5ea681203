create or replace function domino_sync_api.finish_reconcile(p_runner integer, p_crm_user_id integer)
returns table (healed integer, open_differences integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Records that both sides of a mailbox were compared in full, and closes the gaps that every mailbox has got over.
-- Parameters: p_runner, p_crm_user_id.
-- Returns:    healed, differences put right since the reconcile began, as the history tells them; open_differences, what
--             waits for another attempt or for somebody.
-- Raises:     CDS01 when the runner does not hold the mailbox.
-- Locks:      the sync_user row, capture_gap.  Writes: sync_user, capture_gap, activity.
#variable_conflict use_column
declare
    v_started timestamptz;
    v_healed integer;
    v_open integer;
begin
    perform domino_sync.require_mailbox_lease(p_runner, p_crm_user_id);
    select s.reconcile_started_at into v_started
    from domino_sync.sync_user as s where s.crm_user_id = p_crm_user_id;

    select count(*) into v_healed
    from domino_sync.activity as a
    where a.happened_at >= v_started
      and a.crm_user_id = p_crm_user_id
      and a.reason_code = 'reconcile'
      and a.direction <> 'admin';
    select v.open_differences into v_open
    from domino_sync_report.verification as v where v.crm_user_id = p_crm_user_id;

    update domino_sync.sync_user as s
    set verified_at = v_started,
        healed = v_healed,
        -- asked for once more meanwhile: from the beginning
        reconcile_requested_at = case when s.reconcile_requested_at > v_started then s.reconcile_requested_at end,
        reconcile_reason = case when s.reconcile_requested_at > v_started then s.reconcile_reason end,
        reconcile_started_at = null,
        reconcile_after = null,
        reconcile_pull_from = null
    where s.crm_user_id = p_crm_user_id;

    insert into domino_sync.activity (run_id, runner_id, crm_user_id, direction, action, reason_code, detail)
    values (
        (select domino_sync.current_run(p_runner)), p_runner, p_crm_user_id, 'admin', 'verified', 'reconcile',
        format(
            'both sides compared, as of %s: %s differences put right, %s open',
            domino_sync.utc_text(v_started), v_healed, v_open
        )
    );

    update domino_sync.capture_gap as g
    set reconciled_at = now()
    where g.closed_at is not null
      and g.reconciled_at is null
      -- who took part when it was closed has to be compared since; who came later was compared then
      and not exists (
          select from domino_sync.sync_user as s
          where s.enabled
            and (s.verified_at is null or s.verified_at < g.closed_at)
            and (s.enabled_at < g.closed_at or s.first_sync_done_at is null)
      );

    return query select v_healed, v_open;
end;
$$;
