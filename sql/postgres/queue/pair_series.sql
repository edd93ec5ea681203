-- What counts as one for the breaker: who deletes a series deletes once, however many rows or entries it has.
-- A row a pair, linked or not: crm_user_id, appointment_id, series, a text that its pairs have in common.  Locks: nothing.
create or replace view domino_sync.pair_series as
select
    l.crm_user_id,
    l.appointment_id,
    case
        when l.domino_recurrence_id <> '' then 'entry ' || l.domino_uid
        -- occurrences are rows that share it; Sage documents nothing else about the number
        when c.comm_recurrenceid <> 0 then 'series ' || c.comm_recurrenceid
        else 'appointment ' || l.appointment_id
    end as series
from domino_sync.item_link as l
left join public.communication as c on c.comm_communicationid = l.appointment_id;
