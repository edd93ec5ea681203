-- Whose mail file should hold an entry for each live appointment: the organiser's, and only if he is not enabled a
-- plain copy in that of every enabled participant who has not declined. One row an appointment and user.
--
-- IS TRUE keeps `in (…)` a hash made once a query: joined, sync_user would be scanned once an appointment.
create or replace view domino_sync.appointment_holder as
select
    o.appointment_id,
    h.crm_user_id,
    h.role
from domino_sync.appointment_organiser as o
cross join lateral (
    select o.crm_user_id, 'organiser' as role
    where (o.crm_user_id in (select s.crm_user_id from domino_sync.sending_user as s)) is true

    union all

    -- as in appointment_participant, where a user's oldest live link speaks for him
    select p.crm_user_id, 'copy'
    from (
        select distinct on (l.cmli_comm_userid) l.cmli_comm_userid as crm_user_id, l.cmli_status as response
        from public.comm_link as l
        where l.cmli_comm_communicationid = o.appointment_id
          and l.cmli_deleted is null
          and (o.crm_user_id in (select s.crm_user_id from domino_sync.sending_user as s)) is not true
          and (l.cmli_comm_userid in (select s.crm_user_id from domino_sync.sending_user as s)) is true
          -- a meeting made in Notes: those invited have it from Domino's own scheduling. Uids of ours begin with CRM-.
          and not exists (
              select from domino_sync.item_link as m
              where m.appointment_id = o.appointment_id
                and (m.role = 'copy' or m.domino_uid not like 'CRM-%')
                and m.kind = 'meeting'
                and m.state = 'linked'
                and m.crm_user_id <> l.cmli_comm_userid
          )
          -- nor a second one beside the copy that he got when he accepted, whatever became of the meeting since
          and not exists (
              select from domino_sync.notes_copy as a
              where a.appointment_id = o.appointment_id
                and a.crm_user_id = l.cmli_comm_userid
          )
        order by l.cmli_comm_userid, l.cmli_commlinkid
    ) as p
    where p.response is distinct from 4
) as h
where o.eligible;
