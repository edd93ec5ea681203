create or replace function domino_sync_api.purge_history(p_keep_days integer, p_limit integer)
returns table (purged integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Trims the history, oldest first: activity, conflicts, finished runs, decided plans, reconciled gaps, runners that are gone.
-- Never what is unfinished, and never links or tombstones: they keep items from coming back. What somebody may still need
-- stays: deletions of the last days, which the breaker counts; conflicts that nobody has looked at, four times as long; that
-- an entry was deleted in Notes and its appointment kept, which a comparison asks for when links are lost; runs that the
-- history names.
-- Parameters: p_keep_days; p_limit, rows at most in each table: call again while it answers more than 0.
-- Returns:    rows removed.
-- Raises:     CDS03 numbers that cannot be meant.
-- Locks:      the removed rows; rows somebody else works on are skipped.
declare
    v_before timestamptz := now() - make_interval(days => p_keep_days);
    -- the breaker remembers deletions, and what was allowed, for mass_disappearance_hours, at most a week
    v_weighed timestamptz := least(v_before, now() - interval '8 days');
    v_forgotten timestamptz := now() - make_interval(days => 4 * p_keep_days);
    v_count integer;
begin
    if p_keep_days is null or p_keep_days not between 1 and 36500 then
        raise exception 'keep_days % is not a number from 1 to 36500', coalesce(p_keep_days::text, 'null')
            using errcode = 'CDS03';
    end if;
    if p_limit is null or p_limit < 1 then
        raise exception 'limit % is not a number above 0', coalesce(p_limit::text, 'null') using errcode = 'CDS03';
    end if;
    purged := 0;

    delete from domino_sync.activity as a where a.ctid = any(array(
        select o.ctid from domino_sync.activity as o
        where o.happened_at < v_before
          and not (o.action = 'deleted' and o.happened_at >= v_weighed)
          and not (
              o.action = 'unlinked'
              and o.reason_code in ('deletion_kept', 'past_deletion_kept')
              and exists (
                  select from domino_sync.item_link as l
                  where l.crm_user_id = o.crm_user_id and l.appointment_id = o.appointment_id and l.state = 'unlinked'
              )
          )
        order by o.happened_at limit p_limit for update skip locked
    ));
    get diagnostics v_count = row_count;
    purged := purged + v_count;

    delete from domino_sync.conflict as c where c.ctid = any(array(
        select o.ctid from domino_sync.conflict as o
        where o.decided_at < v_before
          and (o.resolved_at < v_before or (o.resolved_at is null and o.decided_at < v_forgotten))
        order by o.conflict_id limit p_limit for update skip locked
    ));
    get diagnostics v_count = row_count;
    purged := purged + v_count;

    delete from domino_sync.run as r where r.ctid = any(array(
        select o.ctid from domino_sync.run as o
        where (
              o.finished_at < v_before
              -- its runner is gone, so nobody will ever finish it
              or (
                  o.finished_at is null
                  and o.started_at < v_before
                  and o.runner_id not in (select v.runner_id from domino_sync.live_runner as v)
              )
          )
          and not exists (select from domino_sync.activity as a where a.run_id = o.run_id)
        order by o.run_id limit p_limit for update skip locked
    ));
    get diagnostics v_count = row_count;
    purged := purged + v_count;

    delete from domino_sync.held_plan as h where h.ctid = any(array(
        select o.ctid from domino_sync.held_plan as o
        where o.decided_at < v_weighed
        order by o.plan_id limit p_limit for update skip locked
    ));
    get diagnostics v_count = row_count;
    purged := purged + v_count;

    delete from domino_sync.held_item as i where i.ctid = any(array(
        select o.ctid from domino_sync.held_item as o
        where not exists (select from domino_sync.held_plan as h where h.plan_id = o.plan_id)
        limit p_limit for update skip locked
    ));
    get diagnostics v_count = row_count;
    purged := purged + v_count;

    delete from domino_sync.capture_gap as g where g.ctid = any(array(
        select o.ctid from domino_sync.capture_gap as o
        where o.reconciled_at < v_before and o.closed_at is not null
        order by o.gap_id limit p_limit for update skip locked
    ));
    get diagnostics v_count = row_count;
    purged := purged + v_count;

    delete from domino_sync.runner as n where n.ctid = any(array(
        select o.ctid from domino_sync.runner as o
        where o.seen_at < v_before
          and o.runner_id not in (select v.runner_id from domino_sync.live_runner as v)
          and not exists (select from domino_sync.sync_user as s where s.leased_by = o.runner_id)
          and not exists (select from domino_sync.delivery as d where d.leased_by = o.runner_id)
        order by o.runner_id limit p_limit for update skip locked
    ));
    get diagnostics v_count = row_count;
    purged := purged + v_count;

    return next;
end;
$$;
