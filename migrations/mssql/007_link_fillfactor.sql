-- A completed delivery rewrites its link, whose text grows and shrinks: room in the page spares page splits.

ALTER INDEX item_link_pkey ON domino_sync.item_link REBUILD WITH (FILLFACTOR = 75);
