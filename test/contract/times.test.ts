/**
 * A wall-clock time goes through the CRM as it is, whatever the session that writes and reads it makes of times: no zone,
 * language or order of day and month has a say, nor does a time that the clock of the zone shows twice or never.
 */
import { engines } from './engines.ts';
import { ALICE, ALL_FIELDS, inbound, openCompany, type Company } from './crm-company.ts';
import { testOn } from './lacking.ts';

const TIMES = [
  '2026-03-29T02:30:00', // Berlin's clocks never show it
  '2026-10-25T02:30:00', // … and this one twice
  '2026-02-03T04:05:06', // a day that could be a month
  '2026-12-31T23:59:59',
  '2028-02-29T00:00:00',
];

const COLUMNS = ['comm_datetime', 'comm_todatetime', 'comm_notifytime'] as const;

describe.each(engines)('times on $name', (engine) => {
  const test = testOn(engine);
  let company: Company;

  beforeAll(async () => {
    company = await openCompany(engine);
  });
  afterAll(() => company.close());

  test('are written and read alike under every habit of a session', async () => {
    const { crm, runner, runnerId } = company;
    for (const [nth, habit] of ['', ...crm.habits].entries()) {
      const items = TIMES.map((time, item_no) =>
        inbound(`times-${nth}-${item_no}`, {
          item_no,
          fields: { ...ALL_FIELDS, start_at: time, end_at: time, notify_at: time },
        }),
      );
      const created = await crm.callWith(habit, 'apply_inbound', {
        p_runner: runnerId,
        p_crm_user_id: ALICE,
        p_items: JSON.stringify(items),
      });
      const ids = created.map(({ appointment_id }) => Number(appointment_id));
      const stored = [];
      for (const id of ids)
        stored.push(
          ...(await company.tables.select<Record<(typeof COLUMNS)[number], string>>(
            'communication',
            COLUMNS,
            {
              comm_communicationid: id,
            },
          )),
        );
      const expected = TIMES.map((time) => {
        const text = time.replace('T', ' ');
        return { comm_datetime: text, comm_todatetime: text, comm_notifytime: text };
      });
      expect({ habit, stored }).toEqual({ habit, stored: expected });
      const read = await runner.readAppointments(ids);
      const under = await crm.callWith(habit, 'read_appointments', { p_ids: JSON.stringify(ids) });
      for (const [i, id] of ids.entries()) {
        const one = read.find(({ appointment_id }) => appointment_id === id);
        expect(one).toMatchObject({ start_at: TIMES[i], end_at: TIMES[i], notify_at: TIMES[i] });
        expect(JSON.stringify(under)).toContain(one!.fingerprint);
      }
    }
  });
});
