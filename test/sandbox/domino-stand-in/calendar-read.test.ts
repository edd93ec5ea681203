import { ALICE, appointment, meeting, only, utc, withStandIn } from './support.ts';

const ROMANCE = {
  tzid: 'Romance Standard Time',
  standard: {
    start: { date: '1950-10-29', time: '02:00:00' },
    offsetFrom: '+0200',
    offsetTo: '+0100',
    recurrenceRule: 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;BYHOUR=2;BYMINUTE=0',
  },
  daylight: {
    start: { date: '1950-03-26', time: '02:00:00' },
    offsetFrom: '+0100',
    offsetTo: '+0200',
    recurrenceRule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=0',
  },
};

describe('GET /events/{uid}', () => {
  test('TV-2: a single read is zoned, brings the zone along, and names organiser and chair', () =>
    withStandIn(async ({ domino, call }) => {
      const uid = domino.notesUser('cleo@acme.test').createMeeting({
        subject: 'Buscar alcaldessa ...',
        start: '2026-05-04T16:45:00Z',
        end: '2026-05-04T17:30:00Z',
      });
      const answer = await call('GET', `/mail/cleo.nsf/api/calendar/events/${uid}`);
      expect(answer.json()).toEqual({
        timezones: [ROMANCE],
        events: [
          {
            href: `/mail/cleo.nsf/api/calendar/events/${uid}`,
            id: uid,
            summary: 'Buscar alcaldessa ...',
            start: { date: '2026-05-04', time: '18:45:00', tzid: 'Romance Standard Time' },
            end: { date: '2026-05-04', time: '19:30:00', tzid: 'Romance Standard Time' },
            class: 'public',
            transparency: 'opaque',
            sequence: 0,
            'last-modified': '20260302T080000Z',
            attendees: [
              {
                role: 'chair',
                status: 'accepted',
                rsvp: false,
                displayName: 'Cleo Gutiérrez/Acme',
                email: 'cleo@acme.test',
              },
            ],
            organizer: {
              displayName: 'Cleo Gutiérrez/Acme',
              sentBy: 'mailto:cleo@acme.test',
              email: 'cleo@acme.test',
            },
            'x-lotus-broadcast': { data: 'FALSE' },
            'x-lotus-notesversion': { data: '2' },
            'x-lotus-appttype': { data: '3' },
          },
        ],
      });
      expect(Object.keys(answer.json())[0]).toBe('timezones');
    }));

  test.each([
    ['utc', utc('2026-03-10', '13:00:00'), undefined],
    ['zoned', { date: '2026-03-10', time: '14:00:00', tzid: 'Romance Standard Time' }, [ROMANCE]],
  ] as const)('what was entered in UTC reads back %s, as the knob says', (utcReadBack, start, timezones) =>
    withStandIn(
      async ({ call }) => {
        const made = await call('POST', `${ALICE}/events`, { events: [appointment()] });
        expect(only(made)['start']).toEqual(start);
        expect(made.json().timezones).toEqual(timezones);
      },
      { knobs: { utcReadBack } },
    ),
  );

  test('TV-23: a zone the client brings along is kept under its own name', () =>
    withStandIn(async ({ call }) => {
      const berlin = { ...ROMANCE, tzid: 'Europe/Berlin' };
      const start = { date: '2026-09-27', time: '11:30:00', tzid: 'Europe/Berlin' };
      const end = { date: '2026-09-27', time: '12:30:00', tzid: 'Europe/Berlin' };
      const made = await call('POST', `${ALICE}/events`, {
        timezones: [berlin],
        events: [appointment({ start, end })],
      });
      expect(made.json().timezones).toEqual([berlin]);
      expect(only(made)['start']).toEqual(start);
      expect(only(await call('GET', `${ALICE}/events?days=365`))['start']).toEqual(
        utc('2026-09-27', '09:30:00'),
      );
    }));

  test('everyone but the chair is needs-action, even after accepting', () =>
    withStandIn(async ({ domino, call }) => {
      await call('POST', `${ALICE}/events`, { events: [meeting({ id: 'm@crm' })] });
      domino.notesUser('bob@acme.test').accept({ uid: 'm@crm' });
      const event = only(await call('GET', `${ALICE}/events/m@crm`));
      const people = event['attendees'] as { email: string; status: string }[];
      expect(people.map(({ email, status }) => [email, status])).toEqual([
        ['alice@acme.test', 'accepted'],
        ['bob@acme.test', 'needs-action'],
      ]);
      const [item] = domino.notesUser('alice@acme.test').calendar();
      expect(item?.attendees).toEqual([
        { email: 'bob@acme.test', role: 'req-participant', response: 'accepted' },
      ]);
    }));

  test('TV-10: an unaccepted invitation is listed but reads as not found', () =>
    withStandIn(async ({ domino, call }) => {
      const uid = domino.notesUser('bob@acme.test').createMeeting({
        subject: 'Join us',
        start: '2026-03-05T09:00:00Z',
        end: '2026-03-05T10:00:00Z',
        invitees: ['alice@acme.test'],
      });
      const row = only(await call('GET', `${ALICE}/events`));
      expect(row).toMatchObject({ id: uid, 'x-lotus-noticetype': { data: 'I' } });
      const answer = await call('GET', String(row['href']));
      expect(answer.status).toBe(404);
      expect(answer.json()).toMatchObject({
        code: 404,
        text: 'Not Found',
        cserror: 1031,
        message: 'Error reading event',
        type: 'text',
      });
      expect(answer.json()['data']).toMatch(
        /^com\.ibm\.domino\.calendar\.store\.StoreException: Error reading event\n\tat /,
      );
      const unid = (row['x-lotus-unid'] as { data: string }).data;
      expect((await call('GET', `${ALICE}/notices/${unid}`)).json()).toMatchObject({
        scheduleMethod: 'request',
      });
    }));

  test('line breaks come back as CRLF', () =>
    withStandIn(async ({ call }) => {
      const made = await call('POST', `${ALICE}/events`, {
        events: [appointment({ description: 'one\ntwo' })],
      });
      expect(only(made)['description']).toBe('one\r\ntwo');
    }));

  test.each([false, true])('a UNID works in place of a uid only if the knob says so: %s', (unidAsUid) =>
    withStandIn(
      async ({ domino, call }) => {
        await call('POST', `${ALICE}/events`, { events: [appointment({ id: 'a@b' })] });
        const unid = domino.notesUser('alice@acme.test').calendar()[0]?.unid;
        expect((await call('GET', `${ALICE}/events/${unid}`)).status).toBe(unidAsUid ? 200 : 404);
      },
      { knobs: { unidAsUid } },
    ),
  );
});

