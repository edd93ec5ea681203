-- Whether Tasks of the CRM take part, which of their two columns is the due date, and which actions are meant: one row.
--
-- By Sage's own table Comm_DateTime is the due date of a Task and Comm_ToDateTime its start, reversed from appointments.
-- E-mails and letters are Tasks too [inferred], told apart by their action: so the actions that are To Dos are named.
-- `actions`: lower case, between commas, as in ",todo,phoneout,".
CREATE OR ALTER VIEW domino_sync.task_setting AS
SELECT
    CAST(MAX(CASE WHEN s.name = N'tasks' AND s.value = N'sync' THEN 1 ELSE 0 END) AS bit) AS taken,
    CAST(MIN(CASE WHEN s.name = N'task_due_column' AND s.value = N'comm_todatetime' THEN 0 ELSE 1 END) AS bit)
        AS due_first,
    CONCAT(
        N',',
        REPLACE(
            REPLACE(LOWER(MAX(CASE WHEN s.name = N'task_actions' THEN COALESCE(s.value, N'') ELSE N'' END)), N', ', N','), N' ,', N','),
        N','
    ) AS actions
FROM domino_sync.setting AS s
WHERE s.name IN (N'tasks', N'task_due_column', N'task_actions');
