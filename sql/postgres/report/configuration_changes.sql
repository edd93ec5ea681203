-- Who changed which setting or caption by command, newest first. Never purged; changes made by SQL on the tables are not here.
create or replace view domino_sync_report.configuration_changes as
select c.change_id, c.changed_at, c.changed_by, c.kind, c.name, c.before, c.after
from domino_sync.configuration_change as c
order by c.change_id desc;
