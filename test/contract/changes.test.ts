/** Who changed settings and captions, and when. */
import { openCompany, type Company } from './crm-company.ts';
import { engines } from './engines.ts';
import { forbiddenOn, testOn } from './lacking.ts';

describe.each(engines)('who changed it, on $name', (engine) => {
  let company: Company;
  beforeEach(async () => {
    company = await openCompany(engine);
  });
  afterEach(() => company.close());

  /** Newest first: name, before, after. */
  const told = async (name: string | null): Promise<(string | null)[][]> =>
    (await company.admin.listChanges(name, 50)).map((one) => [one.name, one.before, one.after]);
  const caption = (crm: string, item: string, to: 'both' | 'notes' | 'crm') =>
    company.admin.setCaption({
      family: 'priority',
      crm_value: crm,
      item_value: item,
      to_item: to !== 'crm',
      to_crm: to !== 'notes',
    });

  testOn(engine)(
    'of a setting each value is kept with who set it and when, and the same once more is no change',
    async () => {
      const { admin } = company;
      const from = (await company.runner.readSettings()).clock;
      await admin.changeSetting('merge_policy_text', 'crm');
      await admin.changeSetting('merge_policy_text', 'crm');
      await admin.changeSetting('merge_policy_text', null);
      await expect(admin.changeSetting('merge_policy_text', 'oldest')).rejects.toThrow('is not one of');
      expect(await told('MERGE_POLICY_TEXT')).toEqual([
        ['merge_policy_text', 'crm', null],
        ['merge_policy_text', null, 'crm'],
      ]);
      const [last] = await admin.listChanges('merge_policy_text', 1);
      expect(last).toMatchObject({ kind: 'setting' });
      expect(last!.changed_by).not.toBe('');
      expect(last!.changed_at >= from).toBe(true);
      // The zone was set when the company was made.
      expect(await told('crm_time_zone')).toEqual([['crm_time_zone', null, 'Europe/Berlin']]);
    },
  );

  testOn(engine)(
    'of captions each row that came, went or is used another way, also what gave way',
    async () => {
      await caption('Urgent', 'high', 'both');
      expect(await told('priority')).toEqual([
        ['priority: Urgent', null, 'high, both ways'],
        ['priority: High', 'high, both ways', 'high, to Notes'],
      ]);
      await caption('Urgent', 'high', 'both');
      await company.admin.removeCaption('Priority', 'urgent', null);
      await company.admin.removeCaption('priority', 'urgent', null);
      expect(await told('priority: urgent')).toEqual([
        ['priority: Urgent', 'high, both ways', null],
        ['priority: Urgent', null, 'high, both ways'],
      ]);
      expect(await told('status')).toEqual([]);
      const columns = ['kind', 'name', 'before', 'after'];
      const reader = await company.crm.tablesAs('domino_sync_reader');
      expect(
        await reader.select<Record<string, unknown>>('domino_sync_report.configuration_changes', columns, {
          name: 'priority: High',
        }),
      ).toEqual([
        { kind: 'caption', name: 'priority: High', before: 'high, both ways', after: 'high, to Notes' },
      ]);
    },
  );

  testOn(engine)('is for the administrator to ask', async () => {
    await expect(company.runner.listChanges(null, 1)).rejects.toMatchObject(forbiddenOn(engine));
  });
});
