create or replace function domino_sync.match_links(p_people jsonb)
returns jsonb
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- Finds the link each person has on an appointment already: the oldest live one, else the one deleted last.
-- Parameters: p_people, as for write_people.  Returns: the same list, each with link_id, null when there is none.
select coalesce(jsonb_agg(
    p.body || jsonb_build_object('link_id', coalesce(own.link_id, external.link_id)) order by p.nth
), '[]')
from jsonb_array_elements(p_people) with ordinality as p (body, nth)
left join lateral (
    select l.cmli_commlinkid as link_id
    from public.comm_link as l
    where l.cmli_comm_communicationid = (p.body ->> 'appointment_id')::integer
      and l.cmli_comm_userid = (p.body ->> 'crm_user_id')::integer
    order by
        l.cmli_deleted is not null,
        case when l.cmli_deleted is null then l.cmli_commlinkid else -l.cmli_commlinkid end
    limit 1
) as own on true
left join lateral (
    select l.cmli_commlinkid as link_id
    from public.comm_link as l
    where p.body ->> 'crm_user_id' is null
      and l.cmli_comm_communicationid = (p.body ->> 'appointment_id')::integer
      and l.cmli_comm_userid is null
      and domino_sync.is_set(l.cmli_isexternalattendee)
      and (
          lower(btrim(l.cmli_recipient)) = p.body ->> 'email'
          or (
              coalesce(btrim(l.cmli_recipient), '') = ''
              and l.cmli_externalpersonid in (
                  select a.person_id from domino_sync.person_address as a where a.email = p.body ->> 'email'
              )
          )
      )
    order by
        l.cmli_deleted is not null,
        case when l.cmli_deleted is null then l.cmli_commlinkid else -l.cmli_commlinkid end
    limit 1
) as external on true;
$$;
