create or replace function domino_sync.record_inbound(
    p_runner integer, p_crm_user_id integer, p_work jsonb, p_matches jsonb)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Stores what goes with the items that were written: links, deliveries to write back, conflicts, activity.
-- Parameters: p_runner, p_crm_user_id; p_work, decided items; p_matches, rows of match_attendees.
declare
    v_written jsonb := coalesce((
        select jsonb_agg(w) from jsonb_array_elements(p_work) as w where w ->> 'outcome' in ('created', 'updated')
    ), '[]');
begin
    perform domino_sync.store_mailbox_links(p_crm_user_id, (
        select coalesce(jsonb_agg(
            w -> 'link' || jsonb_build_object('appointment_id', (w ->> 'appointment_id')::integer)
        ), '[]')
        from jsonb_array_elements(v_written) as w
    ));

    perform domino_sync_api.enqueue_delivery(p_crm_user_id, ids.list, 'write_back')
    from (
        select jsonb_agg(w -> 'appointment_id') as list
        from jsonb_array_elements(v_written) as w
        where (w ->> 'write_back')::boolean
    ) as ids
    where ids.list is not null;

    insert into domino_sync.conflict (
        appointment_id, crm_user_id, field, base_value, crm_value, domino_value, winner, decided_by
    )
    select
        w.appointment_id, p_crm_user_id, c.field, c.base_value, c.crm_value, c.domino_value, c.winner, c.decided_by
    from jsonb_to_recordset(v_written) as w (appointment_id integer, conflicts jsonb)
    cross join lateral jsonb_to_recordset(w.conflicts) as c (
        field text, base_value jsonb, crm_value jsonb, domino_value jsonb, winner text, decided_by text
    );

    insert into domino_sync.activity (
        run_id, runner_id, crm_user_id, appointment_id, domino_uid, direction, action, reason_code, detail, changes,
        changed_by, changed_at
    )
    select
        (select domino_sync.current_run(p_runner)), p_runner, p_crm_user_id, w.appointment_id, w.link ->> 'domino_uid',
        'to_crm', w.action, w.reason_code, nullif(concat_ws('; ', w.detail, doubt.list), ''),
        nullif(nullif(w.changes, 'null'), '[]'),
        (select u.name from domino_sync.crm_user as u where u.crm_user_id = w.changed_by_user), w.changed_at
    from jsonb_to_recordset(v_written) as w (
        item_no integer, appointment_id integer, link jsonb, action text, reason_code text, detail text,
        changes jsonb, changed_by_user integer, changed_at timestamptz
    )
    left join lateral (
        select string_agg(
            format('%s belongs to %s persons, taken: %s', m.email, m.persons, m.person_id), '; ' order by m.email
        ) as list
        from jsonb_to_recordset(p_matches) as m (item_no integer, email text, person_id integer, persons integer)
        where m.item_no = w.item_no and m.persons > 1
    ) as doubt on true
    where w.action <> 'unchanged';
end;
$$;
