create or replace function domino_sync.stop_refused_users(p_runner integer)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
-- Holds the mailboxes of enabled users whom the CRM no longer lets take part (deleted, disabled, without an address …), and
-- lets those go on that it lets take part again.  Nothing is written to either side meanwhile; what waits goes on waiting.
-- Parameters: p_runner.
-- Locks: their sync_user rows; those in work or locked by others come with the next call.  Writes: sync_user, activity.
with found as (
    select s.crm_user_id, case when u.crm_user_id is null then 'removed from the CRM' else u.refusal end as refusal
    from domino_sync.sync_user as s
    left join domino_sync.crm_user as u on u.crm_user_id = s.crm_user_id
    where s.enabled
      and (s.leased_by is null or s.leased_until < now()
           or not exists (select from domino_sync.live_runner as l where l.runner_id = s.leased_by))
      -- a mailbox that is held for another reason stays so
      and (s.health <> 'held' or s.health_reason = 'crm_user_refused')
      and (u.crm_user_id is null or u.refusal is not null) <> (s.health = 'held')
    for update of s skip locked
),
switched as (
    update domino_sync.sync_user as s
    set health = case when f.refusal is null then 'ok' else 'held' end,
        health_reason = case when f.refusal is not null then 'crm_user_refused' end,
        health_detail = f.refusal,
        health_since = clock_timestamp(),
        faults_in_a_row = 0,
        next_poll_at = now()
    from found as f
    where s.crm_user_id = f.crm_user_id
    returning s.crm_user_id, f.refusal
)
insert into domino_sync.activity (runner_id, crm_user_id, direction, action, reason_code, detail)
select
    p_runner, w.crm_user_id, 'admin', case when w.refusal is null then 'resumed' else 'held' end, 'crm_user_refused',
    coalesce(w.refusal, 'the CRM lets the user take part again')
from switched as w
$$;
