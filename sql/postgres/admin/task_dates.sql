create or replace function domino_sync_api.task_dates()
returns table (dates jsonb)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- What the CRM's live Tasks look like: TaskDates of src/crm/contract.ts, for the decision on setting tasks and its like.
-- Returns: one row.  Reads the whole of Communication.  Locks: nothing.
with task as (
    select
        btrim(coalesce(c.comm_action, '')) as action,
        coalesce(strpos(t.actions, ',' || lower(btrim(c.comm_action)) || ','), 0) > 0 as meant,
        c.comm_datetime,
        c.comm_todatetime,
        (
            select count(distinct l.cmli_comm_userid)
            from public.comm_link as l
            where l.cmli_comm_communicationid = c.comm_communicationid
              and l.cmli_deleted is null
        ) as users
    from domino_sync.task_setting as t
    join public.communication as c on c.comm_type = 'Task'
    where c.comm_deleted is null
)
select jsonb_build_object(
    'taken', t.taken,
    'due_first', t.due_first,
    'tasks', (select count(*) from task as k where k.meant),
    'datetime_later', (select count(*) from task as k where k.meant and k.comm_datetime > k.comm_todatetime),
    'todatetime_later', (select count(*) from task as k where k.meant and k.comm_todatetime > k.comm_datetime),
    'shared', (select count(*) from task as k where k.meant and k.users > 1),
    'nobody', (select count(*) from task as k where k.meant and k.users = 0),
    'left_out', coalesce((
        select jsonb_agg(jsonb_build_object('action', o.action, 'tasks', o.tasks) order by o.tasks desc, o.action)
        from (
            select k.action, count(*) as tasks
            from task as k
            where not k.meant
            group by k.action
        ) as o
    ), '[]')
)
from domino_sync.task_setting as t
$$;
