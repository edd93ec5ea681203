create or replace function domino_sync.appointment_fingerprint(p_ids integer[])
returns table (appointment_id integer, fingerprint text)
language sql
stable
set search_path = domino_sync, pg_temp
as $$
-- Digests every mapped column of appointments and of their live links. Equal digests: nothing that matters has changed.
-- Parameters: p_ids, the appointments.  Returns: a row for each that exists, deleted or not.
-- Audit columns are left out: a save that changes nothing is no change.  The order is that of read_appointments.
select
    c.comm_communicationid,
    encode(sha256(convert_to(jsonb_build_array(
        c.comm_deleted, c.comm_type, c.comm_action, c.comm_status, c.comm_priority, c.comm_datetime,
        c.comm_todatetime, domino_sync.is_set(c.comm_isalldayevent), domino_sync.is_set(c.comm_private),
        domino_sync.is_set(c.comm_crmonly), c.comm_subject, c.comm_location, c.comm_note, c.comm_notifytime,
        c.comm_recurrenceid, btrim(c.comm_organizer), c.comm_createdby, c.comm_opportunityid, c.comm_caseid, l.links
    )::text, 'UTF8')), 'hex')
from unnest(p_ids) as wanted (id)
join public.communication as c on c.comm_communicationid = wanted.id
cross join lateral (
    select jsonb_agg(jsonb_build_array(
        k.cmli_commlinkid, k.cmli_comm_userid, k.cmli_status, k.cmli_comm_notifytime,
        domino_sync.is_set(k.cmli_isexternalattendee), k.cmli_externalpersonid, btrim(k.cmli_recipient),
        k.cmli_comm_companyid, k.cmli_comm_personid
    ) order by k.cmli_commlinkid) as links
    from public.comm_link as k
    where k.cmli_comm_communicationid = c.comm_communicationid
      and k.cmli_deleted is null
) as l;
$$;
