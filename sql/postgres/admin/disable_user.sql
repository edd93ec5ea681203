create or replace function domino_sync_api.disable_user(p_crm_user_id integer)
returns void
language plpgsql
security definer
set search_path = domino_sync, pg_temp
as $$
-- Lets a user no longer take part. Nothing is deleted on either side, and the links stay for the day he is enabled again.
-- Parameters: p_crm_user_id.  Raises: CDS02 the user was never enabled.
-- Copies of group To Dos that wait behind somebody's are looked at again: it may have been his.
-- Locks:      sync_user, delivery, inbound_parked.  Writes: also activity.  Repeating it does nothing.
begin
    if not exists (select from domino_sync.sync_user as s where s.crm_user_id = p_crm_user_id) then
        raise exception 'no such user: CRM user % has never been enabled', p_crm_user_id using errcode = 'CDS02';
    end if;

    update domino_sync.sync_user as s
    set enabled = false, disabled_at = now()
    where s.crm_user_id = p_crm_user_id
      and s.enabled;
    if not found then
        return;
    end if;

    delete from domino_sync.delivery as d where d.crm_user_id = p_crm_user_id;

    update domino_sync.inbound_parked as p
    set next_attempt_at = now()
    where p.reason_code = 'assignee_copy';

    insert into domino_sync.activity (crm_user_id, direction, action, reason_code, detail)
    values (p_crm_user_id, 'admin', 'disabled', 'user_disabled', format('by %s', session_user));
end;
$$;
