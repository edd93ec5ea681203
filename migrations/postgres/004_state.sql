-- The state of the synchronisation. All times are UTC instants; CRM wall-clock times never get in here.

-- A running process. Alive while its database session holds the advisory lock of its id.
create table domino_sync.runner (
    runner_id integer generated always as identity constraint runner_pkey primary key,
    host text not null,
    process_id integer not null,
    version text not null,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    stopped_at timestamptz null
);

create table domino_sync.sync_user (
    crm_user_id integer not null constraint sync_user_pkey primary key,
    email text not null,
    notes_name text null,
    mail_file text not null,
    enabled boolean not null default true,
    direction text not null default 'both'
        constraint sync_user_direction_check check (direction in ('both', 'to_domino', 'to_crm')),
    -- items that ended before this instant are left alone unless they are already linked
    window_start timestamptz not null,
    enabled_at timestamptz not null default now(),
    disabled_at timestamptz null,
    -- health: ok, paused (a transient fault, see next_poll_at), held (an administrator must decide)
    health text not null default 'ok' constraint sync_user_health_check check (health in ('ok', 'paused', 'held')),
    health_reason text null,
    health_detail text null,
    health_since timestamptz not null default now(),
    faults_in_a_row integer not null default 0,
    -- the pull from Domino
    cursor text null,
    database_identity text null,
    last_poll_at timestamptz null,
    next_poll_at timestamptz not null default now(),
    first_sync_done_at timestamptz null,
    -- one runner at a time works on a mailbox
    leased_by integer null,
    leased_until timestamptz null
);

create unique index sync_user_mail_file_idx on domino_sync.sync_user (lower(mail_file)) where enabled;

create sequence domino_sync.delivery_version_seq as bigint cache 50;

-- One row per (appointment, mailbox) that has to be looked at.
create table domino_sync.delivery (
    appointment_id integer not null,
    crm_user_id integer not null,
    -- a newer fold changes the version, so that completing an older look keeps the row pending
    version bigint not null default nextval('domino_sync.delivery_version_seq'),
    reason_code text not null default 'crm_changed',
    enqueued_at timestamptz not null default now(),
    attempts integer not null default 0,
    next_attempt_at timestamptz not null default now(),
    leased_by integer null,
    leased_until timestamptz null,
    leased_version bigint null,
    last_reason_code text null,
    last_error text null,
    parked_at timestamptz null,
    constraint delivery_pkey primary key (crm_user_id, appointment_id)
) with (fillfactor = 70);

create table domino_sync.item_link (
    appointment_id integer not null,
    crm_user_id integer not null,
    role text not null constraint item_link_role_check check (role in ('organiser', 'copy')),
    kind text not null constraint item_link_kind_check check (kind in ('meeting', 'appointment', 'todo')),
    -- creating: a create may or may not have reached Domino; linked; unlinked: a tombstone, the pair is kept apart
    state text not null constraint item_link_state_check check (state in ('creating', 'linked', 'unlinked')),
    form text not null constraint item_link_form_check check (form in ('event', 'todo')),
    domino_uid text not null,
    domino_recurrence_id text not null default '',
    domino_unid text null,
    -- the uid we derive from the pair counts up when an entry has to be made anew
    incarnation integer not null default 1,
    -- {"crm": SyncItem, "domino": SyncItem} as each side showed it when both agreed; while creating: the intent
    base_item jsonb null,
    base_hash text null,
    -- start of the entry (UTC instant or date, text as in base_item): decides whether it should be in the window
    domino_start text null,
    domino_token text null,
    domino_digest text null,
    checked_at timestamptz not null default now(),
    unlinked_at timestamptz null,
    unlinked_reason text null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint item_link_pkey primary key (crm_user_id, appointment_id)
);

create unique index item_link_domino_idx on domino_sync.item_link (crm_user_id, domino_uid, domino_recurrence_id);
create index item_link_appointment_idx on domino_sync.item_link (appointment_id);

-- A Domino item that was not applied: skipped for a reason, or refused. Kept so that it is not read again unless it changes.
create table domino_sync.inbound_parked (
    crm_user_id integer not null,
    form text not null,
    domino_uid text not null,
    domino_recurrence_id text not null default '',
    domino_start text null,
    domino_digest text null,
    reason_code text not null,
    detail text null,
    subject text null,
    payload jsonb null,
    attempts integer not null default 1,
    next_attempt_at timestamptz null,
    parked_at timestamptz not null default now(),
    constraint inbound_parked_pkey primary key (crm_user_id, domino_uid, domino_recurrence_id)
);

create table domino_sync.conflict (
    conflict_id bigint generated always as identity constraint conflict_pkey primary key,
    appointment_id integer not null,
    crm_user_id integer not null,
    field text not null,
    base_value jsonb null,
    crm_value jsonb null,
    domino_value jsonb null,
    winner text not null constraint conflict_winner_check check (winner in ('crm', 'domino', 'both')),
    decided_by text not null,
    decided_at timestamptz not null default now()
);

create index conflict_appointment_idx on domino_sync.conflict (appointment_id);
