/** What an administrator may say of captions, what is refused, and what gives way. */
import { itemKindSchema, prioritySchema, statusSchema } from '../../src/item/sync-item.ts';
import { openCompany, type Company } from './crm-company.ts';
import { engines } from './engines.ts';
import { forbiddenOn, testOn } from './lacking.ts';

describe.each(engines)('captions on $name', (engine) => {
  let company: Company;
  beforeEach(async () => {
    company = await openCompany(engine);
  });
  afterEach(() => company.close());

  const set = (family: string, crm: string, item: string, to: 'both' | 'notes' | 'crm' = 'both') =>
    company.admin.setCaption({
      family,
      crm_value: crm,
      item_value: item,
      to_item: to !== 'crm',
      to_crm: to !== 'notes',
    });
  const of = async (family: string): Promise<string[]> =>
    (await company.runner.readSettings()).captions
      .filter((row) => row.family === family)
      .map((row) => {
        const arrow = row.to_item && row.to_crm ? '↔' : row.to_item ? '→' : row.to_crm ? '←' : 'none';
        return `${row.crm_value} ${arrow} ${row.item_value}`;
      })
      .sort();
  const STATUS = [
    'Cancelled ↔ cancelled',
    'Complete ↔ completed',
    'In Progress ↔ in_progress',
    'Pending ↔ pending',
  ];

  test('a new caption is there both ways or one way, spelled as it was given but without padding', async () => {
    expect(await set(' Priority ', ' Urgent', ' HIGH ', 'notes')).toBe(1);
    expect(await of('priority')).toEqual(['High ↔ high', 'Low ↔ low', 'Normal ↔ normal', 'Urgent → high']);
    expect(await set('category', 'Site visit', 'Customers', 'crm')).toBe(1);
    expect(await of('category')).toContain('Site visit ← Customers');
    expect(await set('kind', 'Errand', 'todo', 'notes')).toBe(1);
    expect(await of('kind')).toContain('Errand → todo');
  });

  test('every kind, status and priority that the mapping knows can be meant', async () => {
    const known = {
      kind: itemKindSchema.options,
      status: statusSchema.options,
      priority: prioritySchema.options,
      busy: ['busy', 'free'],
    };
    for (const [family, meanings] of Object.entries(known))
      for (const meaning of meanings) {
        await set(family, 'Own', meaning, 'notes');
        expect(await of(family)).toContain(`Own → ${meaning}`);
      }
  });

  test('said once more it changes nothing', async () => {
    expect(await set('status', 'Held', 'completed')).toBe(2);
    const before = await of('status');
    expect(await set('status', 'Held', 'completed')).toBe(0);
    expect(await of('status')).toEqual(before);
  });

  test('of two that would mean the same to the CRM the new one is written, the other still read', async () => {
    await set('status', 'Held', 'completed');
    expect(await of('status')).toEqual([
      'Cancelled ↔ cancelled',
      'Complete → completed',
      'Held ↔ completed',
      'In Progress ↔ in_progress',
      'Pending ↔ pending',
    ]);
  });

  test('a caption has one meaning: what it meant before gives way', async () => {
    expect(await set('busy', 'In Progress', 'free', 'notes')).toBe(2);
    expect(await of('busy')).toEqual([
      'Cancelled → free',
      'Complete → free',
      'In Progress → free',
      'Pending → busy',
    ]);
    // what still serves the other way stays for that
    await set('status', 'Pending', 'in_progress', 'notes');
    expect(await of('status')).toContain('Pending ← pending');
  });

  test('another spelling takes the place of the one before', async () => {
    expect(await set('status', 'PENDING', 'pending')).toBeGreaterThan(0);
    expect(await of('status')).toEqual(STATUS.map((row) => row.replace('Pending', 'PENDING')).sort());
  });

  test('a category may have one action for appointments and one for To Dos', async () => {
    await set('kind', 'Call back', 'todo', 'notes');
    await set('category', 'Call back', 'phone calls');
    expect(await of('category')).toEqual(
      expect.arrayContaining(['PhoneOut ↔ Phone Calls', 'Call back ↔ phone calls']),
    );
    await set('category', 'Dial', 'Phone Calls');
    expect(await of('category')).toEqual(
      expect.arrayContaining(['PhoneOut → Phone Calls', 'Call back ↔ phone calls', 'Dial ↔ Phone Calls']),
    );
  });

  test.each([
    ['colour', 'Red', 'high', 'colour is not one of kind, category, status, busy, priority'],
    ['kind', 'Meeting', 'event', 'kind: event is not one of meeting, appointment, todo'],
    ['status', 'Held', 'done', 'status: done is not one of pending, in_progress, completed, cancelled'],
    ['status', 'Held', 'pending, completed', 'is not one of pending'],
    ['busy', 'Held', 'tentative', 'busy: tentative is not one of busy, free'],
    ['busy', 'Held', '', 'is not one of busy, free'],
    ['priority', 'Urgent', '1', 'priority: 1 is not one of high, normal, low'],
    ['priority', ' ', 'high', '1 to 40 characters'],
    ['priority', 'x'.repeat(41), 'high', '1 to 40 characters'],
    ['category', 'Visit', 'Customers, Trips', 'neither comma nor semicolon'],
    ['category', 'Visit', 'x'.repeat(101), '1 to 100 characters'],
    ['category', 'Visit', '  ', '1 to 100 characters'],
  ])('of %s nobody can say that %s means %s', async (family, crm, item, text) => {
    const before = (await company.runner.readSettings()).captions;
    await expect(set(family, crm, item)).rejects.toMatchObject({
      code: 'crm_refused',
      details: { sqlState: 'CDS03' },
      message: expect.stringContaining(text) as string,
    });
    expect((await company.runner.readSettings()).captions).toEqual(before);
  });

  test('a row that serves neither way is refused', async () => {
    await expect(
      company.admin.setCaption({
        family: 'busy',
        crm_value: 'Held',
        item_value: 'free',
        to_item: false,
        to_crm: false,
      }),
    ).rejects.toThrow('one way at least');
  });

  test('one row is taken away, or all of a caption, in any letter case, and those that mean nothing too', async () => {
    const { admin, tables } = company;
    expect(await admin.removeCaption('category', 'vacation', 'HOLIDAY')).toEqual({
      removed: 1,
      remaining: 5,
    });
    expect(await of('category')).toContain('Vacation ↔ Vacation');
    expect(await admin.removeCaption('kind', 'MEETING', null)).toEqual({ removed: 2, remaining: 2 });
    expect(await admin.removeCaption('kind', 'Meeting', null)).toEqual({ removed: 0, remaining: 2 });
    await tables.insert('domino_sync.caption_map', {
      family: 'busy',
      crm_value: 'Held',
      item_value: 'tentative',
    });
    expect(await admin.removeCaption('Busy', ' Held ', 'Tentative')).toEqual({ removed: 1, remaining: 4 });
    await expect(admin.removeCaption('colour', 'Red', null)).rejects.toThrow('colour is not one of kind');
    await expect(admin.removeCaption('kind', '', null)).rejects.toThrow('1 to 40 characters');
  });

  testOn(engine)('is for the administrator alone', async () => {
    const row = { family: 'busy', crm_value: 'Held', item_value: 'free', to_item: true, to_crm: true };
    await expect(company.runner.setCaption(row)).rejects.toMatchObject(forbiddenOn(engine));
    await expect(company.runner.removeCaption('busy', 'Pending', null)).rejects.toMatchObject(
      forbiddenOn(engine),
    );
  });
});
