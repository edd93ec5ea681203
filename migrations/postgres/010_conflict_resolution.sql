-- An administrator may put the loser's value of a conflict back; who did so and what he took stays beside it.

alter table domino_sync.conflict
    add column resolved_at timestamptz null,
    add column resolved_by text null,
    -- what was taken
    add column resolution text null
        constraint conflict_resolution_check check (resolution in ('crm', 'domino', 'value'));
