create or replace function domino_sync_api.enable_capture()
returns void
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Switches our triggers on again and closes the gap; reconcile of every mailbox finds what changed meanwhile.
-- Raises:     CDS03 a trigger is missing: it has to be made anew by `deploy`; 55P03 the tables are in use, try again.
-- Locks:      the vendor's tables, see switch_triggers.  Writes: capture_gap, sync_user, activity.  Repeating it does nothing more.
declare
    v_missing text := (
        select string_agg(t.trigger_name, ', ' order by t.trigger_name)
        from domino_sync.capture_trigger as t
        where t.state = 'missing'
    );
    v_were_off boolean := exists (select from domino_sync.capture_trigger as t where t.state = 'disabled');
begin
    if v_missing is not null then
        raise exception 'capture cannot be enabled: missing triggers: %', v_missing
            using errcode = 'CDS03', hint = 'Run `crm-domino-sync deploy`, then enable capture again.';
    end if;

    perform domino_sync.switch_triggers(true);

    -- somebody switched them off without us: since when is unknown, which reconcile does not rely on
    if v_were_off and not exists (select from domino_sync.capture_gap as g where g.closed_at is null) then
        insert into domino_sync.capture_gap (opened_by, reason) values ('unknown', 'the triggers were found disabled');
    end if;

    update domino_sync.capture_gap as g
    set closed_at = clock_timestamp(), closed_by = session_user
    where g.closed_at is null;
    if found then
        perform domino_sync.mark_reconcile(null, 'capture was off');
        insert into domino_sync.activity (direction, action, reason_code, detail)
        values ('admin', 'capture_enabled', 'capture_off', format('by %s', session_user));
    end if;
end;
$$;
