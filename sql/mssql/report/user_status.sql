-- One row a user who is or was enabled: how his mail file is doing.
CREATE OR ALTER VIEW domino_sync_report.user_status AS
SELECT
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
    r.meaning AS health_meaning,
    r.remedy AS health_remedy,
    s.health_detail,
    s.health_since,
    s.first_sync_done_at,
    s.last_poll_at,
    s.next_poll_at,
    s.window_start,
    (
        SELECT COUNT(*)
        FROM domino_sync.item_link AS l
        WHERE l.crm_user_id = s.crm_user_id AND l.state = N'linked'
    ) AS linked_items,
    (
        SELECT COUNT(*)
        FROM domino_sync.delivery AS d
        WHERE d.crm_user_id = s.crm_user_id AND d.parked_at IS NULL
    ) AS pending_items,
    (
        SELECT COUNT(*)
        FROM domino_sync_report.parked_items AS p
        WHERE p.crm_user_id = s.crm_user_id AND p.severity = N'error'
    ) AS parked_items
FROM domino_sync.sync_user AS s
LEFT JOIN domino_sync.crm_user AS u ON u.crm_user_id = s.crm_user_id
LEFT JOIN domino_sync.reason_code AS r ON r.code = s.health_reason;
