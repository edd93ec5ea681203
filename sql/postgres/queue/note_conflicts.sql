create or replace function domino_sync_api.note_conflicts(p_runner integer, p_results jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Keeps what is about to lose, before Domino is written.
-- Parameters: p_runner; p_results - array of {appointment_id, crm_user_id, conflicts: the contract's `ConflictWrite`}.
-- Returns: nothing.  Raises CDS01 when a mailbox is not held.  Locks: the sync_user rows.  Writes: conflict.
begin
    perform domino_sync.require_mailbox_leases(
        p_runner, array(select distinct r.crm_user_id from jsonb_to_recordset(p_results) as r (crm_user_id integer)));
    perform domino_sync.keep_conflicts(p_results);
end;
$$;
