create or replace function domino_sync.insert_appointments(p_crm_user_id integer, p_work jsonb, p_now timestamp)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Makes the appointments of created items, filled as Sage fills them; their users follow by write_people.
-- Parameters: p_crm_user_id, owner of the mailbox; p_work, items with their new appointment_id; p_now, CRM wall clock.
-- A Task names no organiser: it belongs to the user of its link.
-- A flag is 'Y' or NULL, and not deleted is NULL: with 0 the row would vanish from Sage's screens.
begin
    insert into public.communication (
        comm_communicationid, comm_type, comm_action, comm_status, comm_priority, comm_datetime, comm_todatetime,
        comm_isalldayevent, comm_private, comm_subject, comm_location, comm_note, comm_notifytime, comm_taskreminder,
        comm_organizer, comm_secterr, comm_channelid, comm_createdby, comm_createddate, comm_updatedby,
        comm_updateddate, comm_timestamp
    )
    overriding system value
    select
        (w ->> 'appointment_id')::integer, coalesce(f ->> 'type', 'Appointment'), f ->> 'action', f ->> 'status',
        f ->> 'priority',
        (f ->> case when reversed then 'end_at' else 'start_at' end)::timestamp,
        (f ->> case when reversed then 'start_at' else 'end_at' end)::timestamp, case when (f ->> 'all_day')::boolean then 'Y' end,
        case when (f ->> 'private')::boolean then 'Y' end, f ->> 'subject', f ->> 'location', f ->> 'note',
        (f ->> 'notify_at')::timestamp, case when f ->> 'notify_at' is not null then 'Y' end,
        case when f ->> 'type' is null then w ->> 'organiser' end, owner.user_primaryterritory, owner.user_primarychannelid, p_crm_user_id, p_now,
        p_crm_user_id, p_now, p_now
    from jsonb_array_elements(p_work) as w
    cross join lateral (select w -> 'fields') as field (f)
    cross join lateral (
        select f ->> 'type' is not null and t.due_first from domino_sync.task_setting as t
    ) as task (reversed)
    left join public.users as owner on owner.user_userid = p_crm_user_id
    where w ->> 'outcome' = 'created';
end;
$$;
