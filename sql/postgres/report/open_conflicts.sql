-- Fields that both sides had changed, and nobody has looked at what was decided. `resolve` closes them. Of a private
-- appointment the values stay out: a report is no way round the CRM's privacy.
create or replace view domino_sync_report.open_conflicts as
select
    f.conflict_id,
    f.appointment_id,
    f.crm_user_id,
    u.name as user_name,
    case when not c.private then c.subject end as subject,
    -- of SyncItem, or `existence`: one side deleted what the other edited
    f.field,
    case when not c.private then f.base_value end as base_value,
    case when not c.private then f.crm_value end as crm_value,
    case when not c.private then f.domino_value end as domino_value,
    -- crm, domino, both
    f.winner,
    -- the setting or the rule that made it the winner
    f.decided_by,
    f.decided_at,
    c.private
from domino_sync.conflict as f
left join domino_sync.crm_user as u on u.crm_user_id = f.crm_user_id
-- any mark counts, and what is gone may have been private
cross join lateral (
    select
        max(k.comm_subject) as subject,
        coalesce(bool_or(coalesce(btrim(k.comm_private), '') <> ''), true) as private
    from public.communication as k
    where k.comm_communicationid = f.appointment_id
) as c
where f.resolved_at is null;
