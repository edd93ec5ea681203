import { openCompany, type Company } from './crm-company.ts';
import { engines } from './engines.ts';

describe.each(engines)('settings on $name', (engine) => {
  let company: Company;
  beforeAll(async () => {
    company = await openCompany(engine);
  });
  afterAll(() => company.close());

  test.each([
    ['external_attendees', 'include'],
    ['notices', 'always'],
    ['merge_policy', 'crm'],
    ['merge_policy_text', 'domino'],
    ['merge_policy_text', null],
    ['todos', 'off'],
    ['window_past_days', '0'],
    ['poll_seconds', ' 5 '],
    ['crm_time_zone', 'America/New_York'],
    ['crm_time_zone', null],
  ])('setting %s can be %s', async (name, value) => {
    await company.admin.changeSetting(name, value);
    expect((await company.runner.readSettings()).values[name]).toBe(value?.trim() ?? null);
  });

  test('an empty policy of a group of fields is none of its own', async () => {
    await company.admin.changeSetting('merge_policy_people', 'crm');
    await company.admin.changeSetting('merge_policy_people', ' ');
    expect((await company.runner.readSettings()).values['merge_policy_people']).toBeNull();
  });

  test.each([
    ['external_attendees', 'all', 'is not one of list, include, omit'],
    ['merge_policy_time', 'oldest', 'is not one of newest, crm, domino'],
    ['notices', null, 'is not one of never, always'],
    ['deleted_in_crm', 'delete, unlink', 'is not one of delete, unlink'],
    ['window_past_days', '-1', 'is not a number from 0 to 3650'],
    ['poll_seconds', '0', 'is not a number from 1 to 86400'],
    ['max_attempts', 'ten', 'is not a number from 1 to 1000'],
    ['lease_seconds', '99999999999999', 'is not a number from 5 to 3600'],
    ['mass_disappearance_percent', '101', 'is not a number from 0 to 100'],
    ['crm_time_zone', 'CET', 'is no IANA time zone'],
    ['crm_time_zone', 'Europe/Bonn', 'is no IANA time zone'],
    ['instance_id', '00000000', 'cannot be changed'],
    ['no_such', '1', 'there is no setting no_such'],
  ])('setting %s cannot be %s', async (name, value, text) => {
    const before = (await company.runner.readSettings()).values;
    await expect(company.admin.changeSetting(name, value)).rejects.toMatchObject({
      code: 'crm_refused',
      details: { sqlState: 'CDS03' },
      message: expect.stringContaining(text) as string,
    });
    expect((await company.runner.readSettings()).values).toEqual(before);
  });
});
