import { call, eventKey, failure, start, stopAll } from './support/harness.ts';
import { NOT_FOUND, ROOT, SINGLE, SINGLE_UID } from './support/vectors.ts';
import { key, single, type Wire } from './support/events.ts';

afterEach(stopAll);

describe('reading one event', () => {
  it('resolves the recorded zoned times by the zone data beside them (TV-2)', async () => {
    const { server, mail } = await start(() => ({ body: SINGLE }));
    const entry = await mail.read(key, call);
    expect(server.requests[0]!.path).toBe(`${ROOT}/${SINGLE_UID}`);
    expect(entry).toMatchObject({
      when: {
        allDay: false,
        start: '2017-05-04T16:45:00Z',
        end: '2017-05-04T17:30:00Z',
        timeZone: 'Europe/Paris',
      },
      appointmentType: 'meeting',
      organiser: { email: 'foo@bar.com', name: 'Organizer Gutiérrez/EXAMPLE' },
      attendees: [],
      body: null,
      series: false,
      modifiedAt: '2017-05-04T11:32:16Z',
      token: expect.stringMatching(/^20170504T113216Z\|0\|/),
    });
  });

  it('answers null for 404 with cserror 1031 and for nothing else (TV-10)', async () => {
    const gone = await start(() => NOT_FOUND);
    expect(await gone.mail.read(key, call)).toBeNull();
    const noDatabase = await start(() => ({
      status: 404,
      body: { code: 404, message: 'No database context.' },
    }));
    expect((await failure(noDatabase.mail.read(key, call))).code).toBe('domino_mail_file');
  });

  it('takes everything an event may carry', async () => {
    const { mail } = await start(() => ({
      body: {
        events: [
          {
            ...single,
            description: 'first\r\nsecond',
            start: { date: '2017-05-04', time: '16:45:00', utc: true },
            end: { date: '2017-05-04', time: '17:30:00', utc: true },
            class: 'PRIVATE',
            transparency: 'transparent',
            status: 'tentative',
            categories: 'Projects;Phone Calls, VIP;Projects',
            priority: 1,
            attendees: [
              ...single.attendees,
              {
                role: 'opt-participant',
                status: 'ACCEPTED',
                email: 'mailto:Bob@Example.COM',
                displayName: 'Bob',
              },
              { role: 'non-participant', status: 'needs-action', email: 'fyi@example.com' },
              { role: 'req-participant', userType: 'room', email: 'room@example.com' },
              { role: 'req-participant', displayName: 'nobody we could name' },
            ],
            alarm: [{ action: 'DISPLAY', trigger: { value: '-PT1H30M' }, description: 'x' }],
          },
        ],
      },
    }));
    expect(await mail.read(key, call)).toMatchObject({
      body: 'first\nsecond',
      when: { timeZone: null },
      private: true,
      transparency: 'transparent',
      status: 'tentative',
      categories: ['Projects', 'Phone Calls', 'VIP'],
      priority: 1,
      reminderMinutes: 90,
      attendees: [
        { email: 'bob@example.com', name: 'Bob', role: 'optional', response: 'accepted' },
        { email: 'fyi@example.com', role: 'informed', response: 'none' },
        { email: 'room@example.com', role: 'resource' },
      ],
    });
  });

  it.each<[string, Wire]>([
    ['a rule', { recurrenceRule: 'FREQ=WEEKLY;COUNT=3;BYDAY=MO' }],
    ['dates (§10.2)', { recurrenceDates: [], exceptDates: [] }],
  ])('tells a series by %s', async (_, changes) => {
    const { mail } = await start(() => ({ body: { ...SINGLE, events: [{ ...single, ...changes }] } }));
    expect((await mail.read(key, call))!.series).toBe(true);
  });

  it('tells a series by its exceptions, and finds the asked instance among several events (§1.6)', async () => {
    const instance = { ...single, recurrenceId: '20170503T073000Z', summary: 'moved' };
    const { server, mail } = await start(() => ({ body: { ...SINGLE, events: [single, instance] } }));
    expect(await mail.read(key, call)).toMatchObject({ series: true, subject: single.summary });
    expect(await mail.read(eventKey(SINGLE_UID, '20170503T073000Z'), call)).toMatchObject({
      series: false,
      subject: 'moved',
    });
    expect(server.requests[1]!.path).toBe(`${ROOT}/${SINGLE_UID}/20170503T073000Z`);
  });

  it.each([
    ['has no end', 'FREQ=WEEKLY;BYDAY=MO', true],
    ['has a number', 'FREQ=WEEKLY;COUNT=3;BYDAY=MO', undefined],
    ['has a last day', 'FREQ=WEEKLY;UNTIL=20270101T000000Z', undefined],
  ])('tells that the rule of a series %s', async (_, recurrenceRule, endless) => {
    const { mail } = await start(() => ({ body: { ...SINGLE, events: [{ ...single, recurrenceRule }] } }));
    expect((await mail.read(key, call))!.endless).toBe(endless);
  });

  it('does not take the series for the instance that was asked for', async () => {
    const master = { ...single, recurrenceRule: 'FREQ=WEEKLY;COUNT=3' };
    const { mail } = await start(() => ({ body: { ...SINGLE, events: [master] } }));
    expect(await mail.read(eventKey(SINGLE_UID, '20170503T073000Z'), call)).toMatchObject({ series: true });
  });

  it('refuses an id that a read answers with another one (§10.3)', async () => {
    const { mail } = await start(() => ({ body: SINGLE }));
    expect(await failure(mail.read(eventKey('other'), call))).toMatchObject({
      code: 'domino_uid',
      details: { scope: 'item', transient: false },
    });
  });

  it('refuses a time whose zone nobody describes rather than guess', async () => {
    const { mail } = await start(() => ({
      body: {
        events: [
          { ...single, start: { date: '2017-05-04', time: '18:45:00', tzid: 'Unknown1 Standard Time' } },
        ],
      },
    }));
    expect((await failure(mail.read(key, call))).message).toContain('Unknown1 Standard Time');
  });

  it('encodes no more of a uid than it must (§10.14)', async () => {
    const uid = '20121120T172345Z-JJU9O5@example.com';
    const { server, mail } = await start(() => ({ body: { ...SINGLE, events: [{ ...single, id: uid }] } }));
    await mail.read(eventKey(uid), call);
    expect(server.requests[0]!.path).toBe(`${ROOT}/${uid}`);
  });
});
