/** What a pull hands to the next one; stored by the runner beside the mailbox, opaque to it. */
import { z } from 'zod';
import { instantSchema } from '../../item/sync-item.ts';

const cursorSchema = z.object({
  v: z.literal(1),
  /** Null until the Data service was asked with success. */
  data: z
    .object({
      /** Server clock at the first request of the pull. */
      since: instantSchema,
      /** Documents of the last answers that need no second look: UNID to `@modified`. */
      seen: z.record(z.string(), z.string()),
      /** Server clock when all known To Dos were last put forward for probing. */
      sweptAt: instantSchema,
      /** The youngest documents of all pulls, newest first: witnesses, should the mail file come back older than it was. */
      youngest: z.array(z.object({ unid: z.string(), modified: z.string() })).default([]),
    })
    .nullable(),
  /** What was found out about the last day of all-day entries (see all-day.ts). */
  allDay: z.object({ rule: z.enum(['inclusive', 'exclusive', 'shifted']), settled: z.boolean() }).nullable(),
});
export type Cursor = z.infer<typeof cursorSchema>;
export type DataCursor = NonNullable<Cursor['data']>;

/** A cursor that cannot be read means a first pull again, never "no changes". */
export function readCursor(text: string | null): Cursor {
  const empty: Cursor = { v: 1, data: null, allDay: null };
  if (text === null) return empty;
  try {
    return cursorSchema.safeParse(JSON.parse(text)).data ?? empty;
  } catch {
    return empty;
  }
}

export const writeCursor = (cursor: Cursor): string => JSON.stringify(cursor);

/** More are not remembered: a forgotten one is merely looked at once more. */
const MOST_SEEN = 2_000;

const MOST_YOUNGEST = 10;

/** Of those remembered and those listed now the newest, each with its latest time. */
export function youngest(
  before: DataCursor['youngest'],
  listed: DataCursor['youngest'],
): DataCursor['youngest'] {
  const latest = new Map(before.map(({ unid, modified }) => [unid, modified]));
  for (const { unid, modified } of listed) latest.set(unid, modified);
  return [...latest]
    .map(([unid, modified]) => ({ unid, modified }))
    .sort((a, b) => (a.modified < b.modified ? 1 : -1))
    .slice(0, MOST_YOUNGEST);
}

/** The newest of what was seen. */
export const remembered = (seen: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries([...seen].sort(([, a], [, b]) => (a < b ? 1 : -1)).slice(0, MOST_SEEN));
