create or replace function domino_sync_api.remove_caption(p_family text, p_crm_value text, p_item_value text)
returns table (removed integer, remaining integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Takes away rows of a caption, also those that mean nothing. Letter case and padding do not matter.
-- Parameters: p_family; p_crm_value, the code in the CRM's column; p_item_value, or null for all of this caption.
-- Returns:    removed, how many rows; remaining, rows the family still has: without any a deployment brings the stock ones.
-- Raises:     CDS03 an unknown family, or no caption.
-- Locks:      caption_map, for others who change it.
-- Writes:     also configuration_change: who changed it, and when.
declare
    v_family constant text := lower(btrim(p_family));
    v_before jsonb;
begin
    perform domino_sync.check_caption(v_family, btrim(p_crm_value), null);
    lock table domino_sync.caption_map in share row exclusive mode;
    v_before := domino_sync.caption_texts(v_family);

    delete from domino_sync.caption_map as c
    where c.family = v_family
      and lower(btrim(c.crm_value)) = lower(btrim(p_crm_value))
      and (p_item_value is null or lower(btrim(c.item_value)) = lower(btrim(p_item_value)));
    get diagnostics removed = row_count;
    perform domino_sync.record_captions(v_family, v_before);
    remaining := (select count(*) from domino_sync.caption_map as c where c.family = v_family);
    return next;
end;
$$;
