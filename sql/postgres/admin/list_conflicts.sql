create or replace function domino_sync_api.list_conflicts(p_appointment_id integer, p_limit integer)
returns table (
    conflict_id bigint, appointment_id integer, crm_user_id integer, user_name text, mail_file text, subject text,
    private boolean, field text, base_value jsonb, crm_value jsonb, domino_value jsonb, winner text, decided_by text,
    decided_at text)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- The open conflicts, newest first: OpenConflict of src/crm/contract.ts. Unlike the report view it keeps nothing back:
-- whoever is to choose between two values has to see them.
-- Parameters: p_appointment_id, or null for all; p_limit, rows at most.
select
    f.conflict_id, f.appointment_id, f.crm_user_id, u.name, s.mail_file, c.comm_subject,
    domino_sync.is_set(c.comm_private), f.field, f.base_value, f.crm_value, f.domino_value, f.winner, f.decided_by,
    domino_sync.utc_text(f.decided_at)
from domino_sync.conflict as f
left join domino_sync.crm_user as u on u.crm_user_id = f.crm_user_id
left join domino_sync.sync_user as s on s.crm_user_id = f.crm_user_id
left join public.communication as c on c.comm_communicationid = f.appointment_id
where f.resolved_at is null
  and (p_appointment_id is null or f.appointment_id = p_appointment_id)
order by f.conflict_id desc
limit p_limit;
$$;
