-- A parked entry that no list shows any more is asked for by itself, so that it does not stay parked once it is gone.

-- null: as soon as no list shows it; set when Domino was asked, and the entry was there
ALTER TABLE domino_sync.inbound_parked ADD ask_again_at datetime2(3) NULL;
