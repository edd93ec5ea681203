create or replace function domino_sync_api.list_unlinked(p_crm_user_id integer)
returns table (
    appointment_id integer,
    role text,
    subject text,
    start_at text,
    end_at text,
    all_day boolean,
    unlinked_reason text,
    incarnation integer,
    lost_tombstone text,
    delivery text,
    delivery_reason text
)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- Lists the appointments in a user's window that belong to his mailbox and are linked to no entry: what a first comparison
-- has to find on the other side before anything is created.
-- Parameters: p_crm_user_id, the mailbox.
-- Returns:    a row an appointment: start_at and end_at in CRM wall clock; unlinked_reason and incarnation, of a pair that is kept
--             apart; lost_tombstone, for a pair without a link of which the history says that it was deleted in Notes and kept in
--             the CRM; delivery: due, waiting, parked, own (twins that nobody could tell apart: an administrator wants
--             this one to be an item of its own), or null; delivery_reason, of a parked one why.
--             Role null: parked as a twin, and gone since or no longer of this mailbox.
-- Locks:      nothing.
select
    c.comm_communicationid,
    h.role,
    c.comm_subject,
    domino_sync.wall_text(domino_sync.start_column(c.comm_type, t.due_first, c.comm_datetime, c.comm_todatetime)),
    domino_sync.wall_text(domino_sync.end_column(c.comm_type, t.due_first, c.comm_datetime, c.comm_todatetime)),
    domino_sync.is_set(c.comm_isalldayevent),
    l.unlinked_reason,
    l.incarnation,
    case when l.appointment_id is null then (
        select case when a.reason_code in ('deletion_kept', 'past_deletion_kept') then a.reason_code end
        from domino_sync.activity as a
        where a.appointment_id = c.comm_communicationid
          and a.crm_user_id = p_crm_user_id
          and a.action in ('created', 'adopted', 'updated', 'deleted', 'unlinked')
        order by a.activity_id desc
        limit 1
    ) end,
    case
        when d.appointment_id is null then null
        when d.parked_at is not null then 'parked'
        when d.reason_code = 'admin_retry' and d.last_reason_code = 'twin_ambiguous' then 'own'
        when d.next_attempt_at > now() then 'waiting'
        else 'due'
    end,
    case when d.parked_at is null then d.reason_code else coalesce(d.last_reason_code, d.reason_code) end
from domino_sync.held_appointments(p_crm_user_id) as h
join public.communication as c on c.comm_communicationid = h.appointment_id
cross join domino_sync.task_setting as t
left join domino_sync.item_link as l
    on l.crm_user_id = p_crm_user_id
    and l.appointment_id = c.comm_communicationid
left join domino_sync.delivery as d
    on d.crm_user_id = p_crm_user_id
    and d.appointment_id = c.comm_communicationid
where l.appointment_id is null
   or l.state = 'unlinked'

union all

select d.appointment_id, null, null, null, null, false, null, null, null, 'parked', d.last_reason_code
from domino_sync.delivery as d
where d.crm_user_id = p_crm_user_id
  and d.parked_at is not null
  and d.last_reason_code = 'twin_ambiguous'
  and not exists (
      select from domino_sync.held_appointments(p_crm_user_id) as h where h.appointment_id = d.appointment_id
  )
order by 1;
$$;
