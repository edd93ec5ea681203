/** What a run did, for the log, `run.counts` and `once --json`. */
export interface Counts {
  folded: number;
  mailboxes: number;
  /** Mailboxes that a fault or an alarm stopped. */
  paused: number;
  toDomino: {
    created: number;
    updated: number;
    deleted: number;
    adopted: number;
    unlinked: number;
    unchanged: number;
    skipped: number;
  };
  toCrm: {
    created: number;
    updated: number;
    deleted: number;
    adopted: number;
    unlinked: number;
    unchanged: number;
    skipped: number;
  };
  failed: number;
  parked: number;
  conflicts: number;
}

const none = () => ({
  created: 0,
  updated: 0,
  deleted: 0,
  adopted: 0,
  unlinked: 0,
  unchanged: 0,
  skipped: 0,
});

export const newCounts = (): Counts => ({
  folded: 0,
  mailboxes: 0,
  paused: 0,
  toDomino: none(),
  toCrm: none(),
  failed: 0,
  parked: 0,
  conflicts: 0,
});

/** The counts as `run.counts` keeps them: one flat object, zeros left out. */
export function flatCounts(counts: Counts): Record<string, number> {
  const flat: Record<string, number> = {};
  const put = (name: string, value: number) => {
    if (value !== 0) flat[name] = value;
  };
  for (const [name, value] of Object.entries(counts)) {
    if (typeof value === 'number') put(name, value);
    else
      for (const [action, n] of Object.entries(value as Record<string, number>)) put(`${name}.${action}`, n);
  }
  return flat;
}

/** Effects: what changed anything on either side. A cycle without any is quiet. */
export const effects = (counts: Counts): number =>
  [counts.toDomino, counts.toCrm].reduce(
    (sum, side) => sum + side.created + side.updated + side.deleted + side.adopted + side.unlinked,
    0,
  );
