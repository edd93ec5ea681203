/**
 * What the triggers add to a bulk update of the CRM's own: the same statement without them, with them, and with the row
 * trigger that most change logs use, in turn. Each round gives its own difference, so that a machine that slows down for a
 * while does not count as a slow trigger.
 */
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Measured } from './bench.ts';
import { median, timed } from './measure.ts';

const ROWS = 20_000;
const ROUNDS = 11;

export async function benchCapture({ vendor }: Sandbox): Promise<Measured[]> {
  // One session for all: a plan made in one of several would be measured in another.
  const db = await vendor.connect();
  try {
    await db.query(
      `insert into communication (comm_type, comm_action, comm_status, comm_subject, comm_datetime, comm_todatetime, comm_note)
       select 'Appointment', 'Meeting', 'Pending', 'Bulk ' || n, now(), now(), repeat('x', 200) from generate_series(1, ${ROWS}) as n`,
    );
    await db.query(`
      create table row_log (appointment_id integer, operation char(1), captured_at timestamptz);
      create function log_row() returns trigger language plpgsql as $$
      begin
        if (old.comm_location, old.comm_subject, old.comm_datetime, old.comm_deleted)
           is distinct from (new.comm_location, new.comm_subject, new.comm_datetime, new.comm_deleted) then
          insert into row_log values (new.comm_communicationid, 'U', now());
        end if;
        return null;
      end $$;
      create trigger row_trigger after update on communication for each row execute function log_row();
      alter table communication disable trigger row_trigger`);
    const ours = (state: 'enable' | 'disable') =>
      `alter table communication ${state} trigger domino_sync_communication_update;`;
    const rows = (state: 'enable' | 'disable') => `alter table communication ${state} trigger row_trigger;`;
    let number = 0;
    const update = async (
      triggers: string,
      set = `comm_location = 'Place ${(number += 1)}'`,
    ): Promise<number> => {
      await db.query(triggers);
      const ms = await timed(() =>
        db.query(`update communication set ${set} where comm_subject like 'Bulk %'`),
      );
      // Dead rows of one statement must not slow the next.
      await db.query('truncate domino_sync.change_log, row_log');
      await db.query('vacuum communication');
      return ms;
    };

    await update(ours('enable') + rows('disable'));
    const rounds: Record<'plain' | 'captured' | 'untouched' | 'byRow', number>[] = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      rounds.push({
        plain: await update(ours('disable') + rows('disable')),
        captured: await update(ours('enable')),
        untouched: await update(ours('enable'), 'comm_updateddate = now()'),
        byRow: await update(ours('disable') + rows('enable')),
      });
    }
    const added = (kind: 'captured' | 'untouched' | 'byRow') =>
      median(rounds.map((round) => ((round[kind] - round.plain) * 1000) / ROWS));
    return [
      {
        name: `bulk update of ${ROWS} rows: added by capture`,
        value: added('captured'),
        unit: 'µs a row',
        target: { most: 4 },
      },
      { name: '  when no mapped column changed', value: added('untouched'), unit: 'µs a row', target: null },
      {
        name: '  by a plain row trigger that logs the same key',
        value: added('byRow'),
        unit: 'µs a row',
        target: null,
      },
      {
        name: '  capture against the row trigger',
        value: added('captured') / added('byRow'),
        unit: 'times',
        target: { most: 1 },
      },
      {
        name: '  the whole statement with capture, against without',
        value: median(rounds.map((round) => round.captured / round.plain)),
        unit: 'times',
        target: null,
      },
    ];
  } finally {
    db.release(true);
  }
}
