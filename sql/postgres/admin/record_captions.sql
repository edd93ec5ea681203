create or replace function domino_sync.record_captions(p_family text, p_before jsonb)
returns void
language sql
set search_path = domino_sync, pg_temp
as $$
-- Keeps who changed captions just now: a row for each that means something else than before.
-- Parameters: p_family; p_before, what caption_texts answered before the change, under the same lock of caption_map.
-- Writes:     configuration_change.
insert into domino_sync.configuration_change (kind, name, before, after)
select 'caption', concat(p_family, ': ', crm_value), b.text, a.text
from jsonb_to_recordset(p_before) as b (crm_value text, item_value text, text text)
full join jsonb_to_recordset(domino_sync.caption_texts(p_family)) as a (crm_value text, item_value text, text text)
    using (crm_value, item_value)
where b.text is distinct from a.text
order by crm_value, b.text nulls last;
$$;
