/**
 * The queue while somebody keeps a transaction open for hours: dead rows stay, and a queue that reads past them slows down
 * with everything that was ever in it. The last fifth of the run against the first.
 */
import pg from 'pg';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Measured } from './bench.ts';
import { median, timed } from './measure.ts';
import { editAppointments, makeAppointments, workOff } from './queued-appointments.ts';

const APPOINTMENTS = 1000;
const CYCLES = 60;

export async function benchSnapshot(box: Sandbox): Promise<Measured[]> {
  const { vendor } = box;
  await makeAppointments(box, 'Snapshot', APPOINTMENTS);
  const run = async (): Promise<number> => {
    await vendor.query('truncate domino_sync.change_log, domino_sync.delivery');
    const cycles: number[] = [];
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      await editAppointments(box, 'Snapshot', `Cycle ${cycle}`);
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
