create or replace function domino_sync_api.decide_held(p_plan_id bigint, p_decision text)
returns table (items integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- An administrator's word on a plan of deletions; then the mailbox goes on.
-- Parameters: p_plan_id; p_decision: allow, exactly these items may be deleted, if they still would be then; refuse, they stay
--             where they are and each pair is kept apart, until the CRM wants the appointment in Domino again; recreate, of
--             entries that are gone from Domino: they are made there again, a mail file came back older than it was.
-- Returns:    items, of the plan.
-- Raises:     CDS02 no such plan, or decided already, or replaced by a newer one; CDS03 an unknown decision, or recreate of
--             what is to be deleted in Domino.
-- Locks:      sync_user, delivery, item_link, held_plan.  Writes: also activity.
declare
    v_plan domino_sync.held_plan;
    v_user integer;
begin
    if p_decision is null or p_decision not in ('allow', 'refuse', 'recreate') then
        raise exception 'decision % is not one of allow, refuse, recreate', coalesce(p_decision, 'null') using errcode = 'CDS03';
    end if;
    select p.crm_user_id into v_user from domino_sync.held_plan as p where p.plan_id = p_plan_id;
    -- the mailbox first: a runner that is about to replace the plan has locked it
    perform from domino_sync.sync_user as s where s.crm_user_id = v_user for update;
    select p.* into v_plan
    from domino_sync.held_plan as p where p.plan_id = p_plan_id and p.decision is null
    for update;
    if not found then
        raise exception 'no such plan: % was decided already or is no longer what would be deleted', p_plan_id
            using errcode = 'CDS02';
    end if;

    if p_decision = 'recreate' and v_plan.direction = 'to_domino' then
        raise exception 'plan % is to delete entries in Domino: there is nothing to make again', p_plan_id using errcode = 'CDS03';
    end if;

    update domino_sync.held_plan as p
    set decision = p_decision, decided_at = now(), decided_by = session_user
    where p.plan_id = p_plan_id;

    if p_decision = 'refuse' then
        delete from domino_sync.delivery as d
        using domino_sync.held_item as i
        where i.plan_id = p_plan_id
          and d.crm_user_id = v_user
          and d.appointment_id = i.appointment_id;

        update domino_sync.item_link as l
        set state = 'unlinked', unlinked_reason = 'deletion_refused', unlinked_at = now(), updated_at = now()
        from domino_sync.held_item as i
        where i.plan_id = p_plan_id
          and l.crm_user_id = v_user
          and l.appointment_id = i.appointment_id
          and l.domino_uid = i.domino_uid
          and l.domino_recurrence_id = i.domino_recurrence_id
          and l.state = 'linked';
    end if;

    if p_decision = 'recreate' then
        insert into domino_sync.delivery as d (appointment_id, crm_user_id, reason_code)
        select l.appointment_id, l.crm_user_id, 'domino_older'
        from domino_sync.held_item as i
        join domino_sync.item_link as l
            on l.crm_user_id = v_user
            and l.appointment_id = i.appointment_id
            and l.domino_uid = i.domino_uid
            and l.domino_recurrence_id = i.domino_recurrence_id
        join domino_sync.sync_user as s on s.crm_user_id = l.crm_user_id
        where i.plan_id = p_plan_id
          and l.state = 'linked'
          and s.direction <> 'to_crm'
          and not (l.role = 'copy' and l.kind = 'meeting')
        order by l.appointment_id
        on conflict on constraint delivery_pkey do update set
            version = excluded.version, reason_code = excluded.reason_code, attempts = 0,
            next_attempt_at = excluded.next_attempt_at, parked_at = null, last_reason_code = null, last_error = null;

        -- nobody makes the others again: the next look would take them for deleted
        update domino_sync.item_link as l
        set state = 'unlinked', unlinked_reason = 'domino_older', unlinked_at = now(), updated_at = now()
        from domino_sync.held_item as i, domino_sync.sync_user as s
        where i.plan_id = p_plan_id
          and s.crm_user_id = v_user
          and l.crm_user_id = v_user
          and l.appointment_id = i.appointment_id
          and l.domino_uid = i.domino_uid
          and l.domino_recurrence_id = i.domino_recurrence_id
          and l.state = 'linked'
          and (s.direction = 'to_crm' or (l.role = 'copy' and l.kind = 'meeting'));
    end if;

    select count(*) into items from domino_sync.held_item as i where i.plan_id = p_plan_id;

    update domino_sync.sync_user as s
    set health = 'ok', health_reason = null, health_detail = null, health_since = now(), faults_in_a_row = 0,
        next_poll_at = now()
    where s.crm_user_id = v_user
      and s.health = 'held'
      and not exists (
          select from domino_sync.held_plan as p where p.crm_user_id = v_user and p.decision is null
      );

    insert into domino_sync.activity (crm_user_id, direction, action, reason_code, detail)
    values (
        v_user, 'admin', case p_decision when 'allow' then 'allowed' when 'refuse' then 'refused' else 'recreated' end,
        case
            when p_decision = 'refuse' then 'deletion_refused'
            when p_decision = 'recreate' then 'domino_older'
            when v_plan.reason_code is not null then v_plan.reason_code
            when v_plan.direction = 'to_crm' then 'mass_disappearance'
            else 'mass_deletion'
        end,
        format('plan %s: %s deletions, by %s', p_plan_id, items, session_user)
    );
    perform pg_notify('domino_sync', '');
    return next;
end;
$$;
