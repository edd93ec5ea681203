create or replace function domino_sync_api.retry_parked(p_appointment_id integer, p_uid text)
returns table (retried integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Puts what waits for an administrator back in the queue: parked deliveries, and Domino items that were refused. Items
-- that were skipped on purpose are looked at again only when one appointment or entry is named. So are twins that nobody
-- could tell apart: to retry one says that it is an item of its own.
-- Parameters: p_appointment_id, or p_uid, the uid of an entry, in whatever mail files it lies; both null for all.
-- Returns:    how many.
-- Locks:      sync_user, delivery, inbound_parked, in key order.  Writes: also activity.
declare
    v_deliveries integer;
    v_inbound integer;
begin
    -- a mailbox is pulled only when its poll is due
    update domino_sync.sync_user as s
    set next_poll_at = now()
    where s.enabled
      and s.next_poll_at > now()
      and exists (
          select
          from domino_sync.inbound_parked as p
          where p.crm_user_id = s.crm_user_id
            and (
                (p_appointment_id is null and p_uid is null)
                or p.domino_uid = p_uid
                or p.domino_uid in (
                    select l.domino_uid
                    from domino_sync.item_link as l
                    where l.appointment_id = p_appointment_id and l.crm_user_id = s.crm_user_id
                )
            )
      );

    with chosen as (
        select d.crm_user_id, d.appointment_id
        from domino_sync.delivery as d
        where d.parked_at is not null
          and case
              when p_uid is not null then exists (
                  select from domino_sync.item_link as l
                  where l.domino_uid = p_uid
                    and l.crm_user_id = d.crm_user_id
                    and l.appointment_id = d.appointment_id
              )
              when p_appointment_id is null then d.last_reason_code is distinct from 'twin_ambiguous'
              else d.appointment_id = p_appointment_id
          end
        order by d.crm_user_id, d.appointment_id
        for update
    )
    update domino_sync.delivery as d
    set version = nextval('domino_sync.delivery_version_seq'),
        reason_code = 'admin_retry',
        attempts = 0,
        next_attempt_at = now(),
        parked_at = null
    from chosen as c
    where d.crm_user_id = c.crm_user_id
      and d.appointment_id = c.appointment_id;
    get diagnostics v_deliveries = row_count;

    with chosen as (
        select p.crm_user_id, p.domino_uid, p.domino_recurrence_id
        from domino_sync.inbound_parked as p
        where case
            when p_uid is not null then p.domino_uid = p_uid
            when p_appointment_id is null then
                p.reason_code <> 'twin_ambiguous'
                and exists (
                    select from domino_sync.reason_code as r where r.code = p.reason_code and r.severity = 'error'
                )
            else
                exists (
                    select
                    from domino_sync.item_link as l
                    where l.appointment_id = p_appointment_id
                      and l.crm_user_id = p.crm_user_id
                      and l.domino_uid = p.domino_uid
                      and l.domino_recurrence_id = p.domino_recurrence_id
                )
        end
        order by p.crm_user_id, p.domino_uid, p.domino_recurrence_id
        for update
    )
    update domino_sync.inbound_parked as p
    set attempts = 0, next_attempt_at = now(), ask_again_at = null
    from chosen as c
    where p.crm_user_id = c.crm_user_id
      and p.domino_uid = c.domino_uid
      and p.domino_recurrence_id = c.domino_recurrence_id;
    get diagnostics v_inbound = row_count;

    retried := v_deliveries + v_inbound;
    if retried > 0 then
        insert into domino_sync.activity (appointment_id, domino_uid, direction, action, reason_code, detail)
        values (p_appointment_id, p_uid, 'admin', 'retried', 'admin_retry', format('%s items, by %s', retried, session_user));
        perform pg_notify('domino_sync', '');
    end if;
    return next;
end;
$$;
