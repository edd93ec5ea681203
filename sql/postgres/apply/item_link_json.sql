create or replace function domino_sync.item_link_json(p_link domino_sync.item_link)
returns jsonb
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- A link in the shape of ItemLink in src/crm/contract.ts; null for no link.
select case when (p_link).appointment_id is not null then jsonb_build_object(
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
    'created_at', domino_sync.utc_text((p_link).created_at)
) end;
$$;
