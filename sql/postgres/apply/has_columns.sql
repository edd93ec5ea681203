create or replace function domino_sync.has_columns(p_table text, p_columns text[])
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
-- Whether a table of the CRM is there with all of these columns. Names in lower case.
select count(*) = cardinality(p_columns)
from pg_attribute as a
where a.attrelid = to_regclass('public.' || quote_ident(p_table))
  and a.attname = any(p_columns)
  and not a.attisdropped
$$;
