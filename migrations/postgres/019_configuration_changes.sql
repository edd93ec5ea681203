-- Who changed what the runners obey, and when: a caption's row that is gone says nothing, and a setting only the last of it.

create table domino_sync.configuration_change (
    change_id bigint generated always as identity constraint configuration_change_pkey primary key,
    changed_at timestamptz not null default now(),
    changed_by text not null default session_user,
    kind text not null constraint configuration_change_kind_check check (kind in ('setting', 'caption')),
    -- of a setting its name, of a caption its family and the code in the CRM's column: `priority: Urgent`
    name text not null,
    -- null: there was none, or there is none any more
    before text null,
    after text null
);
