/** Fold, lease and complete through the product's own calls, against the plainest queue in the same database. */
import type { LeasedDelivery } from '../../src/crm/contract.ts';
import { enableAll } from '../../src/sandbox/enable.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Measured } from './bench.ts';
import { median, timed } from './measure.ts';

const ENTITIES = 20_000;
const ROUNDS = 3;

export async function benchQueue(box: Sandbox): Promise<Measured[]> {
  const { vendor, crm } = box;
  await crm.registerRunner({ host: 'bench', process_id: process.pid, version: 'bench' });
  await enableAll(box);
  await vendor.query(
    `with made as (
       insert into communication (comm_type, comm_action, comm_status, comm_subject, comm_datetime, comm_todatetime, comm_organizer)
       select 'Appointment', 'Meeting', 'Pending', 'Queue ' || n, now(), now(), (select array_agg(crm_user_id::text) from domino_sync.sync_user)[1 + n % 40]
       from generate_series(1, ${ENTITIES}) as n
       returning comm_communicationid as id, comm_organizer as organiser)
     insert into comm_link (cmli_comm_communicationid, cmli_comm_userid, cmli_status) select id, organiser::int, 6 from made`,
  );
  await vendor.query('truncate domino_sync.change_log, domino_sync.delivery');
  await vendor.query('analyze');

  const rates: number[] = [];
  const parts: Record<'fold' | 'lease' | 'complete', number[]> = { fold: [], lease: [], complete: [] };
  const plainRates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await vendor.query(
      `update communication set comm_location = 'Round ${round}' where comm_subject like 'Queue %'`,
    );
    let leased: LeasedDelivery[] = [];
    let done = 0;
    const fold = await timed(async () => {
      while ((await crm.foldChanges(5000)).changes > 0);
    });
    await crm.leaseMailboxes(100, 600);
    let lease = 0;
    let complete = 0;
    for (;;) {
      lease += await timed(async () => (leased = await crm.leaseOutbound(null, 1000, 600)));
      if (leased.length === 0) break;
      complete += await timed(() =>
        crm.completeOutbound(
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
        ),
      );
      done += leased.length;
    }
    if (done !== ENTITIES) throw new Error(`the queue handed out ${done} of ${ENTITIES}`);
    await vendor.query('update domino_sync.sync_user set leased_by = null, leased_until = null');
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
