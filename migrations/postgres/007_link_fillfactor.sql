-- A completed delivery rewrites its link and changes no indexed column: room in the page spares the three indexes.

alter table domino_sync.item_link set (fillfactor = 75);
