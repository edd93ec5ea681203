create or replace function domino_sync_api.change_setting(p_name text, p_value text)
returns void
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Changes what the runners obey from their next cycle on.
-- Parameters: p_name; p_value, null or empty only for crm_time_zone and for the policy of a group of fields.
-- Raises:     CDS03 an unknown name or a value it cannot have; nothing is changed then.
-- Locks:      the row of setting; for tasks and what belongs to them also sync_user, item_link, delivery (switch_tasks), for
--             todos sync_user and delivery (switch_todos).
-- Writes:     also configuration_change: who changed it, and when.
declare
    v_value text := btrim(p_value);
    v_choices text[];
    v_range int4range;
    v_optional boolean := false;
    v_before text;
    v_changed integer;
begin
    case p_name
        when 'external_attendees' then v_choices := array['list', 'include', 'omit'];
        when 'regarding' then v_choices := array['list', 'omit'];
        when 'private_appointments' then v_choices := array['full', 'masked', 'skipped'];
        when 'private_subject' then null;
        when 'notices' then v_choices := array['never', 'always'];
        when 'merge_policy' then v_choices := array['newest', 'crm', 'domino'];
        when 'merge_policy_time', 'merge_policy_text', 'merge_policy_people', 'merge_policy_details' then
            v_choices := array['newest', 'crm', 'domino'];
            v_value := nullif(v_value, '');
            v_optional := true;
        when 'todos' then v_choices := array['on', 'read', 'off'];
        when 'tasks' then v_choices := array['off', 'sync'];
        when 'task_due_column' then v_choices := array['comm_datetime', 'comm_todatetime'];
        when 'task_actions' then null;
        when 'notes_todos' then v_choices := array['appointment', 'task'];
        when 'group_series' then v_choices := array['on', 'off'];
        when 'deleted_in_notes_invited', 'deleted_in_notes_alone', 'deleted_in_crm', 'deleted_past' then
            v_choices := array['delete', 'unlink'];
        when 'deletion_meets_edit' then v_choices := array['edit', 'deletion'];
        when 'opt_out_category' then v_value := coalesce(v_value, '');
        when 'window_past_days' then v_range := '[0,3650]';
        when 'window_future_days' then v_range := '[1,3650]';
        when 'poll_seconds' then v_range := '[1,86400]';
        when 'lease_seconds' then v_range := '[5,3600]';
        when 'max_attempts' then v_range := '[1,1000]';
        when 'mass_disappearance_count' then v_range := '[0,1000000]';
        when 'mass_disappearance_percent' then v_range := '[0,100]';
        when 'mass_disappearance_hours' then v_range := '[0,168]';
        when 'recheck_hours' then v_range := '[1,8760]';
        when 'reconcile_days' then v_range := '[0,3650]';
        when 'max_occurrences' then v_range := '[1,10000]';
        when 'crm_time_zone' then null;
        when 'instance_id' then
            raise exception 'setting instance_id cannot be changed: it is part of the ids of entries in Domino'
                using errcode = 'CDS03';
        else
            raise exception 'there is no setting %', coalesce(p_name, 'null') using
                errcode = 'CDS03',
                hint = (select 'Settings: ' || string_agg(s.name, ', ' order by s.name) from domino_sync.setting as s);
    end case;

    if p_name = 'crm_time_zone' then
        -- abbreviations such as CET have no summer time rules of their own
        if v_value is not null and not exists (
            select from pg_timezone_names as z
            where z.name = v_value and (z.name like '%/%' or z.name = 'UTC') and z.name not like 'posix/%'
        ) then
            raise exception 'setting crm_time_zone: % is no IANA time zone such as Europe/Berlin', v_value
                using errcode = 'CDS03';
        end if;
    elsif p_name = 'task_actions' then
        if coalesce(length(v_value), 0) not between 1 and 1000 then
            raise exception 'setting task_actions: between 1 and 1000 characters are needed' using errcode = 'CDS03';
        end if;
    elsif p_name = 'private_subject' then
        if coalesce(v_value, '') = '' or length(v_value) > 100 or v_value ~ '[\t\n\r]' then
            raise exception 'setting private_subject: a subject of 1 to 100 characters on one line is needed'
                using errcode = 'CDS03';
        end if;
    elsif p_name = 'opt_out_category' then
        -- a separator, with which it would never be found
        if length(v_value) > 100 or v_value ~ '[,;]' then
            raise exception 'setting opt_out_category: a category has at most 100 characters and neither comma nor semicolon'
                using errcode = 'CDS03';
        end if;
    elsif v_choices is not null and not (v_optional and v_value is null) and v_value = any(v_choices) is not true then
        raise exception 'setting %: % is not one of %', p_name, coalesce(v_value, 'null'), array_to_string(v_choices, ', ')
            using errcode = 'CDS03';
    elsif v_range is not null and (v_value ~ '^[0-9]{1,9}$' and v_range @> v_value::integer) is not true then
        raise exception 'setting %: % is not a number from % to %',
            p_name, coalesce(v_value, 'null'), lower(v_range), upper(v_range) - 1
            using errcode = 'CDS03';
    end if;

    select s.value into v_before from domino_sync.setting as s where s.name = p_name for update;

    update domino_sync.setting as s
    set value = v_value, changed_at = now(), changed_by = session_user
    where s.name = p_name
      and s.value is distinct from v_value;
    get diagnostics v_changed = row_count;

    if v_changed > 0 then
        insert into domino_sync.configuration_change (kind, name, before, after)
        values ('setting', p_name, v_before, v_value);
    end if;

    if v_changed > 0
        and (
            p_name = 'tasks'
            or (p_name in ('task_due_column', 'task_actions') and (select t.taken from domino_sync.task_setting as t))
        )
    then
        perform domino_sync.switch_tasks(p_name = 'tasks' and v_value = 'off');
    end if;

    if v_changed > 0 and p_name = 'todos' and (v_before = 'off' or v_value = 'on') then
        perform domino_sync.switch_todos();
    end if;
end;
$$;
