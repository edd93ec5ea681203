create or replace function domino_sync.weigh_deletions(
    p_crm_user_id integer, p_direction text, p_ids jsonb, p_reason text)
returns table (held integer, counted integer, earlier integer, linked integer)
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- The breaker's decision, written nowhere: hold_deletions acts on it, preview_deletions tells it.
-- More than mass_disappearance_count and, of the mailbox, more than mass_disappearance_percent: an administrator decides. A
-- series counts once; what was deleted in the hours before counts too.
-- Parameters: p_crm_user_id, the mailbox; p_direction: to_domino, to_crm; p_ids, array of the appointments that would be
--             deleted there; p_reason, why all of them wait however few they are, or null.
-- Returns:    one row: held, pairs that wait, 0 when they may go on; counted, what they count as, with the earlier ones;
--             earlier, of these; linked, what the mailbox has, counted alike.
-- Locks:      nothing.
with due as materialized (
    select u.appointment_id, s.series
    from domino_sync.unapproved_pairs(p_crm_user_id, p_direction, p_ids) as u
    join domino_sync.pair_series as s on s.crm_user_id = p_crm_user_id and s.appointment_id = u.appointment_id
),
before as materialized (
    select e.series from domino_sync.earlier_deletions(p_crm_user_id, p_direction) as e
),
number as (
    select
        (select count(*)::integer from due) as pairs,
        (select count(*)::integer from (select d.series from due as d union select b.series from before as b) as n) as counted,
        (select count(*)::integer from before as b where b.series not in (select d.series from due as d)) as earlier,
        (
            select count(*)::integer
            from (
                select s.series
                from domino_sync.item_link as l
                join domino_sync.pair_series as s
                    on s.crm_user_id = l.crm_user_id and s.appointment_id = l.appointment_id
                where l.crm_user_id = p_crm_user_id and l.state = 'linked'
                union
                select b.series from before as b
            ) as n
        ) as linked
)
select
    case
        when p_reason is not null then n.pairs
        when n.counted <= (
            select s.value::integer from domino_sync.setting as s where s.name = 'mass_disappearance_count') then 0
        when n.counted * 100 <= n.linked * (
            select s.value::integer from domino_sync.setting as s where s.name = 'mass_disappearance_percent') then 0
        else n.pairs
    end,
    n.counted, n.earlier, n.linked
from number as n
$$;
