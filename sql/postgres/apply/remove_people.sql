create or replace function domino_sync.remove_people(p_crm_user_id integer, p_work jsonb, p_now timestamp)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Takes the attendees of `attendees_remove` off their appointments. A link that is also about a person or a company
-- loses only its attendee: that the appointment concerns that customer is none of Domino's business.
-- Parameters: p_crm_user_id, who writes; p_work, decided items; p_now, CRM wall clock.
-- The organiser's link (status 6) stays.
begin
    update public.comm_link as l
    set cmli_deleted = case when regarding.kept then l.cmli_deleted else 1 end,
        cmli_comm_userid = case when not regarding.kept then l.cmli_comm_userid end,
        cmli_status = case when not regarding.kept then l.cmli_status end,
        cmli_comm_notifytime = case when not regarding.kept then l.cmli_comm_notifytime end,
        cmli_isexternalattendee = case when not regarding.kept then l.cmli_isexternalattendee end,
        cmli_externalpersonid = case when not regarding.kept then l.cmli_externalpersonid end,
        cmli_recipient = case when not regarding.kept then l.cmli_recipient end,
        cmli_updatedby = p_crm_user_id,
        cmli_updateddate = p_now,
        cmli_timestamp = p_now
    from (
        select k.cmli_commlinkid, k.cmli_comm_personid is not null or k.cmli_comm_companyid is not null as kept
        from jsonb_to_recordset(p_work) as w (appointment_id integer, outcome text, attendees_remove jsonb)
        cross join lateral jsonb_array_elements_text(w.attendees_remove) as gone (address)
        join public.comm_link as k on k.cmli_comm_communicationid = w.appointment_id
        left join public.users as u on u.user_userid = k.cmli_comm_userid
        where w.outcome = 'updated'
          and k.cmli_deleted is null
          and k.cmli_status is distinct from 6
          and lower(btrim(gone.address)) = any(
              case
                  when k.cmli_comm_userid is not null then array[lower(btrim(u.user_emailaddress))]
                  when not domino_sync.is_set(k.cmli_isexternalattendee) then '{}'
                  when btrim(k.cmli_recipient) <> '' then array[lower(btrim(k.cmli_recipient))]
                  else array(
                      select a.email from domino_sync.person_address as a where a.person_id = k.cmli_externalpersonid
                  )
              end
          )
        group by k.cmli_commlinkid
    ) as regarding
    where l.cmli_commlinkid = regarding.cmli_commlinkid;
end;
$$;
