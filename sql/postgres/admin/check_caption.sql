create or replace function domino_sync.check_caption(p_family text, p_crm_value text, p_item_value text)
returns void
language plpgsql
immutable
set search_path = domino_sync, pg_temp
as $$
-- Refuses a caption row that would mean nothing. All without padding, the family in lower case.
-- Parameters: p_family; p_crm_value; p_item_value, null = that of any row.
-- Raises:     CDS03 an unknown family, a caption the CRM's column cannot hold, or what the family cannot mean.
-- Locks:      none.  Writes: nothing.
declare
    v_choices text[];
begin
    case p_family
        when 'kind' then v_choices := array['meeting', 'appointment', 'todo'];
        when 'category' then v_choices := null;
        when 'status' then v_choices := array['pending', 'in_progress', 'completed', 'cancelled'];
        when 'busy' then v_choices := array['busy', 'free'];
        when 'priority' then v_choices := array['high', 'normal', 'low'];
        else
            raise exception 'captions: % is not one of kind, category, status, busy, priority', coalesce(p_family, 'null')
                using errcode = 'CDS03';
    end case;

    if coalesce(length(p_crm_value), 0) not between 1 and 40 then
        raise exception 'captions of %: the code of the CRM has 1 to 40 characters, as its column has', p_family
            using errcode = 'CDS03';
    elsif p_item_value is null then
        return;
    elsif p_family = 'category' then
        -- a separator, with which it would come back as several
        if length(p_item_value) not between 1 and 100 or p_item_value ~ '[,;]' then
            raise exception 'captions of category: % is no category: that has 1 to 100 characters and neither comma nor semicolon',
                left(p_item_value, 100)
                using errcode = 'CDS03';
        end if;
    elsif p_item_value <> all(v_choices) then
        raise exception 'captions of %: % is not one of %',
            p_family, left(p_item_value, 100), array_to_string(v_choices, ', ')
            using errcode = 'CDS03';
    end if;
end;
$$;
