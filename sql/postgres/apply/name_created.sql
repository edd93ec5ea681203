create or replace function domino_sync.name_created(p_crm_user_id integer, p_work jsonb)
returns jsonb
language plpgsql
set search_path = domino_sync, pg_temp
as $$
-- Gives the items that become new appointments their id, and their organiser as Comm_Organizer holds him.
-- Parameters: p_crm_user_id, owner of the mailbox; p_work, decided items.
-- Returns:    the items; created ones with appointment_id, organiser (text) and organiser_id (null: no CRM user).
declare
    v_ids integer[] := domino_sync.next_crm_ids('communication', 'comm_communicationid', (
        select count(*)::integer from jsonb_array_elements(p_work) as w where w ->> 'outcome' = 'created'
    ));
    v_owner_email text := (
        select lower(btrim(u.user_emailaddress)) from public.users as u where u.user_userid = p_crm_user_id
    );
begin
    return coalesce((
        select jsonb_agg(
            case when w.body ->> 'outcome' <> 'created' then w.body else
                w.body || jsonb_build_object(
                    'appointment_id', v_ids[w.nth],
                    'organiser_id', o.crm_user_id,
                    'organiser', coalesce(o.crm_user_id::text, w.email)
                )
            end
            order by (w.body ->> 'item_no')::integer
        )
        from (
            select
                i.body,
                lower(btrim(i.body -> 'fields' ->> 'organiser_email')) as email,
                row_number() over (
                    partition by i.body ->> 'outcome' order by (i.body ->> 'item_no')::integer
                ) as nth
            from jsonb_array_elements(p_work) as i (body)
        ) as w
        left join domino_sync.user_address as a on a.email = w.email
        cross join lateral (
            -- the owner's address means the owner, whoever else has it
            select case when w.email is null or w.email = v_owner_email then p_crm_user_id else a.crm_user_id end
        ) as o (crm_user_id)
    ), '[]');
end;
$$;
