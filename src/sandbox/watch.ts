/** Tells what arrives on the other side, as it arrives, from the history the product keeps anyway. */
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
    let last = (
      await box.vendor.query<{ id: string }>(
        'select coalesce(max(activity_id), 0) as id from domino_sync.activity',
      )
    ).rows[0]!.id;
    while (!stopped) {
      const { rows } = await box.vendor.query<Row>(
        `select a.activity_id as id, a.direction, a.action, a.reason_code as reason, c.comm_subject as subject,
                u.mail_file as "mailFile", a.appointment_id as appointment
         from domino_sync.activity as a
         left join communication as c on c.comm_communicationid = a.appointment_id
         left join domino_sync.sync_user as u on u.crm_user_id = a.crm_user_id
         where a.activity_id > $1 and a.action not in ('skipped', 'unchanged') order by 1`,
        [last],
      );
      for (const row of rows) {
        last = row.id;
        const way =
          row.direction === 'to_domino'
            ? `→ Notes  ${row.mailFile}`
            : `→ CRM    ${row.appointment ?? ''} of ${row.mailFile}`;
        say(`  ${way}  ${row.action} "${row.subject ?? ''}" (${row.reason})`);
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
