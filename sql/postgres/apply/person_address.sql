-- The live e-mail addresses of live persons. The number of entity Person is the installation's own.
create or replace view domino_sync.person_address as
select
    p.pers_personid as person_id,
    lower(btrim(e.emai_emailaddress)) as email,
    e.emai_emailid as email_id
from public.emaillink as l
join public.email as e on e.emai_emailid = l.elink_emailid
join public.person as p on p.pers_personid = l.elink_recordid
where l.elink_entityid in (
          select t.bord_tableid from public.custom_tables as t where lower(t.bord_name) = 'person' and t.bord_deleted is null
      )
  and l.elink_deleted is null
  and e.emai_deleted is null
  and p.pers_deleted is null
  and btrim(e.emai_emailaddress) <> '';
