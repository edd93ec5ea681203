-- What an administrator may change lives in the database, so that every runner on every host obeys it at once.

create table domino_sync.setting (
    name text not null constraint setting_pkey primary key,
    value text null,
    description text not null,
    changed_at timestamptz not null default now(),
    changed_by text not null default session_user
);

create table domino_sync.reason_code (
    code text not null constraint reason_code_pkey primary key,
    severity text not null constraint reason_code_severity_check check (severity in ('info', 'skip', 'error')),
    meaning text not null,
    remedy text not null
);

-- Customers rename captions: how they read as SyncItem values is data.
create table domino_sync.caption_map (
    family text not null constraint caption_map_family_check check (family in ('kind', 'category', 'status', 'priority')),
    crm_value text not null,
    item_value text not null,
    -- which way the row is used when several rows share a value
    to_item boolean not null default true,
    to_crm boolean not null default true,
    constraint caption_map_pkey primary key (family, crm_value, item_value)
);
