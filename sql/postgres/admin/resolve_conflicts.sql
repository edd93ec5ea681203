create or replace function domino_sync_api.resolve_conflicts(p_crm_user_id integer, p_resolution jsonb)
returns table (outcome text)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Carries out what an administrator chose in conflicts of one appointment, all or nothing. The appointment is written
-- like any edit in the CRM, not as the synchronisation's own: so it is captured, and the next delivery brings it to
-- Domino, also when everything stops right after this.
--
-- Parameters: p_crm_user_id, the mailbox of the conflicts; p_resolution, ConflictResolution of src/crm/contract.ts: an
--             InboundItem's fields and attendees with `operation` (write, delete, keep) and `choices`, a list of
--             {field, conflict_id, resolution}.
-- Returns:    resolved; stale, the appointment is not what the choice was based on; gone, a conflict is open no more.
--             Nothing is written for the latter two.
-- Raises:     CDS02 no such user; CDS03 refused input.
-- Locks:      communication, comm_link, conflict.  Writes: also activity.
-- A choice closes the older open conflicts of its field with it, in whichever mailbox: there is one appointment.
declare
    v_id integer := (p_resolution ->> 'appointment_id')::integer;
    v_operation text := p_resolution ->> 'operation';
    v_work jsonb := jsonb_build_array(p_resolution || '{"outcome": "updated"}');
    v_now timestamp;
    v_matches jsonb;
    v_fingerprint text;
begin
    if v_operation is null or v_operation not in ('write', 'delete', 'keep') then
        raise exception 'refused: operation % is unknown', coalesce(v_operation, 'null') using errcode = 'CDS03';
    end if;
    if not exists (select from domino_sync.sync_user as u where u.crm_user_id = p_crm_user_id) then
        raise exception 'no such user: CRM user % has never been enabled', p_crm_user_id using errcode = 'CDS02';
    end if;
    perform domino_sync.check_inbound(p_crm_user_id, v_work);
    v_now := domino_sync.crm_now();
    v_matches := (select coalesce(jsonb_agg(m), '[]') from domino_sync.match_attendees(v_work) as m);

    perform from public.communication as c where c.comm_communicationid = v_id for no key update;
    v_fingerprint := (select f.fingerprint from domino_sync.appointment_fingerprint(array[v_id]) as f);
    if coalesce(v_fingerprint, 'absent') is distinct from p_resolution ->> 'fingerprint' then
        return query select 'stale';
        return;
    end if;

    perform from domino_sync.conflict as f where f.appointment_id = v_id order by f.conflict_id for update;
    if exists (
        select
        from jsonb_to_recordset(p_resolution -> 'choices') as choice (conflict_id bigint, field text)
        where not exists (
            select from domino_sync.conflict as f
            where f.conflict_id = choice.conflict_id
              and f.appointment_id = v_id
              and f.field = choice.field
              and f.resolved_at is null
        )
    ) then
        return query select 'gone';
        return;
    end if;

    if v_operation = 'write' then
        perform domino_sync.update_appointments(p_crm_user_id, v_work, v_now);
        perform domino_sync.remove_people(p_crm_user_id, v_work, v_now);
        perform domino_sync.write_people(p_crm_user_id, domino_sync.people_of(p_crm_user_id, v_work, v_matches), v_now);
    elsif v_operation = 'delete' then
        update public.communication as c
        set comm_deleted = 1, comm_updatedby = p_crm_user_id, comm_updateddate = v_now, comm_timestamp = v_now
        where c.comm_communicationid = v_id
          and c.comm_deleted is null;
        update public.comm_link as l
        set cmli_deleted = 1, cmli_updatedby = p_crm_user_id, cmli_updateddate = v_now, cmli_timestamp = v_now
        where l.cmli_comm_communicationid = v_id
          and l.cmli_deleted is null;
    end if;

    update domino_sync.conflict as f
    set resolved_at = now(), resolved_by = session_user, resolution = choice.resolution
    from jsonb_to_recordset(p_resolution -> 'choices') as choice (conflict_id bigint, field text, resolution text)
    where f.appointment_id = v_id
      and f.field = choice.field
      and f.conflict_id <= choice.conflict_id
      and f.resolved_at is null;

    insert into domino_sync.activity (
        crm_user_id, appointment_id, direction, action, reason_code, detail, changes, changed_by, changed_at
    )
    values (
        p_crm_user_id, v_id, 'admin', 'resolved', 'admin_resolved', p_resolution ->> 'detail',
        nullif(p_resolution -> 'changes', '[]'), session_user, now()
    );
    return query select 'resolved';
end;
$$;
