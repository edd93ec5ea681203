create or replace function domino_sync.update_appointments(p_crm_user_id integer, p_work jsonb, p_now timestamp)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Sets the columns whose keys are present in `fields`, and only those.
-- Parameters: p_crm_user_id, owner of the mailbox; p_work, decided items; p_now, CRM wall clock.
-- A row nothing is to be set in is not touched. Changed attendees count as a change of the appointment, as in Sage.
begin
    update public.communication as c
    set comm_action = case when f ? 'action' then f ->> 'action' else c.comm_action end,
        comm_status = case when f ? 'status' then f ->> 'status' else c.comm_status end,
        comm_priority = case when f ? 'priority' then f ->> 'priority' else c.comm_priority end,
        comm_datetime = coalesce(
            (f ->> case when c.comm_type = 'Task' and t.due_first then 'end_at' else 'start_at' end)::timestamp,
            c.comm_datetime),
        comm_todatetime = coalesce(
            (f ->> case when c.comm_type = 'Task' and t.due_first then 'start_at' else 'end_at' end)::timestamp,
            c.comm_todatetime),
        comm_isalldayevent = case
            when not f ? 'all_day' then c.comm_isalldayevent
            when (f ->> 'all_day')::boolean then 'Y'
        end,
        comm_private = case
            when not f ? 'private' then c.comm_private
            when (f ->> 'private')::boolean then 'Y'
        end,
        comm_subject = case when f ? 'subject' then f ->> 'subject' else c.comm_subject end,
        comm_location = case when f ? 'location' then f ->> 'location' else c.comm_location end,
        comm_note = case when f ? 'note' then f ->> 'note' else c.comm_note end,
        comm_notifytime = case when f ? 'notify_at' then (f ->> 'notify_at')::timestamp else c.comm_notifytime end,
        comm_taskreminder = case
            when not f ? 'notify_at' then c.comm_taskreminder
            when f ->> 'notify_at' is not null then 'Y'
        end,
        comm_updatedby = p_crm_user_id,
        comm_updateddate = p_now,
        comm_timestamp = p_now
    from jsonb_array_elements(p_work) as w
    cross join lateral (select w -> 'fields') as field (f)
    cross join domino_sync.task_setting as t
    where c.comm_communicationid = (w ->> 'appointment_id')::integer
      and w ->> 'outcome' = 'updated'
      and (f - 'organiser_email' <> '{}' or w -> 'attendees_add' <> '[]' or w -> 'attendees_remove' <> '[]');

    -- the owner's own reminder is the one his Notes entry shows
    update public.comm_link as l
    set cmli_comm_notifytime = (w -> 'fields' ->> 'notify_at')::timestamp,
        cmli_updatedby = p_crm_user_id,
        cmli_updateddate = p_now,
        cmli_timestamp = p_now
    from jsonb_array_elements(p_work) as w
    where l.cmli_comm_communicationid = (w ->> 'appointment_id')::integer
      and l.cmli_comm_userid = p_crm_user_id
      and l.cmli_deleted is null
      and w ->> 'outcome' = 'updated'
      and w -> 'fields' ? 'notify_at'
      and l.cmli_comm_notifytime is distinct from (w -> 'fields' ->> 'notify_at')::timestamp;
end;
$$;
