create or replace function domino_sync_api.preview_missing(p_crm_user_id integer, p_items jsonb)
returns table (appointment_id integer, outcome text)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- What `apply_missing` would answer as the CRM stands now, by the same decision.
-- Parameters: p_crm_user_id, the mailbox; p_items, a JSON list of MissingItem.
-- Returns:    as apply_missing.  Raises: CDS03 refused input.
-- Locks:      nothing.  Writes: nothing.
select w.appointment_id, w.outcome
from jsonb_to_recordset(domino_sync.decide_missing(p_crm_user_id, p_items)) as w (appointment_id integer, outcome text)
order by w.appointment_id
$$;
