create or replace function domino_sync_api.disable_capture(p_reason text)
returns void
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Switches our triggers off, as before an upgrade of the CRM, and notes since when changes may go unseen.
-- Parameters: p_reason, for the record.
-- Raises:     CDS03 without a reason; 55P03 the tables are in use, try again.
-- Locks:      the vendor's tables, see switch_triggers.  Writes: capture_gap, activity.  Repeating it does nothing more.
begin
    if coalesce(btrim(p_reason), '') = '' then
        raise exception 'say why capture is switched off' using errcode = 'CDS03';
    end if;

    perform domino_sync.switch_triggers(false);

    if not exists (select from domino_sync.capture_gap as g where g.closed_at is null) then
        insert into domino_sync.capture_gap (opened_by, reason) values (session_user, btrim(p_reason));
        insert into domino_sync.activity (direction, action, reason_code, detail)
        values ('admin', 'capture_disabled', 'capture_off', format('%s, by %s', btrim(p_reason), session_user));
    end if;
end;
$$;
