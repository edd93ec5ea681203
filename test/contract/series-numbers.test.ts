/** Comm_RecurrenceId of appointments made of Notes series, under both id schemes. */
import type { InboundItem } from '../../src/crm/contract.ts';
import { ALICE, inbound, makeAppointment, makeLink, openCompany, type Company } from './crm-company.ts';
import { engines } from './engines.ts';

const SCHEMES = engines.flatMap((engine) =>
  (['identity', 'eware'] as const).map((ids) => ({ name: engine.name, engine, ids })),
);

describe.each(SCHEMES)('the number of a series, with ids by $ids, on $name', ({ engine, ids }) => {
  let company: Company;
  beforeAll(async () => {
    company = await openCompany(engine, { ids });
    await company.admin.changeSetting('group_series', 'on');
  });
  afterAll(() => company.close());

  const instance = (uid: string, day: number, itemNo = day): InboundItem => {
    const item = inbound(uid, { item_no: itemNo });
    return { ...item, link: { ...item.link, domino_recurrence_id: `202605${day}T070000Z` } };
  };
  const apply = async (...items: InboundItem[]): Promise<number[]> => {
    const outcomes = await company.runner.applyInbound(ALICE, items);
    expect(outcomes.map((one) => one.outcome)).toEqual(items.map(() => 'created'));
    return outcomes.map((one) => one.appointment_id!);
  };
  const numberOf = async (id: number): Promise<unknown> =>
    (await company.runner.readAppointments([id]))[0]!.recurrence_id;
  const numbersOf = (list: readonly number[]) => Promise.all(list.map(numberOf));

  test('is the first row’s id below zero, one for each series, none for a single entry', async () => {
    const [a1, b1, a2, single] = await apply(
      instance('series-a', 11),
      instance('series-b', 12),
      instance('series-a', 18),
      inbound('single', { item_no: 19 }),
    );
    expect(await numbersOf([a1!, a2!])).toEqual([-a1!, -a1!]);
    expect(await numberOf(b1!)).toBe(-b1!);
    expect(await numberOf(single!)).toBeNull();
  });

  test('is taken over by instances that come later', async () => {
    const [first] = await apply(instance('series-c', 11));
    const later = await apply(instance('series-c', 18), instance('series-c', 25));
    expect(await numbersOf(later)).toEqual([-first!, -first!]);
  });

  test('is not given to the rest of a series that came without, nor where Sage gave one of its own', async () => {
    await company.admin.changeSetting('group_series', 'off');
    const [before] = await apply(instance('series-d', 11));
    await company.admin.changeSetting('group_series', 'on');
    const [after] = await apply(instance('series-d', 18));
    expect(await numbersOf([before!, after!])).toEqual([null, null]);

    const sages = await makeAppointment(company, { recurrenceid: 4711 });
    await makeLink(company, sages, { comm_userid: ALICE, status: 6 });
    await company.runner.saveLinks(ALICE, [
      {
        ...instance('series-e', 11).link,
        appointment_id: sages,
        crm_user_id: ALICE,
      },
    ]);
    const [beside] = await apply(instance('series-e', 18));
    expect(await numbersOf([sages, beside!])).toEqual([4711, null]);
  });

  test('survives that an instance is moved, and is left alone by updates', async () => {
    const [first, second] = await apply(instance('series-f', 11), instance('series-f', 18));
    const [row] = await company.runner.readAppointments([second!]);
    const moved = instance('series-f', 18);
    const [outcome] = await company.runner.applyInbound(ALICE, [
      {
        ...moved,
        appointment_id: second!,
        fingerprint: row!.fingerprint,
        fields: { start_at: '2026-05-19T09:00:00', end_at: '2026-05-19T10:00:00' },
        action: 'updated',
        reason_code: 'domino_changed',
      },
    ]);
    expect(outcome!.outcome).toBe('updated');
    expect(await numbersOf([first!, second!])).toEqual([-first!, -first!]);
  });

  test('leaves the CRM’s own ids and the capture of changes as they are', async () => {
    const log = (await company.crm.logRows()).length;
    const [made] = await apply(instance('series-g', 11));
    const rows = (await company.crm.logRows()).slice(log).filter((one) => one.appointment_id === made);
    expect(new Set(rows.map((one) => one.origin))).toEqual(new Set([`domino:${ALICE}`]));
    const next = await makeAppointment(company, {});
    expect(next).toBeGreaterThan(made!);
  });
});
