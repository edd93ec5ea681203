create or replace function domino_sync.caption_texts(p_family text)
returns jsonb
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- What the captions of a family mean now, in words: a JSON list of {crm_value, item_value, text}.
select coalesce(jsonb_agg(jsonb_build_object(
    'crm_value', c.crm_value,
    'item_value', c.item_value,
    'text', concat(
        c.item_value,
        case when c.to_item and c.to_crm then ', both ways' when c.to_item then ', to Notes' else ', to the CRM' end)
)), '[]')
from domino_sync.caption_map as c
where c.family = p_family;
$$;
