create or replace function domino_sync.supposed_holder(p_crm_user_id integer, p_direction text, p_ids integer[])
returns table (appointment_id integer, role text)
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- Which of these appointments a user would hold, were he enabled with this direction: `appointment_holder` and
-- `held_appointments`, which ask whether he is.  Changes with them.
-- Parameters: p_crm_user_id; p_direction: both, to_domino, to_crm; p_ids, appointments.
-- Returns:    a row an appointment that he would hold.  Locks: nothing.  Writes: nothing.
select o.appointment_id, case when o.crm_user_id = p_crm_user_id then 'organiser' else 'copy' end
from domino_sync.appointment_organiser as o
where o.appointment_id = any(p_ids)
  and o.eligible
  and (
      p_direction = 'to_crm'
      or (o.crm_user_id = p_crm_user_id) is true
      or (
          (o.crm_user_id in (select s.crm_user_id from domino_sync.sending_user as s)) is not true
          and exists (
              select from domino_sync.appointment_participant as p
              where p.appointment_id = o.appointment_id
                and p.crm_user_id = p_crm_user_id
                and p.response is distinct from 4
          )
          and not exists (
              select from domino_sync.item_link as m
              where m.appointment_id = o.appointment_id
                and (m.role = 'copy' or m.domino_uid not like 'CRM-%')
                and m.kind = 'meeting'
                and m.state = 'linked'
                and m.crm_user_id <> p_crm_user_id
          )
          and not exists (
              select from domino_sync.notes_copy as a
              where a.appointment_id = o.appointment_id
                and a.crm_user_id = p_crm_user_id
          )
      )
  )
$$;
