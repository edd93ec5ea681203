-- Written by the triggers on the vendor's tables. No identity, foreign key, check, unique or extra index: nothing here
-- may make a CRM user's save fail or slow.

-- Rows have no number of their own: the log is a queue and not a stream, so nobody reads by number, and drawing one from a
-- sequence cost a bulk update more than 1 µs a row, a third of all that capture adds. (SQL Server keeps the number: there
-- it is the clustered key.)
create table domino_sync.change_log (
    appointment_id integer null,
    crm_user_id integer null,
    operation char(1) null,
    origin text null,
    captured_at timestamptz null
);

-- Counts faults caught inside a trigger; a sequence, because it survives the rollback of the save it happened in.
create sequence domino_sync.capture_fault_seq as bigint;

-- Times in which changes may have gone unseen; reconcile closes them.
create table domino_sync.capture_gap (
    gap_id bigint generated always as identity constraint capture_gap_pkey primary key,
    opened_at timestamptz not null default now(),
    opened_by text not null default session_user,
    reason text not null,
    closed_at timestamptz null,
    closed_by text null,
    reconciled_at timestamptz null
);
