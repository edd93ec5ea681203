create or replace function domino_sync.decide_missing(p_crm_user_id integer, p_items jsonb)
returns jsonb
language plpgsql
stable
set search_path = domino_sync, pg_temp
as $$
-- Says for each missing entry what becomes of it, given what the locked rows hold now.
-- Parameters: p_crm_user_id, the mailbox; p_items, a JSON list of MissingItem.
-- Returns:    the items with a member `outcome` more: deleted, unlinked, stale or gone.
-- Raises:     CDS03 for an unknown action: guessing could delete.
declare
    v_bad jsonb := (
        select i from jsonb_array_elements(p_items) as i
        where i ->> 'action' is null or i ->> 'action' not in ('delete', 'unlink')
        limit 1
    );
begin
    if v_bad is not null then
        raise exception 'refused: appointment %: action % is unknown', v_bad ->> 'appointment_id', v_bad ->> 'action'
            using errcode = 'CDS03';
    end if;

    return coalesce((
        select jsonb_agg(i.body || jsonb_build_object('outcome', case
            when k.appointment_id is null then 'gone'
            -- to unlink writes nothing to the CRM: there, no fingerprint means that its state does not matter
            when i.body ->> 'action' = 'unlink' and i.body ->> 'fingerprint' is null then 'unlinked'
            when coalesce(f.fingerprint, 'absent') is distinct from i.body ->> 'fingerprint' then 'stale'
            when i.body ->> 'action' = 'delete' then 'deleted'
            else 'unlinked'
        end))
        from jsonb_array_elements(p_items) as i (body)
        left join domino_sync.item_link as k
            on k.crm_user_id = p_crm_user_id
            and k.appointment_id = (i.body ->> 'appointment_id')::integer
            and k.state <> 'unlinked'
        left join domino_sync.appointment_fingerprint(array(
            select (a ->> 'appointment_id')::integer from jsonb_array_elements(p_items) as a
        )) as f on f.appointment_id = (i.body ->> 'appointment_id')::integer
    ), '[]');
end;
$$;
