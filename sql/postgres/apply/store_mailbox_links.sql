create or replace function domino_sync.store_mailbox_links(p_crm_user_id integer, p_links jsonb)
returns void
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Stores links of one mailbox; what was parked under the same Domino entries is settled by that.
-- Parameters: p_crm_user_id, the mailbox; p_links, a JSON list of LinkWrite.
-- Raises:     CDS03 a link of another mailbox, or a Domino entry that another appointment has.
-- Locks:      item_link, inbound_parked.
begin
    if exists (
        select from jsonb_to_recordset(p_links) as w (crm_user_id integer)
        where w.crm_user_id is distinct from p_crm_user_id
    ) then
        raise exception 'refused: a link belongs to another mailbox than that of CRM user %', p_crm_user_id
            using errcode = 'CDS03';
    end if;

    perform domino_sync.store_links(p_links);

    delete from domino_sync.inbound_parked as p
    using jsonb_to_recordset(p_links) as w (domino_uid text, domino_recurrence_id text)
    where p.crm_user_id = p_crm_user_id
      and p.domino_uid = w.domino_uid
      and p.domino_recurrence_id = coalesce(w.domino_recurrence_id, '');
end;
$$;
