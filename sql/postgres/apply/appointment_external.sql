-- The external attendees of each Communication row: live links without a CRM user, with an address or a person.
create or replace view domino_sync.appointment_external as
select
    l.cmli_comm_communicationid as appointment_id,
    l.cmli_commlinkid as link_id,
    coalesce(
        nullif(lower(btrim(l.cmli_recipient)), ''),
        (
            select a.email
            from domino_sync.person_address as a
            where a.person_id = l.cmli_externalpersonid
            order by a.email_id
            limit 1
        )
    ) as email,
    nullif(btrim(concat_ws(' ', nullif(btrim(p.pers_firstname), ''), nullif(btrim(p.pers_lastname), ''))), '') as name,
    l.cmli_status as response,
    l.cmli_externalpersonid as person_id
from public.comm_link as l
left join public.person as p on p.pers_personid = l.cmli_externalpersonid
where l.cmli_deleted is null
  and l.cmli_comm_userid is null
  and domino_sync.is_set(l.cmli_isexternalattendee)
  and (btrim(l.cmli_recipient) <> '' or l.cmli_externalpersonid is not null);
