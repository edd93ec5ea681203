create or replace function domino_sync.take_over(p_from integer, p_to integer)
returns integer
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Gives a user who was made anew in the CRM what he had under his former number: the links of his mailbox, and the
-- appointments that are in his window or linked, as organiser and as participant. What is past and not linked stays as it is.
-- Parameters: p_from, a row of former_users; p_to, who has a row of sync_user already.
-- Returns:    appointments whose rows were changed.
-- Raises:     CDS03 while setting crm_time_zone is unknown, or a runner still works on the mailbox.
-- Locks:      sync_user, communication in the order of ids, comm_link, item_link.  Writes: also conflict, inbound_parked, sync_user,
--             activity. Changes are captured with origin `domino:<user>`.
-- Comm_UpdatedDate stays: it says when the CRM's users last changed the appointment, which the policy `newest` compares.
declare
    v_now timestamp := domino_sync.crm_now();
    v_tasks boolean := (select t.taken from domino_sync.task_setting as t);
    v_from timestamp;
    v_ids integer[];
    v_own integer[];
begin
    perform from domino_sync.sync_user as s where s.crm_user_id = p_from for update;
    if exists (
        select from domino_sync.sync_user as s
        join domino_sync.live_runner as r on r.runner_id = s.leased_by
        where s.crm_user_id = p_from and s.leased_until > now()
    ) then
        raise exception 'a runner still works on what user % has: try again in a moment', p_from using errcode = 'CDS03';
    end if;

    perform set_config('domino_sync.origin', 'domino:' || p_to, true);
    select s.window_start at time zone z.value - interval '1 day' into v_from
    from domino_sync.sync_user as s
    cross join domino_sync.setting as z
    where s.crm_user_id = p_to and z.name = 'crm_time_zone';

    v_ids := array(
        select c.comm_communicationid
        from public.communication as c
        where (c.comm_type = 'Appointment' or (c.comm_type = 'Task' and v_tasks))
          and c.comm_deleted is null
          and (
              btrim(c.comm_organizer) = p_from::text
              or exists (
                  select from public.comm_link as l
                  where l.cmli_comm_communicationid = c.comm_communicationid
                    and l.cmli_comm_userid = p_from
                    and l.cmli_deleted is null
              )
          )
          and (
              -- of a Task either column may be the later one
              case
                  when c.comm_type = 'Task' then greatest(c.comm_datetime, c.comm_todatetime)
                  else coalesce(c.comm_todatetime, c.comm_datetime)
              end >= v_from
              or exists (
                  select from domino_sync.item_link as l
                  where l.crm_user_id = p_from
                    and l.appointment_id = c.comm_communicationid
                    and l.state <> 'unlinked'
              )
          )
        order by c.comm_communicationid
        for no key update
    );
    -- asked before any link changes hands: without a name in Comm_Organizer the links say who it is
    v_own := array(
        select o.appointment_id
        from domino_sync.appointment_organiser as o
        join public.communication as c on c.comm_communicationid = o.appointment_id
        where o.appointment_id = any(v_ids)
          -- one whose row is gone from Users is nobody's organiser there
          and (o.crm_user_id = p_from or btrim(c.comm_organizer) = p_from::text)
    );

    update public.communication as c
    set comm_organizer = p_to::text
    where c.comm_communicationid = any(v_own)
      and c.comm_type <> 'Task'
      and coalesce(c.comm_organizer, '') not like '%@%';

    update public.comm_link as l
    set cmli_comm_userid = p_to,
        cmli_updatedby = p_to,
        cmli_updateddate = v_now,
        cmli_timestamp = v_now
    where l.cmli_comm_communicationid = any(v_ids)
      and l.cmli_comm_userid = p_from
      and l.cmli_deleted is null
      -- nobody takes part twice
      and not exists (
          select from public.comm_link as k
          where k.cmli_comm_communicationid = l.cmli_comm_communicationid
            and k.cmli_comm_userid = p_to
            and k.cmli_deleted is null
      );

    -- a pair of his that is kept apart knows less than the one of this mail file
    delete from domino_sync.item_link as l
    using domino_sync.item_link as f
    where l.crm_user_id = p_to
      and l.state = 'unlinked'
      and f.crm_user_id = p_from
      and f.state <> 'unlinked'
      and f.appointment_id = l.appointment_id;

    update domino_sync.item_link as l
    set crm_user_id = p_to, updated_at = now()
    where l.crm_user_id = p_from
      and not exists (
          select from domino_sync.item_link as k
          where k.crm_user_id = p_to
            and (k.appointment_id = l.appointment_id
                 or (k.domino_uid = l.domino_uid and k.domino_recurrence_id = l.domino_recurrence_id))
      );

    -- deletions that he was asked about are weighed anew
    delete from domino_sync.held_item as i
    using domino_sync.held_plan as p
    where i.plan_id = p.plan_id and p.crm_user_id = p_from and p.decision is null;
    delete from domino_sync.held_plan as p where p.crm_user_id = p_from and p.decision is null;
    update domino_sync.conflict as c set crm_user_id = p_to where c.crm_user_id = p_from;
    delete from domino_sync.inbound_parked as p where p.crm_user_id = p_from;
    -- those links are not missing
    update domino_sync.sync_user as s set known_links = 0 where s.crm_user_id = p_from;

    insert into domino_sync.activity (crm_user_id, appointment_id, direction, action, reason_code, detail)
    select p_to, i.id, 'admin', 'taken_over', 'user_replaced', format('user %s is user %s now', p_from, p_to)
    from unnest(v_ids) as i (id)
    order by i.id;

    -- should the links be lost, the history still tells what was deleted in Notes
    insert into domino_sync.activity (crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail)
    select p_to, l.appointment_id, l.domino_uid, 'admin', 'unlinked', l.unlinked_reason, format('of user %s', p_from)
    from domino_sync.item_link as l
    where l.crm_user_id = p_to
      and l.state = 'unlinked'
      and l.unlinked_reason in ('deletion_kept', 'past_deletion_kept')
      and l.updated_at = now()
    order by l.appointment_id;

    return cardinality(v_ids);
end;
$$;
