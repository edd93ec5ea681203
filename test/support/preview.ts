/** What a preview said, what then happened, and whether anything was written: all in lines that can be compared. */
import type { Preview } from '../../src/runner/preview/item.ts';
import { openPreviewDatabase } from '../../src/crm/open.ts';
import { silentLog } from '../../src/log.ts';
import { previewCycle } from '../../src/runner/preview/preview.ts';
import { previewEnabling } from '../../src/runner/preview/enabling.ts';
import type { EnableUser } from '../../src/crm/contract.ts';
import type { TwoSides } from './two-sides.ts';

/** A digest of every row of every table and of every sequence, and everything the mail files hold. */
export async function everything({ sides }: TwoSides): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  const { rows: tables } = await sides.vendor.query<{ name: string }>(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema)' order by 1`,
  );
  for (const { name } of tables) {
    const { rows } = await sides.vendor.query<{ digest: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '-') as digest from ${name} as t`,
    );
    digests[name] = rows[0]!.digest;
  }
  const { rows: sequences } = await sides.vendor.query<{ list: string }>(
    `select string_agg(schemaname || '.' || sequencename || '=' || coalesce(last_value::text, '-'), ' ' order by 1) as list
     from (select * from pg_sequences order by schemaname, sequencename) as s`,
  );
  digests['sequences'] = sequences[0]!.list;
  for (const user of sides.users) {
    const notes = sides.standIn.notesUser(user.email);
    digests[user.mailFile] = JSON.stringify([notes.calendar(), notes.todos()]);
  }
  digests['outbox'] = JSON.stringify(sides.standIn.outbox);
  return digests;
}

/** The preview as an administrator's program would take it; fails when anything was written by it, on either side. */
export async function previewed(two: TwoSides, enabling: EnableUser | null = null): Promise<Preview> {
  const before = await everything(two);
  two.sides.standIn.requests.reset();
  const url = new URL(two.sides.crmUrl);
  url.searchParams.set('options', '-c default_transaction_read_only=on');
  const crm = await openPreviewDatabase(url.href);
  try {
    const options = { crm, domino: two.sides.domino, log: silentLog() };
    const preview =
      enabling === null ? await previewCycle(options, null) : await previewEnabling(options, enabling);
    expect(two.sides.standIn.requests.count().write).toBe(0);
    expect(await everything(two)).toEqual(before);
    return preview;
  } finally {
    await crm.close();
  }
}

export interface Line {
  user: number;
  direction: string;
  /** The appointment, or the uid where it is still to be made. */
  item: string;
  action: string;
  reason: string;
  changes: unknown;
}

/** What is said of the next cycle; `then`: of the one after it. */
export const saidOf = (preview: Preview, follows = false): string[] =>
  preview.mailboxes
    .flatMap((mailbox) =>
      mailbox.items
        .filter(
          (item) => item.follows === follows && item.action !== 'unchanged' && item.action !== 'retried',
        )
        .map((item) =>
          lineOf({
            user: mailbox.crm_user_id,
            direction: item.direction,
            item:
              item.direction === 'to_crm' &&
              item.action !== 'updated' &&
              item.action !== 'deleted' &&
              item.domino_uid !== null
                ? item.domino_uid
                : String(item.appointment_id),
            action: item.action,
            reason: item.reason_code,
            changes: item.changes.length === 0 ? null : item.changes,
          }),
        ),
    )
    .sort();

const lineOf = (line: Line): string =>
  JSON.stringify([line.user, line.direction, line.item, line.action, line.reason, sorted(line.changes)]);

/** The engine gives the members of an object back in an order of its own. Domino may forget the zone of the author, which no side compares. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => member !== undefined && name !== 'timeZone')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

export async function lastActivity({ sides }: TwoSides): Promise<number> {
  const { rows } = await sides.vendor.query<{ last: string | null }>(
    'select max(activity_id) as last from domino_sync.activity',
  );
  return Number(rows[0]!.last ?? 0);
}

/** What the history tells since then, in the same lines. */
export async function happenedSince({ sides }: TwoSides, last: number): Promise<string[]> {
  const { rows } = await sides.vendor.query<{
    crm_user_id: number;
    direction: string;
    appointment_id: number | null;
    domino_uid: string | null;
    action: string;
    reason_code: string;
    changes: unknown;
  }>(
    `select crm_user_id, direction, appointment_id, domino_uid, action, reason_code, changes
     from domino_sync.activity where activity_id > $1 and direction <> 'admin'`,
    [last],
  );
  return rows
    .filter((row) => row.action !== 'retried')
    .map((row) =>
      lineOf({
        user: row.crm_user_id,
        direction: row.direction,
        item:
          row.direction === 'to_crm' &&
          row.action !== 'updated' &&
          row.action !== 'deleted' &&
          row.domino_uid !== null
            ? row.domino_uid
            : String(row.appointment_id),
        action: row.action,
        reason: row.reason_code,
        changes: row.changes,
      }),
    )
    .sort();
}
