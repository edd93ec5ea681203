-- Whether every change in the CRM is seen. One row a check; anything but `ok` is for the DBA.
create or replace view domino_sync_report.capture_health as
select
    'trigger ' || t.trigger_name as item,
    case when t.state = 'enabled' then 'ok' else t.state end as state,
    null::timestamptz as since,
    case t.state
        when 'missing' then 'Run crm-domino-sync deploy, then reconcile.'
        when 'disabled' then 'Run crm-domino-sync capture enable, then reconcile.'
    end as remedy
from domino_sync.capture_trigger as t

union all

select
    'gap ' || g.gap_id || ': ' || g.reason,
    case when g.closed_at is null then 'open' else 'not reconciled' end,
    g.opened_at,
    case
        when g.closed_at is null then 'Run crm-domino-sync capture enable, then reconcile.'
        else 'Run crm-domino-sync reconcile.'
    end
from domino_sync.capture_gap as g
where g.reconciled_at is null

union all

select
    'faults inside triggers',
    case when q.is_called then q.last_value || ' counted' else 'ok' end,
    null,
    case when q.is_called then 'See the log of the database server for the cause, then run crm-domino-sync reconcile.' end
from domino_sync.capture_fault_seq as q;
