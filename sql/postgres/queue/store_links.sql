create or replace function domino_sync.store_links(p_links jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
-- Writes links as they are from now on.
-- Parameters: p_links - array of the contract's `LinkWrite`, each pair at most once.
-- Returns: nothing.  Raises CDS03 when another appointment of the mailbox has the Domino entry already.
-- Locks: the item_link rows, in key order.  Writes: item_link, delivery.
declare
    v_taken record;
    v_ended integer[];
begin
    -- A meeting made in Notes is sent to those invited by Domino's own scheduling. Once we made it again, or a plain entry
    -- of it because nobody enabled organises it any more, no invitation counts.
    v_ended := array(
        select l.appointment_id
        from jsonb_to_recordset(p_links) as n (
            appointment_id integer, crm_user_id integer, kind text, state text, domino_uid text)
        join domino_sync.item_link as l on l.appointment_id = n.appointment_id and l.crm_user_id = n.crm_user_id
        where n.state <> 'unlinked'
          and (n.domino_uid like 'CRM-%' or n.kind <> 'meeting')
          and l.domino_uid not like 'CRM-%'
          and l.kind = 'meeting'
          and l.state = 'linked'
    );

    insert into domino_sync.item_link as old (
        appointment_id, crm_user_id, role, kind, state, form, domino_uid, domino_recurrence_id, domino_unid,
        incarnation, base_item, base_hash, domino_start, domino_token, domino_digest, unlinked_reason, unlinked_at)
    select
        n.appointment_id, n.crm_user_id, n.role, n.kind, n.state, n.form, n.domino_uid,
        coalesce(n.domino_recurrence_id, ''), n.domino_unid, coalesce(n.incarnation, 1),
        nullif(n.base_item, 'null'::jsonb), n.base_hash, n.domino_start, n.domino_token, n.domino_digest,
        n.unlinked_reason, case when n.state = 'unlinked' then now() end
    from jsonb_to_recordset(p_links) as n (
        appointment_id integer, crm_user_id integer, role text, kind text, state text, form text, domino_uid text,
        domino_recurrence_id text, domino_unid text, incarnation integer, base_item jsonb, base_hash text,
        domino_start text, domino_token text, domino_digest text, unlinked_reason text)
    order by n.crm_user_id, n.appointment_id
    on conflict on constraint item_link_pkey do update set
        role = excluded.role, kind = excluded.kind, state = excluded.state, form = excluded.form,
        domino_uid = excluded.domino_uid, domino_recurrence_id = excluded.domino_recurrence_id,
        domino_unid = excluded.domino_unid, incarnation = excluded.incarnation, base_item = excluded.base_item,
        base_hash = excluded.base_hash, domino_start = excluded.domino_start, domino_token = excluded.domino_token,
        domino_digest = excluded.domino_digest, unlinked_reason = excluded.unlinked_reason,
        unlinked_at = case when excluded.state = 'unlinked' then coalesce(old.unlinked_at, excluded.unlinked_at) end,
        -- the first attempt to create this very entry: from then on Domino may have it
        created_at = case
            when excluded.state = 'creating'
                 and (old.state, old.domino_uid) is distinct from ('creating', excluded.domino_uid)
                then excluded.created_at
            else old.created_at
        end,
        updated_at = excluded.updated_at, checked_at = excluded.checked_at;

    if v_ended <> '{}' then
        perform domino_sync.offer_copies(v_ended);
    end if;
exception when unique_violation then
    select n.crm_user_id, n.appointment_id, n.domino_uid, l.appointment_id as holder into v_taken
    from jsonb_to_recordset(p_links) as n (
        appointment_id integer, crm_user_id integer, domino_uid text, domino_recurrence_id text)
    join domino_sync.item_link as l
        on (l.crm_user_id, l.domino_uid, l.domino_recurrence_id)
           = (n.crm_user_id, n.domino_uid, coalesce(n.domino_recurrence_id, ''))
    where l.appointment_id <> n.appointment_id
    limit 1;
    raise exception 'refused: appointment % of CRM user %: domino_uid % belongs to appointment %',
        v_taken.appointment_id, v_taken.crm_user_id, v_taken.domino_uid,
        coalesce(v_taken.holder::text, 'twice in this call')
        using errcode = 'CDS03';
end;
$$;
