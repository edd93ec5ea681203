-- The enabled mailboxes that need a first comparison before anything is created for them: never compared (or enabled once
-- more since), in a database that was restored or promoted since, or with fewer links than a runner has left there.
create or replace view domino_sync.first_sync_due as
select
    s.crm_user_id,
    case
        when s.first_sync_done_at is null then 'never compared'
        when s.known_links > link.links then 'links are missing'
        else 'another database'
    end as cause
from domino_sync.sync_user as s
cross join lateral (
    select count(*) as links from domino_sync.item_link as l where l.crm_user_id = s.crm_user_id
) as link
where s.enabled
  and (
      s.first_sync_done_at is null
      or s.known_links > link.links
      or s.database_identity is distinct from domino_sync.database_identity()
  );
