create or replace function domino_sync_api.enable_user(
    p_crm_user_id integer, p_mail_file text, p_notes_name text, p_direction text, p_past_days integer)
returns table (enqueued integer, taken_over integer)
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Lets a user take part, or changes how; also ends a stop of the mailbox. Repeating it does no harm.
-- Parameters: p_crm_user_id; p_mail_file, path below Domino's data directory; p_notes_name, or null; p_direction: both,
--             to_domino, to_crm; p_past_days, null = setting window_past_days.
-- Returns:    enqueued - deliveries put in the queue: what this mail file should hold; taken_over - appointments that were his
--             under a former number in the CRM, see former_users and take_over.
-- Raises:     CDS02 no such user; CDS03 refused, with the reason.
-- Locks:      sync_user, those of take_over, delivery.  Writes: also activity.
-- Every enabling starts with a full pull and a first comparison: both sides may have moved on meanwhile. Links of another
-- mail file are kept apart as mail_file_changed: they tell nothing of this one, unless their entries are found in it.
declare
    v_allowed record;
    v_former integer;
begin
    -- before its links, in the order of everybody else
    perform from domino_sync.sync_user as s where s.crm_user_id = p_crm_user_id for update;

    select * into v_allowed from domino_sync.check_enable(p_crm_user_id, p_mail_file, p_direction, p_past_days);

    if v_allowed.moved then
        update domino_sync.item_link as l
        set state = 'unlinked', unlinked_reason = 'mail_file_changed', unlinked_at = now(), updated_at = now()
        where l.crm_user_id = p_crm_user_id
          and l.state <> 'unlinked';
    end if;
    -- of one to whom nothing comes from Domino any more, nothing waits there either
    if v_allowed.moved or p_direction = 'to_domino' then
        delete from domino_sync.inbound_parked as p where p.crm_user_id = p_crm_user_id;
    end if;

    insert into domino_sync.sync_user as s (
        crm_user_id, email, notes_name, mail_file, direction, window_start, past_days
    )
    values (
        p_crm_user_id, v_allowed.email, nullif(btrim(p_notes_name), ''), v_allowed.mail_file, p_direction,
        now() - make_interval(days => v_allowed.past_days), p_past_days
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

    taken_over := 0;
    for v_former in
        select f.crm_user_id
        from domino_sync.former_users(p_crm_user_id, v_allowed.mail_file, v_allowed.email) as f
    loop
        taken_over := taken_over + domino_sync.take_over(v_former, p_crm_user_id);
    end loop;

    enqueued := domino_sync.enqueue_window(p_crm_user_id);

    insert into domino_sync.activity (crm_user_id, direction, action, reason_code, detail)
    values (
        p_crm_user_id, 'admin', 'enabled', 'first_sync',
        format('%s, %s, by %s', v_allowed.mail_file, p_direction, session_user)
    );
    return next;
end;
$$;
