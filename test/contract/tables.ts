/**
 * Direct looks at and writes to single tables, for what the contract has no procedure for. One interface, so that a suite
 * says once what it wants and runs on every engine.
 */

/** A Date is an instant; wall-clock times are text. */
export type Value = string | number | boolean | null | Date;
export type Columns = Readonly<Record<string, Value>>;

/**
 * Tables are `communication` (a vendor's) or `domino_sync.item_link`; columns are lower case. Conditions are equalities,
 * all of which must hold; a list means any of it.
 */
export interface Tables {
  /** The row's id, of its own or as the CRM would make it; 0 where the table has none. */
  insert(table: string, row: Columns): Promise<number>;
  /** Rows changed. */
  update(table: string, set: Columns, where?: Conditions): Promise<number>;
  remove(table: string, where?: Conditions): Promise<number>;
  /** Ordered by the columns as named. Times are text, `2026-05-04 09:00:00` (instants in UTC). */
  select<Row extends object>(
    table: string,
    columns: readonly (keyof Row & string)[],
    where?: Conditions,
  ): Promise<Row[]>;
  count(table: string, where?: Conditions): Promise<number>;
}

export type Conditions = Readonly<Record<string, Value | readonly (string | number)[]>>;

/** Whose ids `insert` makes as the CRM does. */
export const VENDOR_KEYS: Readonly<Record<string, { key: string; name: string }>> = {
  communication: { key: 'comm_communicationid', name: 'Communication' },
  comm_link: { key: 'cmli_commlinkid', name: 'Comm_Link' },
};

/** `2026-05-04 09:00:00`, in UTC. */
export const timeText = (time: Date): string => time.toISOString().slice(0, 19).replace('T', ' ');

export const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);
