create or replace function domino_sync.trim_delivery()
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
-- Rewrites the queue once it consists mostly of dead rows: a long transaction anywhere in the database keeps them from
-- being vacuumed, and every lease would read past all deliveries that were ever made.
-- Never waits; a statement that waits for us meanwhile finds the rows again, or finds none and is repeated.
-- Returns: nothing.  Locks: delivery, ACCESS EXCLUSIVE, to the end of the transaction.  Writes: delivery.
declare
    -- a live row with its share of the page and the index takes less than 250 bytes
    v_enough constant bigint := pg_relation_size('domino_sync.delivery') / 1000;
    v_live domino_sync.delivery[];
begin
    if pg_relation_size('domino_sync.delivery') < 4 * 1024 * 1024
       or (select count(*) from (select from domino_sync.delivery limit v_enough) as d) >= v_enough
    then
        return;
    end if;
    lock table domino_sync.delivery in access exclusive mode nowait;
    v_live := array(select d from domino_sync.delivery as d);
    truncate domino_sync.delivery;
    insert into domino_sync.delivery select d.* from unnest(v_live) as d;
exception when lock_not_available then
    null; -- a runner or a vacuum is at it; a later fold tries again
end;
$$;
