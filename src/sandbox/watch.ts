/** Tells what arrives on the other side, as it arrives, from the history the product keeps anyway. */
import { errorText } from '../errors.ts';
import type { Sandbox } from './sandbox.ts';

interface Row {
  id: string;
  direction: string;
  action: string;
  reason: string;
  subject: string | null;
  mailFile: string | null;
  appointment: number | null;
}

const PACE_MS = 300;

export function watchActivity(box: Sandbox, say: (line: string) => void): { stop: () => Promise<void> } {
  let stopped = false;
  const watching = (async () => {
    let last: string | null = null;
    let told = '';
    while (!stopped) {
      try {
        last = await tellSince(box, last, say);
        told = '';
      } catch (error) {
        // Told once: the database may be back at the next look.
        const line = `  cannot look at what happened: ${errorText(error)}`;
        if (line !== told) say(line);
        told = line;
      }
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await watching;
    },
  };
}

/** Answers the last activity told; null tells nothing and begins with what comes next. */
async function tellSince(
  { vendor }: Sandbox,
  last: string | null,
  say: (line: string) => void,
): Promise<string> {
  if (last === null) {
    const { rows } = await vendor.query<{ id: string }>(
      'select coalesce(max(activity_id), 0) as id from domino_sync.activity',
    );
    return rows[0]!.id;
  }
  const { rows } = await vendor.query<Row>(
    `select a.activity_id as id, a.direction, a.action, a.reason_code as reason, c.comm_subject as subject,
            u.mail_file as "mailFile", a.appointment_id as appointment
     from domino_sync.activity as a
     left join communication as c on c.comm_communicationid = a.appointment_id
     left join domino_sync.sync_user as u on u.crm_user_id = a.crm_user_id
     where a.activity_id > $1 and a.action not in ('skipped', 'unchanged') order by 1`,
    [last],
  );
  for (const row of rows) {
    const way =
      row.direction === 'to_domino'
        ? `→ Notes  ${row.mailFile}`
        : `→ CRM    ${row.appointment ?? ''} of ${row.mailFile}`;
    say(`  ${way}  ${row.action} "${row.subject ?? ''}" (${row.reason})`);
  }
  return rows.at(-1)?.id ?? last;
}
