/**
 * The queue while somebody keeps a transaction open for hours: dead rows stay, and a queue that reads past them slows down
 * with everything that was ever in it. The last fifth of the run against the first.
 */
import pg from 'pg';
import { enableAll } from '../../src/sandbox/enable.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Measured } from './bench.ts';
import { median, timed } from './measure.ts';

const APPOINTMENTS = 1000;
const CYCLES = 60;

export async function benchSnapshot(box: Sandbox): Promise<Measured[]> {
  const { vendor, crm } = box;
  await crm.registerRunner({ host: 'bench', process_id: process.pid, version: 'bench' });
  await enableAll(box);
  await vendor.query(
    `with made as (
       insert into communication (comm_type, comm_action, comm_status, comm_subject, comm_datetime, comm_todatetime, comm_organizer)
       select 'Appointment', 'Meeting', 'Pending', 'Snapshot ' || n, now(), now(), (select array_agg(crm_user_id::text) from domino_sync.sync_user)[1 + n % 40]
       from generate_series(1, ${APPOINTMENTS}) as n
       returning comm_communicationid as id, comm_organizer as organiser)
     insert into comm_link (cmli_comm_communicationid, cmli_comm_userid, cmli_status) select id, organiser::int, 6 from made`,
  );
  const run = async (): Promise<number> => {
    await vendor.query('truncate domino_sync.change_log, domino_sync.delivery');
    const cycles: number[] = [];
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      await vendor.query(
        `update communication set comm_location = 'Cycle ${cycle}' where comm_subject like 'Snapshot %'`,
      );
      cycles.push(await timed(() => workOff(box)));
    }
    const fifth = CYCLES / 5;
    return median(cycles.slice(-fifth)) / median(cycles.slice(0, fifth));
  };

  const holder = new pg.Client({ connectionString: box.adminUrl });
  await holder.connect();
  try {
    const free = await run();
    await holder.query('begin isolation level repeatable read');
    // any table: it is the snapshot that holds, and a lock on ours would be another story
    await holder.query('select count(*) from users');
    const held = await run();
    await holder.query('rollback');
    return [
      {
        name: 'queue under an open snapshot, last fifth against the first',
        value: held,
        unit: 'times',
        target: { most: 1.5 },
      },
      { name: '  the same without a snapshot', value: free, unit: 'times', target: null },
    ];
  } finally {
    await holder.end();
    await vendor.query("delete from communication where comm_subject like 'Snapshot %'");
    await vendor.query('truncate domino_sync.change_log, domino_sync.delivery');
    await vendor.query('vacuum analyze');
  }
}

async function workOff({ crm, vendor }: Sandbox): Promise<void> {
  while ((await crm.foldChanges(5000)).changes > 0);
  await crm.leaseMailboxes(100, 600);
  for (;;) {
    const leased = await crm.leaseOutbound(null, 1000, 600);
    if (leased.length === 0) break;
    await crm.completeOutbound(
      leased.map(({ appointment_id, crm_user_id, version }) => ({
        appointment_id,
        crm_user_id,
        version,
        action: 'unchanged' as const,
        reason_code: 'already_equal',
        detail: null,
        link: null,
        conflicts: [],
      })),
    );
  }
  await vendor.query('update domino_sync.sync_user set leased_by = null, leased_until = null');
}
