create or replace function domino_sync.keep_conflicts(p_results jsonb)
returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
-- Keeps what lost.  Told before Domino is written and once more when the delivery ends, so that a runner that dies between
-- the two takes no value with it; what was told already within a day is the same conflict.
-- Parameters: p_results - array of {appointment_id, crm_user_id, conflicts: the contract's `ConflictWrite`}.
-- Returns: nothing.  Locks: none.  Writes: conflict.
insert into domino_sync.conflict (
    appointment_id, crm_user_id, field, base_value, crm_value, domino_value, winner, decided_by)
select r.appointment_id, r.crm_user_id, c.field, c.base_value, c.crm_value, c.domino_value, c.winner, c.decided_by
from jsonb_to_recordset(p_results) as r (appointment_id integer, crm_user_id integer, conflicts jsonb)
cross join lateral jsonb_to_recordset(r.conflicts) as c (
    field text, base_value jsonb, crm_value jsonb, domino_value jsonb, winner text, decided_by text)
where r.conflicts <> '[]'
  and not exists (
      select
      from domino_sync.conflict as k
      where k.appointment_id = r.appointment_id
        and k.crm_user_id = r.crm_user_id
        and k.field = c.field
        and k.crm_value is not distinct from c.crm_value
        and k.domino_value is not distinct from c.domino_value
        and k.resolved_at is null
        and k.decided_at > now() - interval '1 day')
$$;
