create or replace function domino_sync.decide_inbound(p_crm_user_id integer, p_items jsonb)
returns jsonb
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- Says for each inbound item what becomes of it, given what the locked rows hold now.
-- Parameters: p_crm_user_id, the mailbox; p_items, a JSON list of InboundItem.
-- Returns:    the items with a member `outcome` more: created, updated, stale or duplicate; the appointment_id of a
--             duplicate is that of the appointment its Domino entry is linked to.
with item as materialized (
    select
        i.body,
        (i.body ->> 'item_no')::integer as item_no,
        (i.body ->> 'appointment_id')::integer as appointment_id,
        i.body ->> 'fingerprint' as fingerprint,
        i.body -> 'link' ->> 'domino_uid' as uid,
        coalesce(i.body -> 'link' ->> 'domino_recurrence_id', '') as recurrence_id
    from jsonb_array_elements(p_items) as i (body)
),
numbered as (
    select
        i.*,
        row_number() over (partition by i.uid, i.recurrence_id order by i.item_no) as nth_of_entry,
        row_number() over (partition by i.appointment_id order by i.item_no) as nth_of_appointment
    from item as i
),
decided as (
    select
        n.item_no,
        n.body,
        case
            when other.appointment_id is not null or n.nth_of_entry > 1 then 'duplicate'
            when elsewhere.appointment_id is not null then 'duplicate'
            when n.appointment_id is null then 'created'
            -- the first of two items on one appointment changes it under the second
            when f.fingerprint is distinct from n.fingerprint or n.nth_of_appointment > 1 then 'stale'
            else 'updated'
        end as outcome,
        coalesce(other.appointment_id, n.appointment_id, elsewhere.appointment_id) as appointment_id
    from numbered as n
    left join domino_sync.item_link as other
        on other.crm_user_id = p_crm_user_id
        and other.domino_uid = n.uid
        and other.domino_recurrence_id = n.recurrence_id
        and other.appointment_id is distinct from n.appointment_id
    -- new here, but another invitee's copy of the same meeting has made or found the appointment already
    left join lateral (
        select l.appointment_id
        from domino_sync.item_link as l
        where (n.appointment_id is null
               or (n.body ->> 'action' = 'adopted' and n.body -> 'link' ->> 'role' = 'copy'
                   and n.body -> 'link' ->> 'kind' = 'meeting'))
          and l.domino_uid = n.uid
          and l.domino_recurrence_id = n.recurrence_id
          and l.crm_user_id <> p_crm_user_id
          and l.state = 'linked'
        order by l.appointment_id
        limit 1
    ) as elsewhere on true
    left join domino_sync.appointment_fingerprint(array(
        select i.appointment_id from item as i where i.appointment_id is not null group by i.appointment_id
    )) as f on f.appointment_id = n.appointment_id
)
select coalesce(jsonb_agg(
    d.body || jsonb_build_object('outcome', d.outcome, 'appointment_id', d.appointment_id) order by d.item_no
), '[]')
from decided as d;
$$;
