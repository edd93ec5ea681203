create or replace function domino_sync_api.settle_parked(p_runner integer, p_crm_user_id integer, p_items jsonb)
returns void
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Stores what Domino answered when it was asked for parked entries that no list shows. One that is gone is parked no more.
-- One that is there, outside of the window or a To Do that nobody touches, is asked for again after twice the time, at the
-- latest after recheck_hours if somebody may wait for it, else after 30 days: whatever was ever parked would be asked for
-- at every poll.
-- Parameters: p_runner and p_crm_user_id, who must hold the mailbox; p_items, a JSON list of AskedEntry.
-- Raises:     CDS01 lease lost.
-- Locks:      sync_user, inbound_parked.  Writes: also activity.
begin
    perform domino_sync.require_mailbox_lease(p_runner, p_crm_user_id);

    with gone as (
        delete from domino_sync.inbound_parked as p
        using jsonb_to_recordset(p_items) as i (domino_uid text, domino_recurrence_id text, gone boolean)
        where p.crm_user_id = p_crm_user_id
          and p.domino_uid = i.domino_uid
          and p.domino_recurrence_id = i.domino_recurrence_id
          and i.gone
        returning p.domino_uid, p.domino_recurrence_id, p.reason_code
    )
    insert into domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail
    )
    select
        (select domino_sync.current_run(p_runner)), p_runner, p_crm_user_id, l.appointment_id, g.domino_uid, 'to_crm',
        'forgotten', 'parked_gone', 'it was parked as ' || g.reason_code
    from gone as g
    left join domino_sync.item_link as l
        on l.crm_user_id = p_crm_user_id
        and l.domino_uid = g.domino_uid
        and l.domino_recurrence_id = g.domino_recurrence_id;

    update domino_sync.inbound_parked as p
    set ask_again_at = now() + least(
        greatest(now() - p.parked_at, interval '1 minute'),
        case
            when exists (select from domino_sync.reason_code as r where r.code = p.reason_code and r.severity = 'error')
                then make_interval(hours => k.recheck_hours)
            else interval '30 days'
        end
    )
    from jsonb_to_recordset(p_items) as i (domino_uid text, domino_recurrence_id text, gone boolean)
    cross join (
        select coalesce(max(s.value)::integer, 24) as recheck_hours
        from domino_sync.setting as s
        where s.name = 'recheck_hours'
    ) as k
    where p.crm_user_id = p_crm_user_id
      and p.domino_uid = i.domino_uid
      and p.domino_recurrence_id = i.domino_recurrence_id
      and not i.gone;
end;
$$;
