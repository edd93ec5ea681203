create or replace function domino_sync.people_of(p_crm_user_id integer, p_work jsonb, p_matches jsonb)
returns jsonb
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- Who is to be on the appointments: the attendees to add, and on a new one its owner and its organiser.
-- Parameters: p_crm_user_id, owner of the mailbox; p_work, decided items; p_matches, rows of match_attendees.
-- Returns:    the list write_people takes, each person once an appointment; the organiser of an appointment has response 6.
with item as materialized (
    select w.*
    from jsonb_to_recordset(p_work) as w (
        item_no integer, outcome text, appointment_id integer, organiser_id integer, fields jsonb
    )
    where w.outcome in ('created', 'updated')
),
person as (
    select
        i.appointment_id, i.organiser_id as crm_user_id, null as email, null::integer as person_id,
        -- the user of a Task's link is its owner, and no organiser of anything
        case when i.fields ->> 'type' is null then 6 else 0 end as response,
        1 as rank
    from item as i
    where i.outcome = 'created' and i.organiser_id is not null

    union all

    select i.appointment_id, m.crm_user_id, m.email, m.person_id, m.response, 2
    from item as i
    join jsonb_to_recordset(p_matches) as m (
        item_no integer, email text, response integer, crm_user_id integer, person_id integer
    ) on m.item_no = i.item_no

    union all

    select i.appointment_id, p_crm_user_id, null, null, 0, 3
    from item as i
    where i.outcome = 'created'
),
chosen as (
    select distinct on (p.appointment_id, p.crm_user_id, case when p.crm_user_id is null then p.email end) p.*
    from person as p
    order by p.appointment_id, p.crm_user_id, case when p.crm_user_id is null then p.email end, p.rank
)
select coalesce(jsonb_agg(
    jsonb_build_object(
        'appointment_id', c.appointment_id,
        'crm_user_id', c.crm_user_id,
        'email', c.email,
        'person_id', c.person_id,
        'response', c.response,
        'notify_at', case when c.crm_user_id = p_crm_user_id then i.fields ->> 'notify_at' end
    )
    order by c.appointment_id, c.rank, c.crm_user_id, c.email
), '[]')
from chosen as c
join item as i on i.appointment_id = c.appointment_id;
$$;
