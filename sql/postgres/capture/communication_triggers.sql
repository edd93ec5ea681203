-- A transition table allows one event a trigger, so three stand for the one of SQL Server.

create or replace trigger domino_sync_communication_insert
    after insert on public.communication
    referencing new table as new_rows
    for each statement execute function domino_sync.capture_communication();

create or replace trigger domino_sync_communication_update
    after update on public.communication
    referencing old table as old_rows new table as new_rows
    for each statement execute function domino_sync.capture_communication();

create or replace trigger domino_sync_communication_delete
    after delete on public.communication
    referencing old table as old_rows
    for each statement execute function domino_sync.capture_communication();
