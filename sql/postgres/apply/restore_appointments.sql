create or replace function domino_sync.restore_appointments(p_crm_user_id integer, p_work jsonb, p_now timestamp)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Takes back the soft deletion of appointments whose item says `restore`, with the links that the same deletion took.
-- Parameters: p_crm_user_id, who writes; p_work, decided items; p_now, CRM wall clock.
-- Which links those are is inferred from the audit columns: the ones deleted last, within ten seconds of each other, if
-- that was when the row was, or if no link is left at all. Somebody taken off earlier stays off.
begin
    update public.comm_link as l
    set cmli_deleted = null, cmli_updatedby = p_crm_user_id, cmli_updateddate = p_now, cmli_timestamp = p_now
    from jsonb_to_recordset(p_work) as w (appointment_id integer, outcome text, restore boolean)
    join public.communication as c on c.comm_communicationid = w.appointment_id
    cross join lateral (
        select
            max(k.cmli_updateddate) filter (where k.cmli_deleted is not null) as at,
            bool_or(k.cmli_deleted is null) as some_left
        from public.comm_link as k
        where k.cmli_comm_communicationid = c.comm_communicationid
    ) as last
    where w.outcome = 'updated'
      and w.restore
      and c.comm_deleted is not null
      and l.cmli_comm_communicationid = c.comm_communicationid
      and l.cmli_deleted is not null
      and (not last.some_left or last.at >= c.comm_updateddate - interval '10 seconds')
      and (last.at is null or l.cmli_updateddate >= last.at - interval '10 seconds');

    update public.communication as c
    set comm_deleted = null, comm_updatedby = p_crm_user_id, comm_updateddate = p_now, comm_timestamp = p_now
    from jsonb_to_recordset(p_work) as w (appointment_id integer, outcome text, restore boolean)
    where c.comm_communicationid = w.appointment_id
      and w.outcome = 'updated'
      and w.restore
      and c.comm_deleted is not null;
end;
$$;
