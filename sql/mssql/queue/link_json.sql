CREATE OR ALTER VIEW domino_sync.link_json
AS
/*
Each link as the contract's `ItemLink`, JSON text with times as UTC text.  A view joined by key where the twin is a
function of a row: T-SQL cannot pass rows to functions.
*/
SELECT
    l.appointment_id,
    l.crm_user_id,
    (
        SELECT
            l.appointment_id AS appointment_id,
            l.crm_user_id AS crm_user_id,
            l.role AS role,
            l.kind AS kind,
            l.state AS state,
            l.form AS form,
            l.domino_uid AS domino_uid,
            l.domino_recurrence_id AS domino_recurrence_id,
            l.domino_unid AS domino_unid,
            l.incarnation AS incarnation,
            JSON_QUERY(l.base_item) AS base_item,
            l.base_hash AS base_hash,
            l.domino_start AS domino_start,
            l.domino_token AS domino_token,
            l.domino_digest AS domino_digest,
            l.unlinked_reason AS unlinked_reason,
            domino_sync.utc_text(l.created_at) AS created_at
        FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
    ) AS link
FROM domino_sync.item_link AS l;
