create or replace function domino_sync_api.preview_enable(
    p_crm_user_id integer, p_mail_file text, p_direction text, p_past_days integer)
returns table (
    crm_user_id integer, email text, mail_file text, direction text, window_start text, database_identity text,
    past_days integer, moved boolean)
language sql
stable
security definer
set search_path = domino_sync, pg_temp
as $$
-- The mailbox that `enable_user` would leave, refused as there.
-- Parameters: as enable_user.
-- Returns:    one row; moved - his links are of another mail file, and would be kept apart as mail_file_changed.
-- Raises:     CDS02 no such user; CDS03 refused, with the reason.
-- Locks:      nothing.  Writes: nothing.
select
    p_crm_user_id, a.email, a.mail_file, p_direction,
    to_char((now() - make_interval(days => a.past_days)) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    s.database_identity, p_past_days, a.moved
from domino_sync.check_enable(p_crm_user_id, p_mail_file, p_direction, p_past_days) as a
left join domino_sync.sync_user as s on s.crm_user_id = p_crm_user_id
$$;
