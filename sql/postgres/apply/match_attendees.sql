create or replace function domino_sync.match_attendees(p_items jsonb)
returns table (
    item_no integer,
    email text,
    response integer,
    crm_user_id integer,
    person_id integer,
    persons integer
)
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- Finds out who the attendees to add are: a CRM user, else a person, else only an address.
-- Parameters: p_items, a JSON list of InboundItem.
-- Returns:    one row an item and address; persons = how many share it: person_id is then the lowest of them.
with wanted as materialized (
    select distinct on (i.item_no, lower(btrim(a.email)))
        i.item_no, lower(btrim(a.email)) as email, a.response
    from jsonb_to_recordset(p_items) as i (item_no integer, attendees_add jsonb)
    cross join lateral jsonb_to_recordset(i.attendees_add) as a (email text, response integer)
    order by i.item_no, lower(btrim(a.email))
),
matched as materialized (
    select w.item_no, w.email, w.response, u.crm_user_id
    from wanted as w
    left join domino_sync.user_address as u on u.email = w.email
),
person as materialized (
    select p.email, min(p.person_id) as person_id, count(distinct p.person_id)::integer as persons
    from domino_sync.person_address as p
    where p.email in (select m.email from matched as m where m.crm_user_id is null)
    group by p.email
)
select m.item_no, m.email, m.response, m.crm_user_id, p.person_id, coalesce(p.persons, 0)
from matched as m
left join person as p on p.email = m.email and m.crm_user_id is null
order by m.item_no, m.email;
$$;
