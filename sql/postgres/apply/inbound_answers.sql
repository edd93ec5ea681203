create or replace function domino_sync.inbound_answers(p_crm_user_id integer, p_items jsonb)
returns table (
    domino_uid text,
    domino_recurrence_id text,
    response integer,
    before_response integer,
    appointment_id integer
)
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- What the owner of a mailbox has answered, as his copies of other people's meetings show it.
-- Parameters: p_crm_user_id, the mailbox; p_items, a JSON list of ParkedItem.
-- Returns:    a row an item with a `response`: before_response, what the copy showed when it was last looked at, null when it
--             never was; appointment_id, the live appointment that the meeting is a pair of in another mailbox, the
--             organiser's first; null when there is none.
select
    i.domino_uid, i.domino_recurrence_id, i.response, (p.payload ->> 'response')::integer, pair.appointment_id
from (
    select distinct on (i.domino_uid, coalesce(i.domino_recurrence_id, ''))
        i.domino_uid, coalesce(i.domino_recurrence_id, '') as domino_recurrence_id, i.response
    from jsonb_to_recordset(p_items) as i (domino_uid text, domino_recurrence_id text, response integer)
    where i.response is not null
    order by i.domino_uid, coalesce(i.domino_recurrence_id, '')
) as i
left join domino_sync.inbound_parked as p
    on p.crm_user_id = p_crm_user_id
    and p.domino_uid = i.domino_uid
    and p.domino_recurrence_id = i.domino_recurrence_id
    and p.reason_code = 'invitee_copy'
left join lateral (
    select l.appointment_id
    from domino_sync.item_link as l
    join public.communication as c on c.comm_communicationid = l.appointment_id
    where l.domino_uid = i.domino_uid
      and l.domino_recurrence_id = i.domino_recurrence_id
      and l.crm_user_id <> p_crm_user_id
      and l.state = 'linked'
      and c.comm_deleted is null
    order by l.role desc, l.appointment_id
    limit 1
) as pair on true;
$$;
