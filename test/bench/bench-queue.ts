/** Fold, lease and complete through the product's own calls, against the plainest queue in the same database. */
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Measured } from './bench.ts';
import { median, timed } from './measure.ts';
import { editAppointments, makeAppointments, workOff } from './queued-appointments.ts';

const ENTITIES = 20_000;
const ROUNDS = 3;

export async function benchQueue(box: Sandbox): Promise<Measured[]> {
  const { vendor } = box;
  await makeAppointments(box, 'Queue', ENTITIES);
  await vendor.query('truncate domino_sync.change_log, domino_sync.delivery');
  await vendor.query('analyze');

  const rates: number[] = [];
  const parts: Record<'fold' | 'lease' | 'complete', number[]> = { fold: [], lease: [], complete: [] };
  const plainRates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await editAppointments(box, 'Queue', `Round ${round}`);
    const { done, fold, lease, complete } = await workOff(box);
    if (done !== ENTITIES) throw new Error(`the queue handed out ${done} of ${ENTITIES}`);
    rates.push((ENTITIES / (fold + lease + complete)) * 1000);
    parts.fold.push((ENTITIES / fold) * 1000);
    parts.lease.push((ENTITIES / lease) * 1000);
    parts.complete.push((ENTITIES / complete) * 1000);
    plainRates.push(await plainQueue(box));
  }
  return [
    { name: 'fold + lease + complete', value: median(rates), unit: 'entities/s', target: { least: 20_000 } },
    { name: '  fold alone', value: median(parts.fold), unit: 'entities/s', target: null },
    { name: '  lease alone', value: median(parts.lease), unit: 'entities/s', target: null },
    { name: '  complete alone', value: median(parts.complete), unit: 'entities/s', target: null },
    {
      name: 'against the plainest queue (delete … skip locked, 1000 a call)',
      value: median(rates) / median(plainRates),
      unit: 'times',
      target: null,
    },
  ];
}

/** Entities a second of a table emptied by `delete … for update skip locked returning`. */
async function plainQueue({ vendor }: Sandbox): Promise<number> {
  await vendor.query('create table plain_queue (id bigint primary key, payload int)');
  try {
    await vendor.query(`insert into plain_queue select n, n from generate_series(1, ${ENTITIES}) as n`);
    const ms = await timed(async () => {
      for (;;) {
        const { rowCount } = await vendor.query(
          'delete from plain_queue where id in (select id from plain_queue order by id limit 1000 for update skip locked) returning id, payload',
        );
        if (rowCount === 0) return;
      }
    });
    return (ENTITIES / ms) * 1000;
  } finally {
    await vendor.query('drop table plain_queue');
  }
}
