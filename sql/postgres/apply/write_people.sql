create or replace function domino_sync.write_people(p_crm_user_id integer, p_people jsonb, p_now timestamp)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Gives appointments their users and external attendees: a live link gets the response, a deleted one comes back,
-- otherwise a link is made. The organiser's link (status 6) keeps its status, and nobody gets a second one.
-- Parameters: p_crm_user_id, who writes; p_people, a JSON list of {appointment_id, crm_user_id, email, person_id,
--             response, notify_at}, each person once an appointment, with crm_user_id null for an external one;
--             p_now, CRM wall clock.
declare
    v_people jsonb := domino_sync.match_links(p_people);
    v_ids integer[];
begin
    update public.comm_link as l
    set cmli_status = p.response,
        cmli_deleted = null,
        cmli_updatedby = p_crm_user_id,
        cmli_updateddate = p_now,
        cmli_timestamp = p_now
    from jsonb_to_recordset(v_people) as p (link_id integer, response integer)
    where l.cmli_commlinkid = p.link_id
      and (l.cmli_deleted is not null or (l.cmli_status is distinct from 6 and l.cmli_status is distinct from p.response));

    v_people := coalesce((select jsonb_agg(p) from jsonb_array_elements(v_people) as p where p ->> 'link_id' is null), '[]');
    v_ids := domino_sync.next_crm_ids('comm_link', 'cmli_commlinkid', jsonb_array_length(v_people));

    insert into public.comm_link (
        cmli_commlinkid, cmli_comm_communicationid, cmli_comm_userid, cmli_status, cmli_comm_notifytime,
        cmli_isexternalattendee, cmli_recipient, cmli_externalpersonid, cmli_createdby, cmli_createddate,
        cmli_updatedby, cmli_updateddate, cmli_timestamp
    )
    overriding system value
    select
        v_ids[p.nth], p.appointment_id, p.crm_user_id, p.response, p.notify_at,
        case when p.crm_user_id is null then 'Y' end, case when p.crm_user_id is null then p.email end, p.person_id,
        p_crm_user_id, p_now, p_crm_user_id, p_now, p_now
    from rows from (
        jsonb_to_recordset(v_people) as (
            appointment_id integer, crm_user_id integer, email text, person_id integer, response integer,
            notify_at timestamp
        )
    ) with ordinality as p (appointment_id, crm_user_id, email, person_id, response, notify_at, nth);
end;
$$;
