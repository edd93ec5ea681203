-- Which CRM user an e-mail address belongs to. Several live users with one address: the enabled one, else one who can
-- log on, else the lowest id.
create or replace view domino_sync.user_address as
select
    lower(btrim(u.user_emailaddress)) as email,
    coalesce(
        min(u.user_userid) filter (where s.enabled),
        min(u.user_userid) filter (where not domino_sync.is_set(u.user_disabled)),
        min(u.user_userid)
    ) as crm_user_id
from public.users as u
left join domino_sync.sync_user as s on s.crm_user_id = u.user_userid
where u.user_deleted is null
  and btrim(u.user_emailaddress) <> ''
group by lower(btrim(u.user_emailaddress));
