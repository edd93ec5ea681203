-- The CRM users of each Communication row, one row a user, the organiser included when he has a link.
--
-- A user has several links when several persons are regarding: his oldest live link speaks for him. Plain joins only
-- (no DISTINCT, no GROUP BY), so that a restriction on appointment_id reaches the vendor's indexes.
create or replace view domino_sync.appointment_participant as
select
    l.cmli_comm_communicationid as appointment_id,
    l.cmli_comm_userid as crm_user_id,
    l.cmli_status as response,
    l.cmli_comm_notifytime as notify_at
from public.comm_link as l
join public.users as u on u.user_userid = l.cmli_comm_userid
where l.cmli_deleted is null
  and not exists (
      select
      from public.comm_link as older
      where older.cmli_comm_communicationid = l.cmli_comm_communicationid
        and older.cmli_comm_userid = l.cmli_comm_userid
        and older.cmli_deleted is null
        and older.cmli_commlinkid < l.cmli_commlinkid
  );
