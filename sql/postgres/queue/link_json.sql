create or replace function domino_sync.link_json(p_link domino_sync.item_link)
returns json
language sql
stable
as $$
-- A link as the contract's `ItemLink`.  No SET clause, so that it is inlined.
-- Parameters: p_link.  Returns: json, times as UTC text.  Locks: none.  Writes: nothing.
select pg_catalog.json_build_object(
    'appointment_id', (p_link).appointment_id,
    'crm_user_id', (p_link).crm_user_id,
    'role', (p_link).role,
    'kind', (p_link).kind,
    'state', (p_link).state,
    'form', (p_link).form,
    'domino_uid', (p_link).domino_uid,
    'domino_recurrence_id', (p_link).domino_recurrence_id,
    'domino_unid', (p_link).domino_unid,
    'incarnation', (p_link).incarnation,
    'base_item', (p_link).base_item,
    'base_hash', (p_link).base_hash,
    'domino_start', (p_link).domino_start,
    'domino_token', (p_link).domino_token,
    'domino_digest', (p_link).domino_digest,
    'unlinked_reason', (p_link).unlinked_reason,
    'created_at', pg_catalog.to_char((p_link).created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
)
$$;
