-- Which CRM user an e-mail address belongs to; several live users with one address count as the lowest id.
create or replace view domino_sync.user_address as
select lower(btrim(u.user_emailaddress)) as email, min(u.user_userid) as crm_user_id
from public.users as u
where u.user_deleted is null
  and btrim(u.user_emailaddress) <> ''
group by lower(btrim(u.user_emailaddress));
