create or replace function domino_sync.take_answers(p_runner integer, p_crm_user_id integer, p_items jsonb)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Gives the owner of a mailbox, on the appointments of other people's meetings, the answer that his copies show. Only an
-- answer that changed in Notes is news: what the CRM's users chose meanwhile stays until then.
-- Parameters: p_runner; p_crm_user_id, the mailbox, whose lease the caller holds; p_items, a JSON list of ParkedItem.
-- An answer is taken back (response 0: the copy is gone) only where it still stands as the copy gave it. Nobody is made a
-- participant here, and the organiser's link (status 6) stays.
-- Locks:      communication in the order of ids, comm_link.  Writes: also activity. Captured with origin `domino:<user>`.
declare
    v_answers jsonb := (
        select coalesce(jsonb_agg(a), '[]')
        from domino_sync.inbound_answers(p_crm_user_id, p_items) as a
        where a.appointment_id is not null
          and a.response is distinct from a.before_response
          and (a.response <> 0 or a.before_response is not null)
    );
    v_now timestamp;
begin
    if v_answers = '[]' then
        return;
    end if;
    perform set_config('domino_sync.origin', 'domino:' || p_crm_user_id, true);
    v_now := domino_sync.crm_now();

    perform from public.communication as c
    where c.comm_communicationid in (
        select a.appointment_id from jsonb_to_recordset(v_answers) as a (appointment_id integer)
    )
    order by c.comm_communicationid
    for no key update;

    with answer as (
        select a.*, own.link_id
        from jsonb_to_recordset(v_answers) as a (
            appointment_id integer, domino_uid text, response integer, before_response integer
        )
        -- as in appointment_participant: the oldest live link speaks for its user
        join lateral (
            select l.cmli_commlinkid as link_id, l.cmli_status as status
            from public.comm_link as l
            where l.cmli_comm_communicationid = a.appointment_id
              and l.cmli_comm_userid = p_crm_user_id
              and l.cmli_deleted is null
            order by l.cmli_commlinkid
            limit 1
        ) as own on true
        where own.status is distinct from 6
          and own.status is distinct from a.response
          and (a.response <> 0 or own.status = a.before_response)
    ),
    written as (
        update public.comm_link as l
        set cmli_status = a.response,
            cmli_updatedby = p_crm_user_id,
            cmli_updateddate = v_now,
            cmli_timestamp = v_now
        from answer as a
        where l.cmli_commlinkid = a.link_id
        returning a.appointment_id, a.domino_uid, a.response
    )
    insert into domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail
    )
    select
        (select domino_sync.current_run(p_runner)), p_runner, p_crm_user_id, w.appointment_id, w.domino_uid, 'to_crm',
        'updated', 'domino_changed',
        case w.response
            when 2 then 'answered in Notes: tentative'
            when 3 then 'answered in Notes: accepted'
            when 4 then 'answered in Notes: declined'
            else 'the copy in Notes is gone: the answer it gave is taken back'
        end
    from written as w;
end;
$$;
