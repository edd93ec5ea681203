-- Reconcile compares both sides of a mailbox in full, and many deletions at once wait for an administrator.

alter table domino_sync.sync_user
    -- asked for, by an administrator or because changes may have gone unseen; null: not
    add column reconcile_requested_at timestamptz null,
    add column reconcile_reason text null,
    -- of the one that runs; everything after it says how far it is
    add column reconcile_started_at timestamptz null,
    -- the last appointment that was put in the queue
    add column reconcile_after integer null,
    -- the CRM's side is through; entries not compared since then are read in full
    add column reconcile_pull_from timestamptz null,
    -- both sides were equal as of then, apart from what is parked
    add column verified_at timestamptz null,
    -- differences that the last reconcile put right
    add column healed integer null;

-- Deletions that wait for an administrator: exactly these items, and what he decided.
create table domino_sync.held_plan (
    plan_id bigint generated always as identity constraint held_plan_pkey primary key,
    crm_user_id integer not null,
    -- the side on which the items would be deleted
    direction text not null constraint held_plan_direction_check check (direction in ('to_domino', 'to_crm')),
    -- links of the mailbox then
    linked integer not null,
    held_at timestamptz not null default now(),
    -- null: open
    decision text null constraint held_plan_decision_check check (decision in ('allow', 'refuse')),
    decided_at timestamptz null,
    decided_by text null
);

create index held_plan_user_idx on domino_sync.held_plan (crm_user_id, direction);

create table domino_sync.held_item (
    plan_id bigint not null,
    appointment_id integer not null,
    -- the entry that was meant: one made anew later is another one
    domino_uid text not null,
    domino_recurrence_id text not null,
    constraint held_item_pkey primary key (plan_id, appointment_id)
);
