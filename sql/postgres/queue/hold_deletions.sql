create or replace function domino_sync_api.hold_deletions(
    p_runner integer, p_crm_user_id integer, p_direction text, p_ids jsonb, p_reason text)
returns table (held integer, counted integer, earlier integer, linked integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- The breaker: asked before anything is deleted. What weigh_deletions holds is kept as a plan, and an administrator decides
-- (decide_held). What he has allowed does not count, as long as the very entry is meant that he saw.
-- Parameters: p_runner, p_crm_user_id; p_direction, to_crm: p_ids, array of the appointments whose entries are gone;
--             to_domino: p_ids is not looked at, the deliveries that are due say what would be deleted in Domino;
--             p_reason, code of why they wait however few they are, or null.
-- Returns:    as weigh_deletions: held, deletions that wait now, 0 when they may go on.
-- Raises:     CDS01 when the runner does not hold the mailbox.
-- Locks:      the sync_user row, held_plan.  Writes: held_plan, held_item, activity.
-- Entries that have ended stay in Domino by setting deleted_past; here an end that the CRM shows is enough.
#variable_conflict use_column
declare
    v_in_crm text := (select s.value from domino_sync.setting as s where s.name = 'deleted_in_crm');
    v_past text := (select s.value from domino_sync.setting as s where s.name = 'deleted_past');
    v_reason text := coalesce(p_reason, case p_direction when 'to_crm' then 'mass_disappearance' else 'mass_deletion' end);
    v_plan bigint;
    v_ids jsonb := p_ids;
begin
    perform domino_sync.require_mailbox_lease(p_runner, p_crm_user_id);

    if p_direction = 'to_domino' then
        v_ids := coalesce((
            select jsonb_agg(d.appointment_id)
            from domino_sync.delivery as d
            -- a row that is gone altogether, or marked CRM only, leaves its entry where it is
            join public.communication as c on c.comm_communicationid = d.appointment_id
            where d.crm_user_id = p_crm_user_id
              and d.parked_at is null
              and d.next_attempt_at <= now()
              and not domino_sync.is_set(c.comm_crmonly)
              and (c.comm_deleted is null or v_in_crm = 'delete')
              and (
                  c.comm_deleted is null
                  or v_past = 'delete'
                  or coalesce(c.comm_todatetime, c.comm_datetime, 'infinity') >= domino_sync.crm_now()
              )
              and not exists (
                  select from domino_sync.appointment_holder as h
                  where h.appointment_id = d.appointment_id and h.crm_user_id = d.crm_user_id
              )
        ), '[]');
    end if;

    select w.held, w.counted, w.earlier, w.linked into held, counted, earlier, linked
    from domino_sync.weigh_deletions(p_crm_user_id, p_direction, v_ids, p_reason) as w;
    if held = 0 then
        return next;
        return;
    end if;

    -- the state of now replaces what nobody has decided
    delete from domino_sync.held_item as i
    using domino_sync.held_plan as p
    where p.plan_id = i.plan_id and p.crm_user_id = p_crm_user_id and p.direction = p_direction and p.decision is null;
    delete from domino_sync.held_plan as p
    where p.crm_user_id = p_crm_user_id and p.direction = p_direction and p.decision is null;

    insert into domino_sync.held_plan (crm_user_id, direction, linked, reason_code, earlier)
    values (p_crm_user_id, p_direction, linked, v_reason, earlier)
    returning plan_id into v_plan;
    insert into domino_sync.held_item (plan_id, appointment_id, domino_uid, domino_recurrence_id)
    select v_plan, u.appointment_id, u.domino_uid, u.domino_recurrence_id
    from domino_sync.unapproved_pairs(p_crm_user_id, p_direction, v_ids) as u;

    insert into domino_sync.activity (run_id, runner_id, crm_user_id, direction, action, reason_code, detail)
    values (
        (select domino_sync.current_run(p_runner)), p_runner, p_crm_user_id, 'admin', 'held', v_reason,
        format('plan %s: %s items would be deleted, a series counted once %s of %s, %s of them earlier',
            v_plan, held, counted, linked, earlier)
    );
    return next;
end;
$$;
