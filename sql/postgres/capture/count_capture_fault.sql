create or replace function domino_sync.count_capture_fault(p_table text, p_sqlstate text, p_message text)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
-- Counts a fault of a capture trigger and tells the server log, not the client.
-- A sequence, because it keeps the count although the save may still be rolled back.
-- Parameters: p_table - the vendor table; p_sqlstate, p_message - the fault.  Returns: nothing; never raises.
-- Locks: none.  Writes: capture_fault_seq.
begin
    raise log 'crm-domino-sync: a change of % was not captured: % (%)', p_table, p_message, p_sqlstate;
    perform nextval('domino_sync.capture_fault_seq');
exception when others then
    raise log 'crm-domino-sync: the fault could not be counted: % (%)', sqlerrm, sqlstate;
end;
$$;
