create or replace function domino_sync_api.find_by_uid(p_uid text)
returns table (appointment_id integer, crm_user_id integer)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- Which appointments a Domino uid belongs to, and in whose mail file: linked, unlinked, or (without appointment) parked;
-- of an entry that is neither any more, what the history says.
-- Parameters: p_uid, the iCalendar UID of an entry, the UNID of a To Do, or the UNID of any linked entry.
select l.appointment_id, l.crm_user_id
from domino_sync.item_link as l
where l.domino_uid = p_uid
   or l.domino_unid = p_uid
union
select l.appointment_id, p.crm_user_id
from domino_sync.inbound_parked as p
left join domino_sync.item_link as l
    on l.crm_user_id = p.crm_user_id
    and l.domino_uid = p.domino_uid
    and l.domino_recurrence_id = p.domino_recurrence_id
where p.domino_uid = p_uid
union
select a.appointment_id, a.crm_user_id
from domino_sync.activity as a
where a.domino_uid = p_uid
order by 1, 2;
$$;
