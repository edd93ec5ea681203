-- One row: how far Domino is behind the CRM, and the CRM behind Domino.
create or replace view domino_sync_report.sync_lag as
select
    now() as measured_at,
    -- captured and not yet sorted into deliveries
    (select count(*) from domino_sync.change_log as c) as unfolded_changes,
    (
        select extract(epoch from now() - min(c.captured_at))::integer from domino_sync.change_log as c
    ) as oldest_unfolded_seconds,
    (select count(*) from domino_sync.delivery as d where d.parked_at is null) as pending_deliveries,
    (
        select extract(epoch from now() - min(d.enqueued_at))::integer
        from domino_sync.delivery as d
        where d.parked_at is null
    ) as oldest_pending_seconds,
    (select count(*) from domino_sync.delivery as d where d.parked_at is not null) as parked_deliveries,
    -- the mail file whose last look is longest ago; null while one has never been looked at
    (
        select case when bool_and(s.last_poll_at is not null)
            then extract(epoch from now() - min(s.last_poll_at))::integer end
        from domino_sync.sync_user as s
        where s.enabled
    ) as oldest_poll_seconds,
    (
        select count(*) from domino_sync.sync_user as s where s.enabled and s.health <> 'ok'
    ) as mailboxes_not_ok;
