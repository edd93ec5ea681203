create or replace function domino_sync_api.set_caption(
    p_family text, p_crm_value text, p_item_value text, p_to_item boolean, p_to_crm boolean
)
returns table (changed integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Says how one caption of the CRM reads in Notes. The runners obey from their next cycle on; entries follow by reconcile.
-- What said otherwise gives way: a caption has one meaning, and a meaning one caption that the CRM gets. Of a category
-- that is one for appointments and one for To Dos.
-- Parameters: p_family; p_crm_value, the code in the CRM's column; p_item_value; p_to_item, p_to_crm: which way.
-- Returns:    changed, rows that were made, changed or taken away; 0 = it was so already.
-- Raises:     CDS03 what means nothing: see check_caption; neither way.
-- Locks:      caption_map, for others who change it.
-- Writes:     also configuration_change: who changed it, and when.
declare
    v_family constant text := lower(btrim(p_family));
    v_crm constant text := btrim(p_crm_value);
    v_item constant text := case when v_family = 'category' then btrim(p_item_value) else lower(btrim(p_item_value)) end;
    v_before jsonb;
    v_rows integer;
begin
    perform domino_sync.check_caption(v_family, v_crm, coalesce(v_item, ''));
    if (p_to_item or p_to_crm) is not true then
        raise exception 'captions of %: % is to be used one way at least, to Notes or to the CRM', v_family, v_crm
            using errcode = 'CDS03';
    end if;
    lock table domino_sync.caption_map in share row exclusive mode;
    v_before := domino_sync.caption_texts(v_family);

    -- another spelling of the same
    delete from domino_sync.caption_map as c
    where c.family = v_family
      and lower(btrim(c.crm_value)) = lower(v_crm)
      and lower(btrim(c.item_value)) = lower(v_item)
      and (c.crm_value <> v_crm or c.item_value <> v_item);
    get diagnostics changed = row_count;

    update domino_sync.caption_map as c
    set to_item = c.to_item and not (p_to_item and lower(btrim(c.crm_value)) = lower(v_crm)),
        to_crm = c.to_crm and not (p_to_crm and lower(btrim(c.item_value)) = lower(v_item)
            and (v_family <> 'category'
                or domino_sync.is_todo_action(c.crm_value) = domino_sync.is_todo_action(v_crm)))
    where c.family = v_family
      and (c.crm_value <> v_crm or c.item_value <> v_item)
      and (
          (c.to_item and p_to_item and lower(btrim(c.crm_value)) = lower(v_crm))
          or (c.to_crm and p_to_crm and lower(btrim(c.item_value)) = lower(v_item)
              and (v_family <> 'category'
                  or domino_sync.is_todo_action(c.crm_value) = domino_sync.is_todo_action(v_crm)))
      );
    get diagnostics v_rows = row_count;
    changed := changed + v_rows;

    -- of no use any more; counted above
    delete from domino_sync.caption_map as c
    where c.family = v_family and not c.to_item and not c.to_crm;

    insert into domino_sync.caption_map as c (family, crm_value, item_value, to_item, to_crm)
    values (v_family, v_crm, v_item, coalesce(p_to_item, false), coalesce(p_to_crm, false))
    on conflict (family, crm_value, item_value) do update
    set to_item = excluded.to_item, to_crm = excluded.to_crm
    where c.to_item <> excluded.to_item or c.to_crm <> excluded.to_crm;
    get diagnostics v_rows = row_count;
    changed := changed + v_rows;
    perform domino_sync.record_captions(v_family, v_before);
    return next;
end;
$$;
