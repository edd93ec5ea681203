create or replace function domino_sync.check_inbound(p_crm_user_id integer, p_items jsonb)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Refuses what the CRM could not store, before anything is locked.
-- Parameters: p_crm_user_id, the mailbox; p_items, a JSON list of InboundItem.
-- Raises:     CDS03 with the item_no and the field of the first problem.
declare
    v_bad record;
begin
    with limits as (
        select
            k.field,
            domino_sync.column_length('communication', 'comm_' || k.field)
                as most
        from unnest(array['action', 'status', 'priority', 'subject', 'location', 'note']) as k (field)
    ),
    item as (
        select
            (i ->> 'item_no')::integer as item_no,
            i ->> 'appointment_id' is null as is_new,
            i -> 'fields' as f,
            i -> 'link' as link,
            i -> 'attendees_add' as added
        from jsonb_array_elements(p_items) as i
    ),
    problem as (
        select item.item_no, p.field, p.problem
        from item
        cross join lateral (values
            ('link.crm_user_id', case when (link ->> 'crm_user_id')::integer is distinct from p_crm_user_id
                then 'is another mailbox' end),
            ('link.domino_uid', case when coalesce(link ->> 'domino_uid', '') = '' then 'is empty' end),
            ('fields.start_at', case when is_new and f ->> 'start_at' is null then 'is missing'
                when f ? 'start_at' and not domino_sync.is_wall_time(f ->> 'start_at') then 'is not a time' end),
            ('fields.end_at', case when is_new and f ->> 'end_at' is null then 'is missing'
                when f ? 'end_at' and not domino_sync.is_wall_time(f ->> 'end_at') then 'is not a time'
                -- texts of this form sort like the times
                when f ->> 'end_at' < f ->> 'start_at' then 'is before the start' end),
            ('fields.notify_at', case when f ->> 'notify_at' is not null and not domino_sync.is_wall_time(f ->> 'notify_at')
                then 'is not a time' end),
            ('fields.all_day', case when f ? 'all_day' and jsonb_typeof(f -> 'all_day') <> 'boolean'
                then 'is neither true nor false' end),
            ('fields.private', case when f ? 'private' and jsonb_typeof(f -> 'private') <> 'boolean'
                then 'is neither true nor false' end),
            ('fields.type', case when f ? 'type' and (not is_new or f ->> 'type' is distinct from 'Task')
                then 'is neither absent nor that of a new Task' end),
            ('fields.organiser_email', case when f ->> 'organiser_email' not like '%_@_%' then 'is not an address'
                when length(f ->> 'organiser_email') > domino_sync.column_length('communication', 'comm_organizer')
                then 'is too long' end)
        ) as p (field, problem)

        union all

        select
            item.item_no,
            'fields.' || k.field,
            case when is_new and f ->> k.field is null then 'is missing'
                when f ? k.field and jsonb_typeof(f -> k.field) <> 'string' then 'is not a text'
                when length(f ->> k.field) > k.most then format('has more than %s characters', k.most) end
        from item
        cross join limits as k

        union all

        select
            item.item_no,
            'attendees_add',
            case when coalesce(a ->> 'email', '') not like '%_@_%' then format('%s is not an address', a -> 'email')
                when length(a ->> 'email') > domino_sync.column_length('comm_link', 'cmli_recipient')
                then format('%s is too long', a -> 'email')
                when a ->> 'response' is null or a ->> 'response' !~ '^[0-6]$'
                then format('%s has the unknown response %s', a -> 'email', a -> 'response') end
        from item
        cross join lateral jsonb_array_elements(item.added) as a
    )
    select problem.item_no, problem.field, problem.problem into v_bad
    from problem
    where problem.problem is not null
    order by problem.item_no
    limit 1;

    if found then
        raise exception 'refused: item %: % %', v_bad.item_no, v_bad.field, v_bad.problem
            using errcode = 'CDS03', detail = jsonb_build_object('item_no', v_bad.item_no, 'field', v_bad.field)::text;
    end if;
end;
$$;
