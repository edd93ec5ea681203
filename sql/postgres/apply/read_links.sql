create or replace function domino_sync_api.read_links(p_crm_user_id integer, p_keys jsonb)
returns table (link json)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- Reads the links of Domino entries in one mailbox, tombstones included.
-- Parameters: p_crm_user_id, the mailbox; p_keys, a JSON list of {uid, recurrence_id}.
-- Returns:    a link in the shape of ItemLink for each key that has one.
select domino_sync.link_json(l)
from jsonb_to_recordset(p_keys) as k (uid text, recurrence_id text)
join domino_sync.item_link as l
    on l.crm_user_id = p_crm_user_id
    and l.domino_uid = k.uid
    and l.domino_recurrence_id = coalesce(k.recurrence_id, '')
order by l.appointment_id;
$$;
