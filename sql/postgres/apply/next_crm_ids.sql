create or replace function domino_sync.next_crm_ids(p_table text, p_column text, p_count integer)
returns integer[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
-- Takes new ids as the CRM itself does, so that its own next insert finds a free one.
-- Parameters: p_table and p_column of the vendor, lower case; p_count, how many.
-- Returns:    the ids, ascending.
-- Locks:      with eware_get_identity_id, the counter of that table until the transaction ends: call it late.
declare
    v_sequence regclass;
    v_ids integer[] := '{}';
    v_id integer;
    -- as Sage spells it in Custom_Tables
    v_name text := coalesce(
        (select t.bord_name from public.custom_tables as t where lower(t.bord_name) = p_table and t.bord_deleted is null),
        p_table
    );
begin
    if p_count = 0 then
        return v_ids;
    end if;

    -- an identity or serial column owns its sequence; a plain default only depends on one
    select d.refobjid::regclass into v_sequence
    from pg_attribute as a
    join pg_attrdef as f on f.adrelid = a.attrelid and f.adnum = a.attnum
    join pg_depend as d on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid and d.refclassid = 'pg_class'::regclass
    join pg_class as c on c.oid = d.refobjid and c.relkind = 'S'
    where a.attrelid = format('public.%I', p_table)::regclass
      and a.attname = p_column;
    v_sequence := coalesce(pg_get_serial_sequence(format('public.%I', p_table), p_column)::regclass, v_sequence);

    if v_sequence is not null then
        select array_agg(nextval(v_sequence)::integer) into v_ids from generate_series(1, p_count);
    elsif exists (
        select from pg_proc as p where p.pronamespace = 'public'::regnamespace and p.proname = 'eware_get_identity_id'
    ) then
        -- the vendor's body finds its tables by the search path; ours comes back at the end of this function
        perform set_config('search_path', 'public, pg_temp', true);
        -- by EXECUTE, because databases with identity columns lack it
        for i in 1 .. p_count loop
            execute 'select public.eware_get_identity_id($1)' into v_id using v_name;
            v_ids := v_ids || v_id;
        end loop;
    else
        raise exception 'no way to make ids for %: the column has no sequence and eware_get_identity_id is missing', p_table
            using errcode = 'undefined_function', hint = 'Run `crm-domino-sync doctor`.';
    end if;

    return array(select i from unnest(v_ids) as i order by i);
end;
$$;
