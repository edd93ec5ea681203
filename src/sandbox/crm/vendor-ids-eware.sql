-- Id scheme of older databases and those upgraded from them: plain columns, ids handed out by a procedure that keeps
-- the next one in a table. Whoever inserts with an id of his own makes the next insert of Sage fail with a duplicate key.

create table SQL_Identity (
    Id_TableId integer not null constraint sql_identity_pkey primary key,
    Id_NextId integer not null
);

insert into SQL_Identity (Id_TableId, Id_NextId)
select Bord_TableId, 1 from Custom_Tables;

-- The row stays locked until the caller commits, as in the original: two writers to one table wait for each other.
create function eware_get_identity_id(table_name text)
returns integer
language plpgsql
as $$
declare
    v_id integer;
begin
    update SQL_Identity
    set Id_NextId = Id_NextId + 1
    from Custom_Tables
    where Bord_TableId = Id_TableId
      and lower(Bord_Name) = lower(eware_get_identity_id.table_name)
    returning Id_NextId - 1 into v_id;

    if v_id is null then
        raise exception 'eware_get_identity_id: no table %', eware_get_identity_id.table_name;
    end if;
    return v_id;
end;
$$;
