-- The enabled mailboxes whose two sides are to be compared in full: asked for, begun and not finished, or not verified for
-- longer than setting reconcile_days (0: never by itself). A first comparison counts as verified.
create or replace view domino_sync.reconcile_due as
select
    s.crm_user_id,
    coalesce(s.reconcile_reason, 'not verified for ' || k.days || ' days') as reason
from domino_sync.sync_user as s
cross join (
    select coalesce(max(g.value)::integer, 7) as days
    from domino_sync.setting as g
    where g.name = 'reconcile_days'
) as k
where s.enabled
  and (
      s.reconcile_requested_at is not null
      or s.reconcile_started_at is not null
      or (k.days > 0 and coalesce(s.verified_at, s.first_sync_done_at) < now() - make_interval(days => k.days))
  );
