create or replace function domino_sync.explain_people(p_appointment jsonb)
returns jsonb
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- Whom the addresses of those who take part belong to today: one CRM user, persons, both, or nobody.
-- Parameters: p_appointment, as read_appointments answers it, or null.
-- Returns:    a JSON list of {email, external, user_name, persons: [{person_id, name}]}, at most 20 persons each; of CRM
--             users only those whose address is a person's as well.
with taking_part as (
    select lower(btrim(p.body ->> 'email')) as email, bool_or(p.external) as external
    from (
        select e.body, true from jsonb_array_elements(p_appointment -> 'externals') as e (body)
        union all
        select u.body, false from jsonb_array_elements(p_appointment -> 'users') as u (body)
    ) as p (body, external)
    where btrim(p.body ->> 'email') <> ''
    group by lower(btrim(p.body ->> 'email'))
),
known as (
    select
        t.email, t.external,
        (
            select u.name
            from domino_sync.user_address as a
            join domino_sync.crm_user as u on u.crm_user_id = a.crm_user_id
            where a.email = t.email
        ) as user_name,
        coalesce((
            select jsonb_agg(jsonb_build_object('person_id', n.person_id, 'name', n.name) order by n.person_id)
            from (
                select
                    a.person_id,
                    nullif(btrim(concat_ws(' ', btrim(p.pers_firstname), btrim(p.pers_lastname))), '') as name
                from (
                    select distinct d.person_id from domino_sync.person_address as d where d.email = t.email
                ) as a
                join public.person as p on p.pers_personid = a.person_id
                order by a.person_id
                limit 20
            ) as n
        ), '[]') as persons
    from taking_part as t
)
select coalesce(jsonb_agg(jsonb_build_object(
    'email', k.email, 'external', k.external, 'user_name', k.user_name, 'persons', k.persons
) order by k.email), '[]')
from known as k
where k.external or jsonb_array_length(k.persons) > 0;
$$;
