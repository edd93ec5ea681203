create or replace function domino_sync.end_column(
    p_type text, p_due_first boolean, p_datetime timestamp, p_todatetime timestamp)
returns timestamp
language sql
immutable
as $$
-- When a Communication row ends: Comm_ToDateTime, but of a Task with reversed columns Comm_DateTime, its due date.
-- Parameters: as start_column.  Returns: CRM wall clock.
select case
    when p_type is distinct from 'Task' then p_todatetime
    when p_due_first then coalesce(p_datetime, p_todatetime)
    else coalesce(p_todatetime, p_datetime)
end
$$;
