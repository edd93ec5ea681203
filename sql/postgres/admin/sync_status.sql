create or replace function domino_sync_api.sync_status()
returns table (status jsonb)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- How the synchronisation is doing: SyncStatus of src/crm/contract.ts. Counts are of enabled users where that matters.
with delivery as materialized (
    select
        case
            when d.parked_at is not null then 'parked'
            when d.leased_until > now() then 'leased'
            when d.next_attempt_at <= now() then 'due'
            else 'waiting'
        end as state,
        d.enqueued_at
    from domino_sync.delivery as d
)
select jsonb_build_object(
    'clock', domino_sync.utc_text(clock_timestamp()),
    'capture', (select c.state from domino_sync_api.capture_state() as c),
    'users', (
        select jsonb_build_object(
            'enabled', count(*),
            'ok', count(*) filter (where s.health = 'ok'),
            'paused', count(*) filter (where s.health = 'paused'),
            'held', count(*) filter (where s.health = 'held')
        )
        from domino_sync.sync_user as s
        where s.enabled
    ),
    'first_syncs', (
        select coalesce(jsonb_agg(jsonb_build_object(
            'crm_user_id', s.crm_user_id,
            'name', coalesce(u.name, s.email),
            'cause', f.cause,
            'total', s.first_sync_total,
            'compared', s.first_sync_compared,
            'read', s.first_sync_read
        ) order by s.crm_user_id), '[]')
        from domino_sync.first_sync_due as f
        join domino_sync.sync_user as s on s.crm_user_id = f.crm_user_id
        left join domino_sync.crm_user as u on u.crm_user_id = s.crm_user_id
    ),
    'verification', (
        select jsonb_build_object(
            'verified', count(*) filter (where v.state = 'verified'),
            'due', count(*) filter (where v.state = 'due'),
            'running', count(*) filter (where v.state = 'running'),
            'oldest_verified_at', domino_sync.utc_text(min(v.verified_at)),
            'healed', coalesce(sum(v.healed), 0)::integer,
            'open_differences', coalesce(sum(v.open_differences), 0)::integer
        )
        from domino_sync_report.verification as v
    ),
    'held_plans', (
        select coalesce(jsonb_agg(jsonb_build_object(
            'plan_id', h.plan_id,
            'crm_user_id', h.crm_user_id,
            'name', coalesce(u.name, s.email),
            'direction', h.direction,
            'reason_code', h.reason_code,
            'items', h.items,
            'earlier', h.earlier,
            'linked', h.linked,
            'held_at', h.held_at
        ) order by h.plan_id), '[]')
        from domino_sync_api.list_held(null) as h
        join domino_sync.sync_user as s on s.crm_user_id = h.crm_user_id
        left join domino_sync.crm_user as u on u.crm_user_id = h.crm_user_id
    ),
    'backlog', (
        select jsonb_build_object(
            'due', count(*) filter (where d.state = 'due'),
            'waiting', count(*) filter (where d.state = 'waiting'),
            'leased', count(*) filter (where d.state = 'leased'),
            'parked', count(*) filter (where d.state = 'parked'),
            'oldest_seconds', extract(epoch from now() - min(d.enqueued_at) filter (where d.state <> 'parked'))::integer
        )
        from delivery as d
    ),
    'links', (
        select jsonb_build_object(
            'linked', count(*) filter (where l.state = 'linked'),
            'unlinked', count(*) filter (where l.state = 'unlinked'),
            'creating', count(*) filter (where l.state = 'creating')
        )
        from domino_sync.item_link as l
    ),
    'conflicts', (
        select jsonb_build_object('open', count(*)) from domino_sync.conflict as f where f.resolved_at is null
    ),
    'inbound_parked', (
        select jsonb_build_object(
            'skipped', count(*) filter (where r.severity is distinct from 'error'),
            'errors', count(*) filter (where r.severity = 'error')
        )
        from domino_sync.inbound_parked as p
        join domino_sync.sync_user as s on s.crm_user_id = p.crm_user_id and s.enabled
        left join domino_sync.reason_code as r on r.code = p.reason_code
    ),
    'runners', (
        select coalesce(jsonb_agg(jsonb_build_object(
            'runner_id', n.runner_id,
            'host', n.host,
            'process_id', n.process_id,
            'alive', n.alive,
            'started_at', domino_sync.utc_text(n.started_at),
            'domino_reason', n.domino_reason,
            'domino_detail', n.domino_detail,
            'domino_paused_until', domino_sync.utc_text(n.domino_paused_until)
        ) order by n.runner_id desc), '[]')
        from (
            select
                r.runner_id, r.host, r.process_id, r.started_at, r.domino_reason, r.domino_detail, r.domino_paused_until,
                r.runner_id in (select v.runner_id from domino_sync.live_runner as v) as alive
            from domino_sync.runner as r
            order by alive desc, r.runner_id desc
            limit 20
        ) as n
    ),
    'last_runs', (
        select coalesce(jsonb_agg(jsonb_build_object(
            'run_id', n.run_id,
            'kind', n.kind,
            'started_at', domino_sync.utc_text(n.started_at),
            'finished_at', domino_sync.utc_text(n.finished_at),
            'counts', n.counts,
            'error', n.error
        ) order by n.run_id desc), '[]')
        from (select r.* from domino_sync.run as r order by r.run_id desc limit 10) as n
    )
);
$$;
