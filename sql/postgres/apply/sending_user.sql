-- The users whose CRM appointments go to Domino.
create or replace view domino_sync.sending_user as
select s.crm_user_id
from domino_sync.sync_user as s
where s.enabled
  and s.direction <> 'to_crm';
