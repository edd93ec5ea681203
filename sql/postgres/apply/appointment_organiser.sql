-- The organiser of each Communication row, dead ones included: a CRM user, or an address outside the CRM; both null when
-- nobody can be found. `eligible`: a live appointment that may leave the CRM.
--
-- A Task belongs to the user of its link and to nobody else: who assigned it is not meant. One with several users, or
-- with none, is not eligible, nor one whose action is not among those of setting task_actions.
--
-- A restriction on appointment_id must reach the vendor's index from any query. So there are few relations (from eight
-- on, PostgreSQL no longer reorders joins), and only what is needed seldom is looked up row by row, in the LATERAL: the
-- two look-ups by Comm_Organizer are joins that a fold of thousands makes as one hash each.
create or replace view domino_sync.appointment_organiser as
select
    c.comm_communicationid as appointment_id,
    case
        when c.comm_type is distinct from 'Task' and c.comm_organizer like '%@%' then a.crm_user_id
        else coalesce(n.user_userid, f.user_userid)
    end as crm_user_id,
    case
        when c.comm_type is distinct from 'Task' and c.comm_organizer like '%@%'
            then coalesce(a.email_today, lower(btrim(c.comm_organizer)))
        when n.user_userid is not null then lower(btrim(n.user_emailaddress))
        else f.email
    end as email,
    (
        c.comm_deleted is null
        and (
            c.comm_type = 'Appointment'
            or (
                c.comm_type = 'Task'
                and (select t.taken from domino_sync.task_setting as t)
                and strpos(
                    (select t.actions from domino_sync.task_setting as t), ',' || lower(btrim(c.comm_action)) || ','
                ) > 0
                and (
                    select count(distinct k.cmli_comm_userid)
                    from public.comm_link as k
                    join public.users as w on w.user_userid = k.cmli_comm_userid
                    where k.cmli_comm_communicationid = c.comm_communicationid
                      and k.cmli_deleted is null
                ) = 1
            )
        )
        and coalesce(btrim(c.comm_crmonly), '') <> 'Y'
    ) as eligible
from public.communication as c
-- Comm_Organizer is an address: of a CRM user, or of somebody outside
left join domino_sync.user_address as a on a.email = lower(btrim(c.comm_organizer))
-- Comm_Organizer is a user id as text
left join public.users as n
    on n.user_userid = case
        when c.comm_type is distinct from 'Task' and btrim(c.comm_organizer) ~ '^[0-9]{1,9}$'
            then btrim(c.comm_organizer)::integer
    end
-- neither: the user whose link says so, else the creator if he takes part, else the lowest user id
left join lateral (
    select u.user_userid, lower(btrim(u.user_emailaddress)) as email
    from public.comm_link as l
    join public.users as u on u.user_userid = l.cmli_comm_userid
    where l.cmli_comm_communicationid = c.comm_communicationid
      and l.cmli_deleted is null
      and (c.comm_type = 'Task' or coalesce(c.comm_organizer, '') not like '%@%')
      and n.user_userid is null
    order by (l.cmli_status = 6) is not true, (u.user_userid = c.comm_createdby) is not true, u.user_userid
    limit 1
) as f on true;
