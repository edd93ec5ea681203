/** Appointments of enabled users for the benchmarks of the queue, and how they are worked off. */
import type { LeasedDelivery } from '../../src/crm/contract.ts';
import { enableAll } from '../../src/sandbox/enable.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { timed } from './measure.ts';

/** Enables everybody and leaves `count` appointments whose subjects begin with `name`, spread over the users. */
export async function makeAppointments(box: Sandbox, name: string, count: number): Promise<void> {
  const { vendor, crm } = box;
  await crm.registerRunner({ host: 'bench', process_id: process.pid, version: 'bench' });
  await enableAll(box);
  await vendor.query(
    `with made as (
       insert into communication (comm_type, comm_action, comm_status, comm_subject, comm_datetime, comm_todatetime, comm_organizer)
       select 'Appointment', 'Meeting', 'Pending', '${name} ' || n, now(), now(), (select array_agg(crm_user_id::text) from domino_sync.sync_user)[1 + n % 40]
       from generate_series(1, ${count}) as n
       returning comm_communicationid as id, comm_organizer as organiser)
     insert into comm_link (cmli_comm_communicationid, cmli_comm_userid, cmli_status) select id, organiser::int, 6 from made`,
  );
}

export const editAppointments = ({ vendor }: Sandbox, name: string, location: string): Promise<unknown> =>
  vendor.query(`update communication set comm_location = '${location}' where comm_subject like '${name} %'`);

/** Folds, leases and completes all that waits; milliseconds of each. */
export async function workOff({ crm, vendor }: Sandbox): Promise<{
  done: number;
  fold: number;
  lease: number;
  complete: number;
}> {
  const fold = await timed(async () => {
    while ((await crm.foldChanges(5000)).changes > 0);
  });
  await crm.leaseMailboxes(100, 600);
  let [done, lease, complete] = [0, 0, 0];
  for (;;) {
    let leased: LeasedDelivery[] = [];
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
  await vendor.query('update domino_sync.sync_user set leased_by = null, leased_until = null');
  return { done, fold, lease, complete };
}
