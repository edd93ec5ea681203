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

/** The newest of what was seen. */
export const remembered = (seen: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries([...seen].sort(([, a], [, b]) => (a < b ? 1 : -1)).slice(0, MOST_SEEN));
