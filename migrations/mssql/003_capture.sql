-- Written by the triggers on the vendor's tables. No identity (it would change the @@IDENTITY of the caller), foreign
-- key, check, unique, computed column or filtered index: nothing here may make a CRM user's save fail or slow.

CREATE SEQUENCE domino_sync.change_id_seq AS bigint START WITH 1 INCREMENT BY 1 CACHE 50;

CREATE TABLE domino_sync.change_log (
    change_id bigint NOT NULL
        CONSTRAINT change_log_change_id_default DEFAULT NEXT VALUE FOR domino_sync.change_id_seq,
    appointment_id int NULL,
    crm_user_id int NULL,
    operation nchar(1) NULL,
    origin nvarchar(100) NULL,
    captured_at datetime2(3) NULL
);

-- Not unique. A heap would keep the pages that a fold has emptied. Without page locks and lock escalation a fold can
-- never hold a page or the table against a save.
CREATE CLUSTERED INDEX change_log_change_id_idx ON domino_sync.change_log (change_id) WITH (ALLOW_PAGE_LOCKS = OFF);
ALTER TABLE domino_sync.change_log SET (LOCK_ESCALATION = DISABLE);

-- Counts faults caught inside a trigger; a sequence, because it survives the rollback of the save it happened in.
-- Its first value, 0, is drawn here: from then on `sys.sequences.current_value` is the number of faults.
CREATE SEQUENCE domino_sync.capture_fault_seq AS bigint START WITH 0 INCREMENT BY 1 NO CACHE;
GO
DECLARE @none bigint = NEXT VALUE FOR domino_sync.capture_fault_seq;
GO
-- Times in which changes may have gone unseen; reconcile closes them.
CREATE TABLE domino_sync.capture_gap (
    gap_id bigint IDENTITY (1, 1) NOT NULL CONSTRAINT capture_gap_pkey PRIMARY KEY,
    opened_at datetime2(3) NOT NULL CONSTRAINT capture_gap_opened_at_default DEFAULT SYSUTCDATETIME(),
    opened_by nvarchar(128) NOT NULL CONSTRAINT capture_gap_opened_by_default DEFAULT ORIGINAL_LOGIN(),
    reason nvarchar(4000) NOT NULL,
    closed_at datetime2(3) NULL,
    closed_by nvarchar(128) NULL,
    reconciled_at datetime2(3) NULL
);
