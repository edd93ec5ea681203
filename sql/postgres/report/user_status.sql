-- One row a user who is or was enabled: how his mail file is doing.
create or replace view domino_sync_report.user_status as
select
    s.crm_user_id,
    u.name,
    u.logon,
    s.email,
    s.notes_name,
    s.mail_file,
    s.enabled,
    s.direction,
    -- ok; paused: a fault that is tried again by itself; held: an administrator must decide
    s.health,
    s.health_reason,
    r.meaning as health_meaning,
    r.remedy as health_remedy,
    s.health_detail,
    s.health_since,
    s.first_sync_done_at,
    s.last_poll_at,
    s.next_poll_at,
    s.window_start,
    (
        select count(*) from domino_sync.item_link as l where l.crm_user_id = s.crm_user_id and l.state = 'linked'
    ) as linked_items,
    (
        select count(*) from domino_sync.delivery as d where d.crm_user_id = s.crm_user_id and d.parked_at is null
    ) as pending_items,
    (
        select count(*)
        from domino_sync_report.parked_items as p
        where p.crm_user_id = s.crm_user_id and p.severity = 'error'
    ) as parked_items
from domino_sync.sync_user as s
left join domino_sync.crm_user as u on u.crm_user_id = s.crm_user_id
left join domino_sync.reason_code as r on r.code = s.health_reason;
