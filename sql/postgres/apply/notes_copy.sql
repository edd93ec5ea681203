-- Who has a meeting on his calendar because Domino's own scheduling put it there when he accepted: an entry that we only
-- read. One row an appointment and user.
create or replace view domino_sync.notes_copy as
select m.appointment_id, p.crm_user_id
from domino_sync.item_link as m
join domino_sync.inbound_parked as p
    on p.domino_uid = m.domino_uid
    and p.domino_recurrence_id = m.domino_recurrence_id
    and p.crm_user_id <> m.crm_user_id
where p.reason_code = 'invitee_copy'
  -- what the runner writes there once the copy is gone
  and p.domino_digest is distinct from 'gone';
