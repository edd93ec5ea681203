create or replace function domino_sync.start_column(
    p_type text, p_due_first boolean, p_datetime timestamp, p_todatetime timestamp)
returns timestamp
language sql
immutable
as $$
-- When a Communication row begins: Comm_DateTime, but of a Task with reversed columns Comm_ToDateTime. A Task with one date
-- only is there on that day.
-- Parameters: p_type, Comm_Type; p_due_first, of task_setting; the two columns.  Returns: CRM wall clock.
select case
    when p_type is distinct from 'Task' then p_datetime
    when p_due_first then coalesce(p_todatetime, p_datetime)
    else coalesce(p_datetime, p_todatetime)
end
$$;
