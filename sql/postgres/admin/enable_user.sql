create or replace function domino_sync_api.enable_user(
    p_crm_user_id integer, p_mail_file text, p_notes_name text, p_direction text, p_past_days integer)
returns table (enqueued integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Lets a user take part, or changes how; also ends a stop of the mailbox. Repeating it does no harm.
-- Parameters: p_crm_user_id; p_mail_file, path below Domino's data directory; p_notes_name, or null; p_direction: both,
--             to_domino, to_crm; p_past_days, null = setting window_past_days.
-- Returns:    deliveries put in the queue: what this mail file should hold.
-- Raises:     CDS02 no such user; CDS03 refused, with the reason.
-- Locks:      sync_user, delivery.  Writes: also activity.
-- Every enabling starts with a full pull and a first comparison: both sides may have moved on meanwhile. Links of another
-- mail file are kept apart as mail_file_changed: they tell nothing of this one, unless their entries are found in it.
declare
    v_user domino_sync.crm_user;
    v_mail_file text := ltrim(replace(btrim(p_mail_file), '\', '/'), '/');
    v_past_days integer := coalesce(
        p_past_days, (select s.value::integer from domino_sync.setting as s where s.name = 'window_past_days'), 14);
    v_other text;
begin
    select u.* into v_user from domino_sync.crm_user as u where u.crm_user_id = p_crm_user_id;
    if not found then
        raise exception 'no such user: the CRM has no user %', p_crm_user_id using errcode = 'CDS02';
    end if;
    if v_user.refusal is not null then
        raise exception '% (user %) cannot be enabled: %', v_user.name, p_crm_user_id, v_user.refusal
            using errcode = 'CDS03';
    end if;
    if coalesce(v_mail_file, '') = '' then
        raise exception 'mail_file is empty' using errcode = 'CDS03';
    end if;
    if p_direction is null or p_direction not in ('both', 'to_domino', 'to_crm') then
        raise exception 'direction % is not one of both, to_domino, to_crm', coalesce(p_direction, 'null')
            using errcode = 'CDS03';
    end if;
    if v_past_days not between 0 and 3650 then
        raise exception 'past_days % is not a number from 0 to 3650', v_past_days using errcode = 'CDS03';
    end if;

    select coalesce(u.name, 'user ' || s.crm_user_id) into v_other
    from domino_sync.sync_user as s
    left join domino_sync.crm_user as u on u.crm_user_id = s.crm_user_id
    where lower(s.mail_file) = lower(v_mail_file) and s.enabled and s.crm_user_id <> p_crm_user_id;
    if found then
        raise exception 'mail file % belongs to % already: two users cannot share one', v_mail_file, v_other
            using errcode = 'CDS03';
    end if;

    if exists (
        select from domino_sync.sync_user as s
        where s.crm_user_id = p_crm_user_id and lower(s.mail_file) <> lower(v_mail_file)
    ) then
        update domino_sync.item_link as l
        set state = 'unlinked', unlinked_reason = 'mail_file_changed', unlinked_at = now(), updated_at = now()
        where l.crm_user_id = p_crm_user_id
          and l.state <> 'unlinked';
        delete from domino_sync.inbound_parked as p where p.crm_user_id = p_crm_user_id;
    end if;

    insert into domino_sync.sync_user as s (
        crm_user_id, email, notes_name, mail_file, direction, window_start, past_days
    )
    values (
        p_crm_user_id, v_user.email, nullif(btrim(p_notes_name), ''), v_mail_file, p_direction,
        now() - make_interval(days => v_past_days), p_past_days
    )
    on conflict (crm_user_id) do update set
        email = excluded.email,
        notes_name = excluded.notes_name,
        mail_file = excluded.mail_file,
        direction = excluded.direction,
        window_start = excluded.window_start,
        past_days = excluded.past_days,
        enabled = true,
        enabled_at = case when s.enabled then s.enabled_at else now() end,
        disabled_at = null,
        health = 'ok',
        health_reason = null,
        health_detail = null,
        health_since = case when s.health = 'ok' then s.health_since else now() end,
        faults_in_a_row = 0,
        cursor = null,
        first_sync_done_at = null,
        first_sync_total = null,
        first_sync_compared = null,
        first_sync_read = null,
        next_poll_at = now();

    enqueued := domino_sync.enqueue_window(p_crm_user_id);

    insert into domino_sync.activity (crm_user_id, direction, action, reason_code, detail)
    values (
        p_crm_user_id, 'admin', 'enabled', 'first_sync',
        format('%s, %s, by %s', v_mail_file, p_direction, session_user)
    );
    return next;
end;
$$;
