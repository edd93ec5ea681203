create or replace function domino_sync_api.release_mailbox(p_runner integer, p_crm_user_id integer, p_report jsonb)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
-- Gives a mailbox back and says how it went.  Deliveries of it that are still in hand become free with it.
-- Parameters: p_runner, p_crm_user_id; p_report - the contract's `MailboxReport`.
-- Returns: nothing.  Raises CDS01 when the runner does not hold the mailbox.
-- Locks: the sync_user row, its leased delivery rows.  Writes: sync_user, delivery.
declare
    v_report record;
    v_links integer;
    v_now constant timestamptz := now();
begin
    perform domino_sync.require_mailbox_leases(p_runner, array[p_crm_user_id]);
    select
        r.health, r.reason_code, r.detail, r.cursor, coalesce(r.polled, false) as polled, r.next_poll_seconds,
        coalesce(r.first_sync_done, false) as first_sync_done, coalesce(r.links_seen, 0) as links_seen
    into v_report
    from jsonb_to_record(p_report) as r (
        health text, reason_code text, detail text, cursor text, polled boolean, next_poll_seconds double precision,
        first_sync_done boolean, links_seen integer);
    select count(*) into v_links from domino_sync.item_link as l where l.crm_user_id = p_crm_user_id;

    update domino_sync.sync_user as u
    set leased_by = null,
        leased_until = null,
        health = v_report.health,
        health_reason = v_report.reason_code,
        health_detail = v_report.detail,
        health_since = case when u.health = v_report.health then u.health_since else v_now end,
        faults_in_a_row = case when v_report.health = 'ok' then 0 else u.faults_in_a_row + 1 end,
        cursor = coalesce(v_report.cursor, u.cursor),
        database_identity = case
            when v_report.cursor is null and not v_report.first_sync_done then u.database_identity
            else domino_sync.database_identity()
        end,
        last_poll_at = case when v_report.polled then v_now else u.last_poll_at end,
        -- links that went while the mailbox was worked on are missed as well: only a comparison lowers the number, to
        -- what it has seen itself
        known_links = case
            when v_report.first_sync_done then greatest(v_report.links_seen, v_links)
            else greatest(u.known_links, v_links)
        end,
        first_sync_total = case when not v_report.first_sync_done then u.first_sync_total end,
        first_sync_compared = case when not v_report.first_sync_done then u.first_sync_compared end,
        first_sync_read = case when not v_report.first_sync_done then u.first_sync_read end,
        first_sync_done_at = case
            when v_report.first_sync_done then v_now
            when v_report.polled and v_report.cursor is not null then coalesce(u.first_sync_done_at, v_now)
            else u.first_sync_done_at
        end,
        -- a healthy mailbox that was leased for its deliveries only keeps the poll it is waiting for
        next_poll_at = case
            when v_report.health = 'ok' and not v_report.polled and u.next_poll_at > v_now then u.next_poll_at
            else v_now + make_interval(secs => v_report.next_poll_seconds)
        end
    where u.crm_user_id = p_crm_user_id;

    update domino_sync.delivery as d
    set leased_by = null, leased_until = null, leased_version = null
    where d.crm_user_id = p_crm_user_id and d.leased_by = p_runner;
end;
$$;
