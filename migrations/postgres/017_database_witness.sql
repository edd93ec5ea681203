-- A bare copy of the database's files put back has the same identity; a runner that has seen more than it holds tells.

create table domino_sync.database_witness (
    one_row boolean not null default true constraint database_witness_pkey primary key
        constraint database_witness_one_row_check check (one_row),
    -- the greatest run_id; it stays when the runs are purged
    last_run bigint not null,
    -- raised whenever a runner found the database older than it was; part of its identity
    epoch integer not null default 0
);

insert into domino_sync.database_witness (last_run)
select coalesce(max(r.run_id), 0) from domino_sync.run as r;
