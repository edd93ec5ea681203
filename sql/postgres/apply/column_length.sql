create or replace function domino_sync.column_length(p_table text, p_column text)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
-- How many characters a column of the vendor's holds; null = any number.  Customers widen columns.
select case when a.atttypmod > 4 then a.atttypmod - 4 end
from pg_attribute as a
where a.attrelid = format('public.%I', p_table)::regclass
  and a.attname = p_column;
$$;
