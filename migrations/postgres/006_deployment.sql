-- What `deploy` applied of the re-creatable objects, so that only changed ones are applied again and drift is seen.

create table domino_sync.deployed_object (
    -- of the file, below sql/postgres
    path text not null constraint deployed_object_pkey primary key,
    -- what it made: [{"kind": "view", "schema": …, "name": …, "table": null}]
    objects jsonb not null,
    -- of the file
    checksum text not null,
    -- of the definition as the database showed it afterwards; null for a script that makes no object
    definition_digest text null,
    applied_at timestamptz not null default now(),
    applied_by text not null default session_user
);
