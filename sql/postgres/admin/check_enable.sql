create or replace function domino_sync.check_enable(
    p_crm_user_id integer, p_mail_file text, p_direction text, p_past_days integer)
returns table (email text, mail_file text, past_days integer, moved boolean)
language plpgsql
stable
set search_path = domino_sync, pg_temp
as $$
-- Refuses to enable whom, or with what, must not be enabled.
-- Parameters: as enable_user.
-- Returns:    one row: his address; the mail file as it is stored; the days back that count; moved - he was enabled with
--             another mail file before.
-- Raises:     CDS02 no such user; CDS03 refused, with the reason.
-- Locks:      nothing.  Writes: nothing.
declare
    v_user domino_sync.crm_user;
    v_mail_file text := ltrim(replace(btrim(p_mail_file), '\', '/'), '/');
    v_past_days integer := coalesce(
        p_past_days, (select s.value::integer from domino_sync.setting as s where s.name = 'window_past_days'), 14);
    v_other record;
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

    select
        s.crm_user_id,
        coalesce(u.name, 'somebody') as name,
        case when u.crm_user_id is null then 'removed from the CRM' else u.refusal end as refusal,
        v_user.email in (lower(btrim(s.email)), u.email) as same_address
    into v_other
    from domino_sync.sync_user as s
    left join domino_sync.crm_user as u on u.crm_user_id = s.crm_user_id
    where lower(s.mail_file) = lower(v_mail_file) and s.enabled and s.crm_user_id <> p_crm_user_id
    order by s.crm_user_id
    limit 1;
    if found then
        raise exception 'mail file % belongs to % already (user %): two users cannot share one. Run users disable % first%',
            v_mail_file, v_other.name, concat_ws(', ', v_other.crm_user_id, v_other.refusal), v_other.crm_user_id,
            case
                when v_other.same_address
                    and v_other.refusal in ('deleted in the CRM', 'disabled in the CRM', 'removed from the CRM')
                    then format('; user %s then goes on with what user %s has', p_crm_user_id, v_other.crm_user_id)
                else ''
            end
            using errcode = 'CDS03';
    end if;

    return query
    select
        v_user.email::text, v_mail_file, v_past_days,
        exists (
            select from domino_sync.sync_user as s
            where s.crm_user_id = p_crm_user_id and lower(s.mail_file) <> lower(v_mail_file)
        );
end;
$$;
