create or replace function domino_sync.switch_todos()
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- What it means that setting todos lets more pass than before: what either side did to To Dos meanwhile is in no queue any
-- more. Every pair is compared again, and every mailbox goes through a first comparison, which links what is the same on both
-- sides before anything is made.
-- Returns: nothing.
-- Locks: sync_user in key order, delivery.  Writes: the same; wakes the runners.
-- The leases go first: a runner that decided by the setting of before must not store what it decided.
begin
    perform from domino_sync.sync_user as s order by s.crm_user_id for update;
    update domino_sync.sync_user as s set leased_by = null, leased_until = null where s.leased_by is not null;

    insert into domino_sync.delivery as d (appointment_id, crm_user_id, reason_code)
    select l.appointment_id, l.crm_user_id, 'first_sync'
    from domino_sync.item_link as l
    join domino_sync.sending_user as s on s.crm_user_id = l.crm_user_id
    where l.form = 'todo'
      and l.state <> 'unlinked'
    order by l.crm_user_id, l.appointment_id
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
