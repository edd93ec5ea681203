-- The organiser of each Communication row, dead ones included: a CRM user, or an address outside the CRM; both null when
-- nobody can be found. `eligible`: a live appointment that may leave the CRM.
--
-- A restriction on appointment_id must reach the vendor's index from any query. So there are few relations (from eight
-- on, PostgreSQL no longer reorders joins), and what is looked up row by row stays in a LATERAL that cannot be flattened.
-- The branches exclude each other. OFFSET 0 keeps the id an expression made once an appointment: in a condition on users
-- it would be made once for each of them, where that table is small enough to be scanned.
create or replace view domino_sync.appointment_organiser as
select
    c.comm_communicationid as appointment_id,
    o.crm_user_id,
    o.email,
    (
        c.comm_deleted is null
        and c.comm_type = 'Appointment'
        and coalesce(btrim(c.comm_crmonly), '') <> 'Y'
    ) as eligible
from public.communication as c
left join domino_sync.user_address as a on a.email = lower(btrim(c.comm_organizer))
left join lateral (
    -- Comm_Organizer is an address: of a CRM user, or of somebody outside
    select a.crm_user_id, lower(btrim(c.comm_organizer)) as email
    where c.comm_organizer like '%@%'

    union all

    -- Comm_Organizer is a user id as text
    select u.user_userid, lower(btrim(u.user_emailaddress))
    from (
        select case when btrim(c.comm_organizer) ~ '^[0-9]{1,9}$' then btrim(c.comm_organizer)::integer end as user_id
        offset 0
    ) as n
    join public.users as u on u.user_userid = n.user_id

    union all

    -- neither: the user whose link says so, else the creator if he takes part, else the lowest user id
    (
        select u.user_userid, lower(btrim(u.user_emailaddress))
        from public.comm_link as l
        join public.users as u on u.user_userid = l.cmli_comm_userid
        where l.cmli_comm_communicationid = c.comm_communicationid
          and l.cmli_deleted is null
          and coalesce(c.comm_organizer, '') not like '%@%'
          and not exists (
              select
              from (
                  select
                      case when btrim(c.comm_organizer) ~ '^[0-9]{1,9}$' then btrim(c.comm_organizer)::integer end as user_id
                  offset 0
              ) as n
              join public.users as named on named.user_userid = n.user_id
          )
        order by (l.cmli_status = 6) is not true, (u.user_userid = c.comm_createdby) is not true, u.user_userid
        limit 1
    )
) as o on true;
