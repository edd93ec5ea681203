CREATE OR ALTER FUNCTION domino_sync.capture_state_json()
RETURNS TABLE
AS
/* Whether changes in the CRM are seen: CaptureState of src/crm/contract.ts. A function of its own, because a procedure
   cannot use what another one answers: capture_state and sync_status do. */
RETURN
SELECT
    (
        SELECT
            JSON_QUERY((
                SELECT t.table_name, t.trigger_name, t.state
                FROM domino_sync.capture_trigger AS t
                ORDER BY t.table_name DESC, t.trigger_name
                FOR JSON PATH, INCLUDE_NULL_VALUES
            )) AS triggers,
            COALESCE((
                SELECT CAST(q.current_value AS bigint)
                FROM sys.sequences AS q
                WHERE q.object_id = OBJECT_ID(N'domino_sync.capture_fault_seq')
            ), 0) AS faults,
            JSON_QUERY((
                SELECT TOP (1) domino_sync.utc_text(g.opened_at) AS opened_at, g.opened_by, g.reason
                FROM domino_sync.capture_gap AS g
                WHERE g.closed_at IS NULL
                ORDER BY g.gap_id
                FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
            )) AS open_gap,
            (SELECT COUNT(*) FROM domino_sync.capture_gap AS g WHERE g.reconciled_at IS NULL) AS unreconciled_gaps,
            (SELECT COUNT(*) FROM domino_sync.change_log AS c) AS log_rows
        FOR JSON PATH, INCLUDE_NULL_VALUES, WITHOUT_ARRAY_WRAPPER
    ) AS state;
