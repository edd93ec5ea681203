/** What the triggers add to a bulk update of the CRM's own: the same statement with and without them, in turn. */
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Measured } from './bench.ts';
import { median, timed } from './measure.ts';

const ROWS = 20_000;
const ROUNDS = 7;

export async function benchCapture({ vendor }: Sandbox): Promise<Measured[]> {
  await vendor.query(
    `insert into communication (comm_type, comm_action, comm_status, comm_subject, comm_datetime, comm_todatetime, comm_note)
     select 'Appointment', 'Meeting', 'Pending', 'Bulk ' || n, now(), now(), repeat('x', 200) from generate_series(1, ${ROWS}) as n`,
  );
  let round = 0;
  const update = (subjects: string) =>
    timed(() =>
      vendor.query(`update communication set comm_location = $1 where comm_subject like $2`, [
        `Place ${(round += 1)}`,
        subjects,
      ]),
    );
  const touch = () =>
    timed(() =>
      vendor.query(`update communication set comm_updateddate = now() where comm_subject like 'Bulk %'`),
    );
  const triggers = (state: 'enable' | 'disable') =>
    vendor.query(
      ['insert', 'update', 'delete']
        .map((event) => `alter table communication ${state} trigger domino_sync_communication_${event}`)
        .join(';'),
    );
  const settle = () =>
    vendor.query('vacuum communication; vacuum domino_sync.change_log').catch(async () => {
      await vendor.query('vacuum communication');
      await vendor.query('vacuum domino_sync.change_log');
    });

  const plain: number[] = [];
  const captured: number[] = [];
  const noop: number[] = [];
  await update('Bulk %');
  for (let i = 0; i < ROUNDS; i += 1) {
    await triggers('disable');
    plain.push(await update('Bulk %'));
    await triggers('enable');
    captured.push(await update('Bulk %'));
    noop.push(await touch());
    await vendor.query('truncate domino_sync.change_log');
    await settle();
  }
  const perRow = ((median(captured) - median(plain)) * 1000) / ROWS;
  return [
    {
      name: `bulk update of ${ROWS} rows: with capture, against without`,
      value: median(captured) / median(plain),
      unit: 'times',
      target: null,
    },
    { name: 'added by capture', value: perRow, unit: 'µs a row', target: { most: 4 } },
    {
      name: 'the same rows, no mapped column changed, against without',
      value: median(noop) / median(plain),
      unit: 'times',
      target: null,
    },
  ];
}
