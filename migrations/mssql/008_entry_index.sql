-- One meeting lies in the mail files of all its invitees under one uid: found across mailboxes when an entry is new.
CREATE INDEX item_link_entry_idx ON domino_sync.item_link (domino_uid, domino_recurrence_id);
