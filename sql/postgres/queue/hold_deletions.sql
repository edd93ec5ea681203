create or replace function domino_sync_api.hold_deletions(
    p_runner integer, p_crm_user_id integer, p_direction text, p_ids jsonb)
returns table (held integer, linked integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- The breaker: asked before anything is deleted. More than setting mass_disappearance_count and, of the linked pairs, more
-- than mass_disappearance_percent: the deletions are kept as a plan, and an administrator decides (decide_held).
-- What he has allowed does not count, as long as the very entry is meant that he saw.
-- Parameters: p_runner, p_crm_user_id; p_direction, to_crm: p_ids, array of the appointments whose entries are gone;
--             to_domino: p_ids is not looked at, the deliveries that are due say what would be deleted in Domino.
-- Returns:    held, deletions that wait now, 0 when they may go on; linked, pairs of the mailbox.
-- Raises:     CDS01 when the runner does not hold the mailbox.
-- Locks:      the sync_user row, held_plan.  Writes: held_plan, held_item, activity.
-- Entries that have ended stay in Domino by setting deleted_past; here an end that the CRM shows is enough.
#variable_conflict use_column
declare
    v_most integer := (select s.value::integer from domino_sync.setting as s where s.name = 'mass_disappearance_count');
    v_percent integer := (
        select s.value::integer from domino_sync.setting as s where s.name = 'mass_disappearance_percent');
    v_in_crm text := (select s.value from domino_sync.setting as s where s.name = 'deleted_in_crm');
    v_past text := (select s.value from domino_sync.setting as s where s.name = 'deleted_past');
    v_plan bigint;
    v_ids integer[];
begin
    perform domino_sync.require_mailbox_lease(p_runner, p_crm_user_id);
    select count(*) into linked
    from domino_sync.item_link as l where l.crm_user_id = p_crm_user_id and l.state = 'linked';

    if p_direction = 'to_crm' then
        v_ids := array(select i::integer from jsonb_array_elements_text(p_ids) as i);
    else
        v_ids := array(
            select d.appointment_id
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
        );
    end if;

    v_ids := array(
        select l.appointment_id
        from domino_sync.item_link as l
        where l.crm_user_id = p_crm_user_id
          and l.state = 'linked'
          and l.appointment_id = any(v_ids)
          and not exists (
              select
              from domino_sync.held_plan as p
              join domino_sync.held_item as i on i.plan_id = p.plan_id
              where p.crm_user_id = p_crm_user_id
                and p.direction = p_direction
                and p.decision = 'allow'
                and i.appointment_id = l.appointment_id
                and i.domino_uid = l.domino_uid
                and i.domino_recurrence_id = l.domino_recurrence_id
          )
    );
    held := cardinality(v_ids);
    if held <= v_most or held * 100 <= linked * v_percent then
        held := 0;
        return next;
        return;
    end if;

    -- the state of now replaces what nobody has decided
    delete from domino_sync.held_item as i
    using domino_sync.held_plan as p
    where p.plan_id = i.plan_id and p.crm_user_id = p_crm_user_id and p.direction = p_direction and p.decision is null;
    delete from domino_sync.held_plan as p
    where p.crm_user_id = p_crm_user_id and p.direction = p_direction and p.decision is null;

    insert into domino_sync.held_plan (crm_user_id, direction, linked)
    values (p_crm_user_id, p_direction, linked)
    returning plan_id into v_plan;
    insert into domino_sync.held_item (plan_id, appointment_id, domino_uid, domino_recurrence_id)
    select v_plan, l.appointment_id, l.domino_uid, l.domino_recurrence_id
    from domino_sync.item_link as l
    where l.crm_user_id = p_crm_user_id and l.appointment_id = any(v_ids);

    insert into domino_sync.activity (run_id, runner_id, crm_user_id, direction, action, reason_code, detail)
    values (
        (select domino_sync.current_run(p_runner)), p_runner, p_crm_user_id, 'admin', 'held',
        case p_direction when 'to_crm' then 'mass_disappearance' else 'mass_deletion' end,
        format('plan %s: %s of %s linked items would be deleted', v_plan, held, linked)
    );
    return next;
end;
$$;
