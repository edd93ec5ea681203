create or replace function domino_sync_api.preview_deletions(
    p_crm_user_id integer, p_direction text, p_ids jsonb, p_reason text)
returns table (held integer, counted integer, earlier integer, linked integer)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- What `hold_deletions` would answer, were these appointments what is due to be deleted.
-- Parameters: p_crm_user_id, the mailbox; p_direction: to_domino, to_crm; p_ids, array of appointment ids; p_reason, as there.
-- Returns:    as weigh_deletions.  Locks: nothing.  Writes: nothing.
select w.held, w.counted, w.earlier, w.linked
from domino_sync.weigh_deletions(p_crm_user_id, p_direction, p_ids, p_reason) as w
$$;
