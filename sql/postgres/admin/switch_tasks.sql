create or replace function domino_sync.switch_tasks(p_off boolean)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- What a change of setting tasks, or of what belongs to it, means for the pairs there are.
-- Off: every pair of a Task stays as it is on both sides, kept apart as task_off. On, or otherwise: those pairs are
-- compared again, and every mailbox goes through a first comparison, which links a Task and a To Do that are the same.
-- Parameters: p_off.  Returns: nothing.
-- Locks: sync_user in key order, item_link, delivery.  Writes: the same; wakes the runners.
-- The leases go first: a runner that decided by the setting of before must not store what it decided.
begin
    perform from domino_sync.sync_user as s order by s.crm_user_id for update;
    update domino_sync.sync_user as s set leased_by = null, leased_until = null where s.leased_by is not null;

    if p_off then
        -- one whose create may have got through has no entry to stay: it is looked for and taken away
        update domino_sync.item_link as l
        set state = 'unlinked', unlinked_reason = 'task_off', unlinked_at = now(), updated_at = now()
        from public.communication as c
        where c.comm_communicationid = l.appointment_id
          and c.comm_type = 'Task'
          and l.state = 'linked';
        return;
    end if;

    insert into domino_sync.delivery as d (appointment_id, crm_user_id, reason_code)
    select p.appointment_id, p.crm_user_id, 'first_sync'
    from (
        select l.appointment_id, l.crm_user_id
        from domino_sync.item_link as l
        where l.state <> 'unlinked' or l.unlinked_reason = 'task_off'
        union
        -- parked for dates that read otherwise now
        select q.appointment_id, q.crm_user_id
        from domino_sync.delivery as q
        where q.parked_at is not null
    ) as p
    join public.communication as c on c.comm_communicationid = p.appointment_id and c.comm_type = 'Task'
    join domino_sync.sending_user as s on s.crm_user_id = p.crm_user_id
    order by p.crm_user_id, p.appointment_id
    on conflict on constraint delivery_pkey do update set
        version = excluded.version, reason_code = excluded.reason_code, attempts = 0,
        next_attempt_at = excluded.next_attempt_at, parked_at = null, last_reason_code = null, last_error = null;

    update domino_sync.sync_user as s
    set cursor = null, first_sync_done_at = null, first_sync_total = null, first_sync_compared = null,
        first_sync_read = null,
        next_poll_at = case when s.health = 'ok' then now() else s.next_poll_at end
    where s.enabled;

    perform pg_notify('domino_sync', '');
end;
$$;
