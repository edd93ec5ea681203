create or replace function domino_sync.number_series(p_work jsonb)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Gives the appointments just made of one Notes series one Comm_RecurrenceId, where setting group_series says so.
-- Parameters: p_work, decided items; created ones with their appointment_id.
-- The number is the id of the first of them, negated. Sage's own numbers are ids of its recurrence table, whose name and
-- columns are not known; counters count upwards from a positive start [inferred], so no pattern ever gets such a number.
-- What came in earlier decides: later instances share its number, and where it has none or one of Sage's they get none.
-- Needs the lock of apply_inbound on creators: two that number one series at a time would give it two numbers.
begin
    if not exists (select from domino_sync.setting as s where s.name = 'group_series' and s.value = 'on') then
        return;
    end if;

    with created as (
        select (w ->> 'appointment_id')::integer as appointment_id, w -> 'link' ->> 'domino_uid' as uid
        from jsonb_array_elements(p_work) as w
        where w ->> 'outcome' = 'created'
          and w -> 'link' ->> 'domino_recurrence_id' <> ''
    ),
    series as (
        select
            k.uid,
            case when before.instances = 0 then -k.first_id else before.number end as number
        from (select i.uid, min(i.appointment_id) as first_id from created as i group by i.uid) as k
        cross join lateral (
            select
                count(*) as instances,
                min(c.comm_recurrenceid) filter (where c.comm_recurrenceid < 0) as number
            from domino_sync.item_link as l
            join public.communication as c on c.comm_communicationid = l.appointment_id
            where l.domino_uid = k.uid
              and l.domino_recurrence_id <> ''
        ) as before
    )
    update public.communication as c
    set comm_recurrenceid = s.number
    from created as i
    join series as s on s.uid = i.uid
    where c.comm_communicationid = i.appointment_id
      and s.number is not null;
end;
$$;
