create or replace function domino_sync.capture_comm_link()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
-- Logs appointment and user of every link that a statement made, changed in a mapped column, or removed.
-- Links to other kinds of communication, and links that name nobody, say nothing about an entry in Notes.
-- A link moved to another user or appointment logs both ends.
-- Returns: null.  Locks: none beyond the inserted rows.  Writes: change_log, capture_fault_seq on a fault.
-- The same guarantees as capture_communication.
declare
    v_origin text := nullif(current_setting('domino_sync.origin', true), '');
    v_logged boolean;
begin
    if tg_op = 'UPDATE' then
        insert into domino_sync.change_log (appointment_id, crm_user_id, operation, origin, captured_at)
        select ends.appointment_id, ends.crm_user_id, 'L', v_origin, statement_timestamp()
        from (
            select
                case when s.is_after then s.appointment_id else s.old_appointment_id end as appointment_id,
                case when s.is_after then s.crm_user_id else s.old_crm_user_id end as crm_user_id,
                case when s.is_after then s.external else s.old_external end as external,
                s.customer
            from (
                select
                    after.cmli_comm_communicationid as appointment_id,
                    after.cmli_comm_userid as crm_user_id,
                    after.cmli_isexternalattendee as external,
                    -- named before or after
                    coalesce(after.cmli_comm_companyid, after.cmli_comm_personid, before.cmli_comm_companyid,
                        before.cmli_comm_personid) as customer,
                    before.cmli_comm_communicationid as old_appointment_id,
                    before.cmli_comm_userid as old_crm_user_id,
                    before.cmli_isexternalattendee as old_external,
                    unnest(case
                        when (after.cmli_comm_communicationid, after.cmli_comm_userid, after.cmli_isexternalattendee)
                             is distinct from
                             (before.cmli_comm_communicationid, before.cmli_comm_userid, before.cmli_isexternalattendee)
                            then '{t,f}'::boolean[]
                        else '{t}'
                    end) as is_after
                from new_rows as after
                full join old_rows as before on before.cmli_commlinkid = after.cmli_commlinkid
                where (after.cmli_comm_communicationid, after.cmli_comm_userid, after.cmli_deleted, after.cmli_status,
                       after.cmli_isexternalattendee, after.cmli_recipient, after.cmli_externalpersonid,
                       after.cmli_comm_personid, after.cmli_comm_companyid, after.cmli_comm_notifytime,
                       after.cmli_commlinkid)
                      is distinct from
                      (before.cmli_comm_communicationid, before.cmli_comm_userid, before.cmli_deleted,
                       before.cmli_status, before.cmli_isexternalattendee, before.cmli_recipient,
                       before.cmli_externalpersonid, before.cmli_comm_personid, before.cmli_comm_companyid,
                       before.cmli_comm_notifytime, before.cmli_commlinkid)
            ) as s
        ) as ends
        cross join lateral (
            -- LIMIT keeps this a look-up by key: a hash join planned for a bulk update would scan the vendor's whole
            -- table again at every later one-row save of the session
            select from public.communication as c
            where c.comm_communicationid = ends.appointment_id
              and (c.comm_type = 'Appointment'
                   or (c.comm_type = 'Task' and (select t.taken from domino_sync.task_setting as t)))
            limit 1
        ) as appointment
        where ends.crm_user_id is not null or ends.external = 'Y' or ends.customer is not null;
    elsif tg_op = 'INSERT' then
        insert into domino_sync.change_log (appointment_id, crm_user_id, operation, origin, captured_at)
        select l.cmli_comm_communicationid, l.cmli_comm_userid, 'L', v_origin, statement_timestamp()
        from new_rows as l
        cross join lateral (
            select from public.communication as c
            where c.comm_communicationid = l.cmli_comm_communicationid
              and (c.comm_type = 'Appointment'
                   or (c.comm_type = 'Task' and (select t.taken from domino_sync.task_setting as t)))
            limit 1
        ) as appointment
        where l.cmli_comm_userid is not null or l.cmli_isexternalattendee = 'Y'
           or l.cmli_comm_companyid is not null or l.cmli_comm_personid is not null;
    else
        -- when the appointment itself went first, its own trigger has logged it
        insert into domino_sync.change_log (appointment_id, crm_user_id, operation, origin, captured_at)
        select l.cmli_comm_communicationid, l.cmli_comm_userid, 'L', v_origin, statement_timestamp()
        from old_rows as l
        cross join lateral (
            select from public.communication as c
            where c.comm_communicationid = l.cmli_comm_communicationid
              and (c.comm_type = 'Appointment'
                   or (c.comm_type = 'Task' and (select t.taken from domino_sync.task_setting as t)))
            limit 1
        ) as appointment
        where l.cmli_comm_userid is not null or l.cmli_isexternalattendee = 'Y'
           or l.cmli_comm_companyid is not null or l.cmli_comm_personid is not null;
    end if;

    v_logged := found;
    if v_logged and pg_notification_queue_usage() < 0.5 then
        perform pg_notify('domino_sync', '');
    end if;
    return null;
exception when others then
    perform domino_sync.count_capture_fault('comm_link', sqlstate, sqlerrm);
    return null;
end;
$$;
