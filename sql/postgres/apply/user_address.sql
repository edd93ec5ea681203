-- Which CRM user an e-mail address belongs to, and what the CRM calls his address today. Several live users with one
-- address: the enabled one, else one who can log on, else the lowest id. An address with which somebody was enabled stays
-- his although the CRM has changed it since, unless it is another one's by now.
create or replace view domino_sync.user_address as
select
    lower(btrim(u.user_emailaddress)) as email,
    coalesce(
        min(u.user_userid) filter (where s.enabled),
        min(u.user_userid) filter (where not domino_sync.is_set(u.user_disabled)),
        min(u.user_userid)
    ) as crm_user_id,
    lower(btrim(u.user_emailaddress)) as email_today
from public.users as u
left join domino_sync.sync_user as s on s.crm_user_id = u.user_userid
where u.user_deleted is null
  and btrim(u.user_emailaddress) <> ''
group by lower(btrim(u.user_emailaddress))

union all

select f.email, f.crm_user_id, coalesce(c.email, f.email)
from (
    select lower(btrim(s.email)) as email, min(s.crm_user_id) as crm_user_id
    from domino_sync.sync_user as s
    where s.enabled
    group by lower(btrim(s.email))
) as f
left join domino_sync.crm_user as c on c.crm_user_id = f.crm_user_id
where not exists (
    select from public.users as u where u.user_deleted is null and lower(btrim(u.user_emailaddress)) = f.email
);
