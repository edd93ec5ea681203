-- What happened, for the administrator. Trimmed by `purge`.

create table domino_sync.run (
    run_id bigint generated always as identity constraint run_pkey primary key,
    runner_id integer null,
    kind text not null,
    started_at timestamptz not null default now(),
    finished_at timestamptz null,
    -- {"delivered": n, "created": n, …}
    counts jsonb null,
    error text null
);

create table domino_sync.activity (
    activity_id bigint generated always as identity constraint activity_pkey primary key,
    happened_at timestamptz not null default now(),
    run_id bigint null,
    runner_id integer null,
    crm_user_id integer null,
    appointment_id integer null,
    domino_uid text null,
    direction text not null constraint activity_direction_check check (direction in ('to_domino', 'to_crm', 'admin')),
    -- created, updated, deleted, adopted, unlinked, unchanged, skipped, failed, parked, …
    action text not null,
    reason_code text not null,
    detail text null
);

create index activity_appointment_idx on domino_sync.activity (appointment_id);
create index activity_happened_idx on domino_sync.activity (happened_at);
