create or replace function domino_sync.former_users(p_crm_user_id integer, p_mail_file text, p_email text)
returns table (crm_user_id integer, name text)
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- Who a user was in the CRM before: rows of Users that are deleted, disabled or gone there and switched off here, which had
-- the same address and the same mail file. Somebody else who had the mail file before is not meant.
-- Parameters: p_crm_user_id, who he is now; p_mail_file; p_email, his address.  Returns: a row a former user.
select f.crm_user_id, coalesce(u.name, 'user ' || f.crm_user_id)
from domino_sync.sync_user as f
left join domino_sync.crm_user as u on u.crm_user_id = f.crm_user_id
where f.crm_user_id <> p_crm_user_id
  and not f.enabled
  and lower(f.mail_file) = lower(p_mail_file)
  and lower(btrim(p_email)) in (lower(btrim(f.email)), u.email)
  and (u.crm_user_id is null or u.refusal in ('deleted in the CRM', 'disabled in the CRM'))
order by f.crm_user_id
$$;
