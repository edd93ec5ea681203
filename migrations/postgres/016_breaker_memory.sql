-- The breaker remembers: deletions of the last hours count, and a plan says why it waits. And the history is found by uid.

alter table domino_sync.held_plan
    -- why it waits; null: more at once than the settings allow, as all plans before this column
    add column reason_code text null,
    -- deletions of the hours before, not approved by anybody, that counted as well
    add column earlier integer not null default 0;

alter table domino_sync.held_plan drop constraint held_plan_decision_check;
alter table domino_sync.held_plan
    add constraint held_plan_decision_check check (decision in ('allow', 'refuse', 'recreate'));

create index activity_deleted_idx on domino_sync.activity (crm_user_id, happened_at) where action = 'deleted';
create index activity_uid_idx on domino_sync.activity (domino_uid) where domino_uid is not null;
