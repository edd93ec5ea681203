-- Whether Tasks of the CRM take part, which of their two columns is the due date, and which actions are meant: one row.
--
-- By Sage's own table Comm_DateTime is the due date of a Task and Comm_ToDateTime its start, reversed from appointments.
-- E-mails and letters are Tasks too [inferred], told apart by their action: so the actions that are To Dos are named.
-- `actions`: lower case, between commas, as in ",todo,phoneout,".
create or replace view domino_sync.task_setting as
select
    coalesce(max(s.value) filter (where s.name = 'tasks'), 'off') = 'sync' as taken,
    coalesce(max(s.value) filter (where s.name = 'task_due_column'), '') <> 'comm_todatetime' as due_first,
    ',' || regexp_replace(lower(coalesce(max(s.value) filter (where s.name = 'task_actions'), '')), '\s*,\s*', ',', 'g')
        || ',' as actions
from domino_sync.setting as s
where s.name in ('tasks', 'task_due_column', 'task_actions');
