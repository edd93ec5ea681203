create or replace function domino_sync.regarding_of(p_ids integer[])
returns table (appointment_id integer, list jsonb)
language plpgsql
stable
set search_path = domino_sync, pg_temp
as $$
-- What appointments are about: the company and the person of their live links, their opportunity and their case.
-- Parameters: p_ids, the appointments.  Returns: a row for each that has any, as `regarding` of read_appointments.
-- Locks:      nothing.
-- The names are read where their tables and columns are there: a CRM need not have the modules. A statement of PL/pgSQL is
-- looked at when it is run for the first time.
#variable_conflict use_column
declare
    v_about jsonb;
    v_name jsonb := '{}';
begin
    select jsonb_agg(jsonb_build_object('appointment_id', a.appointment_id, 'kind', a.kind, 'id', a.id))
    into v_about
    from (
        -- who is invited only is no customer concerned
        select l.cmli_comm_communicationid as appointment_id, k.kind, k.id
        from public.comm_link as l
        cross join lateral (values ('company', l.cmli_comm_companyid), ('person', l.cmli_comm_personid)) as k (kind, id)
        where l.cmli_comm_communicationid = any(p_ids)
          and l.cmli_deleted is null
          and not domino_sync.is_set(l.cmli_isexternalattendee)
          and k.id > 0
        union
        select c.comm_communicationid, k.kind, k.id
        from public.communication as c
        cross join lateral (values ('opportunity', c.comm_opportunityid), ('case', c.comm_caseid)) as k (kind, id)
        where c.comm_communicationid = any(p_ids)
          and k.id > 0
    ) as a;
    if v_about is null then
        return;
    end if;

    v_name := coalesce((
        select jsonb_object_agg(
            'person ' || p.pers_personid,
            concat_ws(' ', nullif(btrim(p.pers_firstname), ''), nullif(btrim(p.pers_lastname), '')))
        from public.person as p
        where p.pers_personid in (select (a ->> 'id')::integer from jsonb_array_elements(v_about) as a where a ->> 'kind' = 'person')
    ), '{}');
    if domino_sync.has_columns('company', array['comp_companyid', 'comp_name']) then
        v_name := v_name || coalesce((
            select jsonb_object_agg('company ' || c.comp_companyid, btrim(c.comp_name))
            from public.company as c
            where c.comp_companyid in (select (a ->> 'id')::integer from jsonb_array_elements(v_about) as a where a ->> 'kind' = 'company')
        ), '{}');
    end if;
    if domino_sync.has_columns('opportunity', array['oppo_opportunityid', 'oppo_description']) then
        v_name := v_name || coalesce((
            select jsonb_object_agg('opportunity ' || o.oppo_opportunityid, btrim(o.oppo_description))
            from public.opportunity as o
            where o.oppo_opportunityid in (select (a ->> 'id')::integer from jsonb_array_elements(v_about) as a where a ->> 'kind' = 'opportunity')
        ), '{}');
    end if;
    if domino_sync.has_columns('cases', array['case_caseid', 'case_referenceid', 'case_description']) then
        v_name := v_name || coalesce((
            select jsonb_object_agg(
                'case ' || s.case_caseid,
                concat_ws(' ', nullif(btrim(s.case_referenceid::text), ''), nullif(btrim(s.case_description), '')))
            from public.cases as s
            where s.case_caseid in (select (a ->> 'id')::integer from jsonb_array_elements(v_about) as a where a ->> 'kind' = 'case')
        ), '{}');
    elsif domino_sync.has_columns('cases', array['case_caseid', 'case_description']) then
        v_name := v_name || coalesce((
            select jsonb_object_agg('case ' || s.case_caseid, btrim(s.case_description))
            from public.cases as s
            where s.case_caseid in (select (a ->> 'id')::integer from jsonb_array_elements(v_about) as a where a ->> 'kind' = 'case')
        ), '{}');
    end if;

    return query
    select
        a.appointment_id,
        jsonb_agg(jsonb_build_object('kind', a.kind, 'id', a.id, 'name', nullif(v_name ->> (a.kind || ' ' || a.id), ''))
            order by a.kind, a.id)
    from jsonb_to_recordset(v_about) as a (appointment_id integer, kind text, id integer)
    group by a.appointment_id;
end;
$$;
