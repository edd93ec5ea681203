-- The roles of the product. Applied whenever an object was made anew, in the same transaction.
--
-- Whatever is not listed here is for nobody: a procedure goes to the administrator, and to the runner only by name.
do $$
declare
    v_runner constant text[] := array[
        'register_runner', 'read_settings', 'start_run', 'finish_run', 'fold_changes', 'lease_mailboxes',
        'renew_mailbox', 'release_mailbox', 'report_server', 'lease_outbound', 'read_appointments', 'begin_create',
        'complete_outbound', 'fail_outbound', 'note_conflicts', 'enqueue_delivery', 'list_known', 'read_links', 'apply_inbound',
        'apply_missing', 'park_inbound', 'settle_parked', 'save_links', 'list_unlinked', 'report_first_sync',
        'reconcile_chunk', 'finish_reconcile', 'watch_capture', 'watch_restore', 'hold_deletions',
        -- reading procedures of the administrator
        'capture_state', 'sync_status', 'explain_item', 'find_by_uid', 'list_users', 'task_dates',
        'preview_mailboxes', 'preview_deliveries', 'preview_inbound', 'preview_missing', 'preview_enable', 'preview_window',
        'preview_reasons', 'preview_deletions'];
    v_routine regprocedure;
    v_name text;
begin
    execute 'revoke all on schema domino_sync, domino_sync_api, domino_sync_report from public,
        domino_sync_runner, domino_sync_reader, domino_sync_admin';
    execute 'revoke all on all tables in schema domino_sync, domino_sync_report from public,
        domino_sync_runner, domino_sync_reader, domino_sync_admin';
    execute 'revoke all on all sequences in schema domino_sync from public,
        domino_sync_runner, domino_sync_reader, domino_sync_admin';
    execute 'revoke all on all routines in schema domino_sync, domino_sync_api, domino_sync_report from public,
        domino_sync_runner, domino_sync_reader, domino_sync_admin';

    execute 'grant usage on schema domino_sync_api to domino_sync_runner, domino_sync_admin';
    execute 'grant usage on schema domino_sync_report to domino_sync_reader, domino_sync_admin';
    execute 'grant select on all tables in schema domino_sync_report to domino_sync_reader, domino_sync_admin';

    for v_routine, v_name in
        select p.oid::regprocedure, p.proname
        from pg_catalog.pg_proc as p
        where p.pronamespace = 'domino_sync_api'::regnamespace
    loop
        execute format('grant execute on function %s to domino_sync_admin', v_routine);
        if v_name = any(v_runner) then
            execute format('grant execute on function %s to domino_sync_runner', v_routine);
        end if;
    end loop;
end;
$$;
