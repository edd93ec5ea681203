-- A transition table allows one event a trigger, so three stand for the one of SQL Server.

create or replace trigger domino_sync_comm_link_insert
    after insert on public.comm_link
    referencing new table as new_rows
    for each statement execute function domino_sync.capture_comm_link();

create or replace trigger domino_sync_comm_link_update
    after update on public.comm_link
    referencing old table as old_rows new table as new_rows
    for each statement execute function domino_sync.capture_comm_link();

create or replace trigger domino_sync_comm_link_delete
    after delete on public.comm_link
    referencing old table as old_rows
    for each statement execute function domino_sync.capture_comm_link();
