create or replace function domino_sync_api.begin_create(p_runner integer, p_links jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Records the intent to create entries before Domino is asked.
-- Parameters: p_runner; p_links - array of the contract's `LinkWrite`, state `creating`.
-- Returns: nothing.  Raises CDS01 when a mailbox is not held, CDS03 for a link in another state or an entry in use.
-- Locks: the sync_user rows, the item_link rows.  Writes: item_link.
declare
    v_wrong integer;
begin
    perform domino_sync.require_mailbox_leases(
        p_runner, array(select (l ->> 'crm_user_id')::integer from jsonb_array_elements(p_links) as l));

    select (l ->> 'appointment_id')::integer into v_wrong
    from jsonb_array_elements(p_links) as l
    where l ->> 'state' is distinct from 'creating'
    limit 1;
    if v_wrong is not null then
        raise exception 'refused: appointment %: state must be creating', v_wrong using errcode = 'CDS03';
    end if;

    perform domino_sync.store_links(p_links);
end;
$$;
