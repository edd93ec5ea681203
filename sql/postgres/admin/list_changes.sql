create or replace function domino_sync_api.list_changes(p_name text, p_limit integer)
returns table (changed_at text, changed_by text, kind text, name text, before text, after text)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- Who changed settings and captions, newest first: ConfigurationChange of src/crm/contract.ts.
-- Parameters: p_name, a setting, or the family of a caption with or without its code (`priority: Urgent`), or null for
--             all; p_limit, rows at most.
select domino_sync.utc_text(c.changed_at), c.changed_by, c.kind, c.name, c.before, c.after
from domino_sync.configuration_change as c
where p_name is null
   or lower(c.name) = lower(btrim(p_name))
   or (c.kind = 'caption' and lower(split_part(c.name, ':', 1)) = lower(btrim(p_name)))
order by c.change_id desc
limit p_limit;
$$;
