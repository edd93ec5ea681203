create or replace function domino_sync_api.watch_capture()
returns table (outcome text, detail text)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Looks whether our triggers are there and on. If not, and nobody said so, a gap is opened: changes go unseen from now on.
-- When they are back the gap is closed and every mailbox is compared. Cheap: a look at the catalogue.
-- Returns:    outcome: on; off, as it was known; opened, found off just now; closed, found on again; detail, the triggers.
-- Locks:      capture_gap, only when something has changed.  Writes: capture_gap, sync_user, activity.
declare
    v_off text := (
        select string_agg(format('%s %s', t.trigger_name, t.state), ', ' order by t.trigger_name)
        from domino_sync.capture_trigger as t
        where t.state <> 'enabled'
    );
    v_open boolean := exists (select from domino_sync.capture_gap as g where g.closed_at is null);
begin
    detail := v_off;
    if v_open = (v_off is not null) then
        outcome := case when v_open then 'off' else 'on' end;
        return next;
        return;
    end if;

    -- another runner may have seen it as well, or an administrator be about it
    lock table domino_sync.capture_gap in share row exclusive mode;
    v_open := exists (select from domino_sync.capture_gap as g where g.closed_at is null);
    if v_open = (v_off is not null) then
        outcome := case when v_open then 'off' else 'on' end;
    elsif v_off is not null then
        outcome := 'opened';
        insert into domino_sync.capture_gap (opened_by, reason) values ('a runner', 'found off: ' || v_off);
        insert into domino_sync.activity (direction, action, reason_code, detail)
        values ('admin', 'capture_lost', 'capture_off', 'found off: ' || v_off);
    else
        outcome := 'closed';
        update domino_sync.capture_gap as g
        set closed_at = clock_timestamp(), closed_by = 'a runner'
        where g.closed_at is null;
        perform domino_sync.mark_reconcile(null, 'capture was off');
        insert into domino_sync.activity (direction, action, reason_code, detail)
        values ('admin', 'capture_enabled', 'capture_off', 'found on again; every mailbox is compared');
    end if;
    return next;
end;
$$;
