create or replace function domino_sync.capture_communication()
returns trigger
language plpgsql
security definer
-- The wait for a lock on the log is bounded: whoever locks it (VACUUM FULL, a backup tool) must not hang the CRM.
set search_path = pg_catalog, pg_temp
set lock_timeout = '500ms'
as $$
-- Logs the key of every appointment, and with setting tasks of every Task, that a statement made, changed in a mapped column, or removed.
-- Returns: null; the statement is not influenced.
-- Locks: none beyond the inserted rows.  Writes: change_log, capture_fault_seq on a fault.
-- A fault costs the log rows of one statement, never the save: `capture_state` counts it, `reconcile` repairs it.
declare
    v_origin text := nullif(current_setting('domino_sync.origin', true), '');
    v_logged boolean;
begin
    if tg_op = 'UPDATE' then
        -- FULL JOIN, not JOIN: it also sees a changed key, and can never become a nested loop over the transition
        -- tables, which would be quadratic when a plan cached for a one-row save meets a bulk update.
        insert into domino_sync.change_log (appointment_id, operation, origin, captured_at)
        select coalesce(after.comm_communicationid, before.comm_communicationid), 'U', v_origin, statement_timestamp()
        from new_rows as after
        full join old_rows as before on before.comm_communicationid = after.comm_communicationid
        where (
              after.comm_type = 'Appointment'
              or before.comm_type = 'Appointment'
              -- asked once a statement, and only of one that meets a Task
              or ((after.comm_type = 'Task' or before.comm_type = 'Task')
                  and (select t.taken from domino_sync.task_setting as t))
          )
          and (
              (after.comm_datetime, after.comm_todatetime, after.comm_subject, after.comm_deleted, after.comm_status,
               after.comm_location, after.comm_action, after.comm_priority, after.comm_isalldayevent,
               after.comm_private, after.comm_notifytime, after.comm_organizer, after.comm_createdby,
               after.comm_crmonly, after.comm_recurrenceid, after.comm_opportunityid, after.comm_caseid,
               after.comm_type, after.comm_communicationid, after.comm_note)
              is distinct from
              (before.comm_datetime, before.comm_todatetime, before.comm_subject, before.comm_deleted,
               before.comm_status, before.comm_location, before.comm_action, before.comm_priority,
               before.comm_isalldayevent, before.comm_private, before.comm_notifytime, before.comm_organizer,
               before.comm_createdby, before.comm_crmonly, before.comm_recurrenceid, before.comm_opportunityid,
               before.comm_caseid, before.comm_type,
               before.comm_communicationid, before.comm_note)
          );
    elsif tg_op = 'INSERT' then
        insert into domino_sync.change_log (appointment_id, operation, origin, captured_at)
        select comm_communicationid, 'I', v_origin, statement_timestamp()
        from new_rows
        where comm_type = 'Appointment'
           or (comm_type = 'Task' and (select t.taken from domino_sync.task_setting as t));
    else
        insert into domino_sync.change_log (appointment_id, operation, origin, captured_at)
        select comm_communicationid, 'D', v_origin, statement_timestamp()
        from old_rows
        where comm_type = 'Appointment'
           or (comm_type = 'Task' and (select t.taken from domino_sync.task_setting as t));
    end if;

    v_logged := found;
    -- A full notification queue would fail the commit of the save, beyond any exception handler here.
    if v_logged and pg_notification_queue_usage() < 0.5 then
        perform pg_notify('domino_sync', '');
    end if;
    return null;
exception when others then
    perform domino_sync.count_capture_fault('communication', sqlstate, sqlerrm);
    return null;
end;
$$;
