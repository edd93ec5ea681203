-- The CRM's users in our vocabulary. `refusal`: why the user cannot take part, or null.
create or replace view domino_sync.crm_user as
select
    u.user_userid as crm_user_id,
    nullif(btrim(u.user_logon), '') as logon,
    nullif(lower(btrim(u.user_emailaddress)), '') as email,
    coalesce(
        nullif(btrim(concat_ws(' ', nullif(btrim(u.user_firstname), ''), nullif(btrim(u.user_lastname), ''))), ''),
        nullif(btrim(u.user_logon), ''),
        'user ' || u.user_userid
    ) as name,
    domino_sync.is_set(u.user_resource) as resource,
    case
        when u.user_deleted is not null then 'deleted in the CRM'
        when domino_sync.is_set(u.user_disabled) then 'disabled in the CRM'
        when domino_sync.is_set(u.user_resource) then 'a resource, not a person'
        when domino_sync.is_set(u.user_istemplate) then 'a template, not a person'
        when coalesce(btrim(u.user_emailaddress), '') not like '%_@_%' then 'no e-mail address in the CRM'
    end as refusal
from public.users as u;
