-- A parked entry that no list shows any more is asked for by itself, so that it does not stay parked once it is gone.

-- null: as soon as no list shows it; set when Domino was asked, and the entry was there
alter table domino_sync.inbound_parked add column ask_again_at timestamptz null;