describe('a series', () => {
  const series = { summary: 'weekly', recurrenceRule: 'COUNT=3;FREQ=WEEKLY;BYDAY=TU' };

  test('TV-8: posted as a rule it reads back as dates, without the rule', () =>
    withStandIn(async ({ call }) => {
      const event = only(
        await call('POST', `${ALICE}/events`, { events: [appointment({ id: 's@crm', ...series })] }),
      );
      expect(event).not.toHaveProperty('recurrenceRule');
      expect(event['recurrenceDates']).toEqual(
        ['2026-03-10', '2026-03-17', '2026-03-24'].map((date) => ({
          start: utc(date, '13:00:00'),
          end: utc(date, '14:00:00'),
        })),
      );
      expect(event['links']).toEqual([{ rel: 'instances', href: `${ALICE}/events/s@crm/instances` }]);
    }));

  test('with the other knob it reads back with the rule re-ordered', () =>
    withStandIn(
      async ({ call }) => {
        const event = only(await call('POST', `${ALICE}/events`, { events: [appointment(series)] }));
        expect(event['recurrenceRule']).toBe('FREQ=WEEKLY;COUNT=3;BYDAY=TU');
        expect(event).not.toHaveProperty('recurrenceDates');
      },
      { knobs: { ruleReadBack: 'rule' } },
    ));

  test('TV-4: instances carry the new start of a moved one, which cannot be read; the original start can', () =>
    withStandIn(async ({ domino, call, at }) => {
      const alice = domino.notesUser('alice@acme.test');
      const uid = alice.createSeries({
        subject: 'weekly',
        start: '2026-03-10T10:00:00Z',
        end: '2026-03-10T11:00:00Z',
        rule: 'FREQ=WEEKLY;COUNT=3',
      });
      at('2026-03-02T08:00:10Z');
      alice.moveInstance({ uid, recurrenceId: '20260317T100000Z', start: '2026-03-17T11:30:00Z' });
      alice.deleteInstance({ uid, recurrenceId: '20260324T100000Z' });
      const instances = await call('GET', `${ALICE}/events/${uid}/instances`);
      expect(instances.json()['instances']).toEqual([
        { recurrenceId: '20260310T100000Z', href: `${ALICE}/events/${uid}/20260310T100000Z` },
        { recurrenceId: '20260317T113000Z', href: `${ALICE}/events/${uid}/20260317T113000Z` },
      ]);
      expect((await call('GET', `${ALICE}/events/${uid}/20260317T113000Z`)).status).toBe(404);
      const moved = only(await call('GET', `${ALICE}/events/${uid}/20260317T100000Z`));
      expect(moved['start']).toMatchObject({ time: '12:30:00' });

      const [master, exception, ...none] = (await call('GET', `${ALICE}/events/${uid}`)).json().events;
      expect(none).toEqual([]);
      expect(master).toMatchObject({ 'last-modified': '20260302T080010Z' });
      expect(master?.['recurrenceDates']).toHaveLength(3);
      expect(exception).toMatchObject({
        recurrenceId: '20260317T100000Z',
        'last-modified': '20260302T080010Z',
      });
    }));

  test('a deleted instance stands in exceptDates as well as in recurrenceDates and reads as not found', () =>
    withStandIn(async ({ call }) => {
      await call('POST', `${ALICE}/events`, { events: [appointment({ id: 's@crm', ...series })] });
      expect((await call('DELETE', `${ALICE}/events/s@crm/20260317T130000Z`)).status).toBe(200);
      const master = only(await call('GET', `${ALICE}/events/s@crm`));
      expect(master['exceptDates']).toEqual([utc('2026-03-17', '13:00:00')]);
      expect(master['recurrenceDates']).toHaveLength(3);
      expect((await call('GET', `${ALICE}/events/s@crm/20260317T130000Z`)).json()['cserror']).toBe(1031);
      expect((await call('DELETE', `${ALICE}/events/s@crm/20260317T130000Z`)).status).toBe(404);
    }));

  test.each([
    ['future', ['20260310T130000Z']],
    ['previous', ['20260324T130000Z']],
    ['all', []],
  ])('recurrenceRange=%s deletes more than the one', (range, left) =>
    withStandIn(async ({ domino, call }) => {
      await call('POST', `${ALICE}/events`, { events: [appointment({ id: 's@crm', ...series })] });
      await call('DELETE', `${ALICE}/events/s@crm/20260317T130000Z?recurrenceRange=${range}`);
      expect(
        domino
          .notesUser('alice@acme.test')
          .calendar()
          .map((item) => item.recurrenceId),
      ).toEqual(left);
    }),
  );

  test('a weekly entry made in Notes keeps its wall clock across daylight saving', () =>
    withStandIn(async ({ domino }) => {
      const alice = domino.notesUser('alice@acme.test');
      alice.createSeries({
        subject: 'weekly',
        start: '2026-03-24T09:00:00Z',
        end: '2026-03-24T10:00:00Z',
        rule: 'FREQ=WEEKLY;UNTIL=20260407T235959Z',
      });
      expect(alice.calendar().map((item) => item.start)).toEqual([
        '2026-03-24T09:00:00Z',
        '2026-03-31T08:00:00Z',
        '2026-04-07T08:00:00Z',
      ]);
    }));

  test('a rule without end is expanded for ten years', () =>
    withStandIn(async ({ call }) => {
      await call('POST', `${ALICE}/events`, {
        events: [appointment({ id: 's@crm', recurrenceRule: 'FREQ=MONTHLY' })],
      });
      const { instances } = (await call('GET', `${ALICE}/events/s@crm/instances`)).json() as {
        instances?: { recurrenceId: string }[];
      };
      expect(instances?.length).toBe(120);
    }));

  test('instances of an entry that does not recur are refused', () =>
    withStandIn(async ({ call }) => {
      await call('POST', `${ALICE}/events`, { events: [appointment({ id: 'a@b' })] });
      const answer = await call('GET', `${ALICE}/events/a@b/instances`);
      expect([answer.status, answer.json()['message']]).toEqual([400, 'Event does not recur']);
    }));

  test('exceptions can be posted with the series', () =>
    withStandIn(async ({ call }) => {
      const master = appointment({ id: 's@crm', ...series });
      const exception = appointment({ id: 's@crm', recurrenceId: '20260317T130000Z', summary: 'other' });
      const made = await call('POST', `${ALICE}/events`, { events: [master, exception] });
      expect(made.json().events.map((event) => event['summary'])).toEqual(['weekly', 'other']);
    }));
});
