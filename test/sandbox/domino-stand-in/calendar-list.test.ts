import { ALICE, appointment, withStandIn, type Bench } from './support.ts';

const WINDOW = 'since=2026-03-01T00:00:00Z&before=2026-04-01T00:00:00Z';

const fill = ({ domino }: Bench, count: number): void => {
  const alice = domino.notesUser('alice@acme.test');
  for (let day = 0; day < count; day += 1) {
    const start = new Date(Date.UTC(2026, 2, 3, 9, day)).toISOString();
    const end = new Date(Date.UTC(2026, 2, 3, 10, day)).toISOString();
    alice.createAppointment({ subject: `entry ${day}`, start, end });
  }
};

describe('GET /events', () => {
  test('TV-1: rows are summaries in UTC, with the headers of the recording', () =>
    withStandIn(async ({ domino, call }) => {
      const cleo = domino.notesUser('cleo@acme.test');
      const uid = cleo.createMeeting({
        subject: 'Lliurament Premis Rac',
        location: 'Auditori ONCE -a prop de Plaça Espanya-',
        body: 'not in lists',
        start: '2026-05-04T17:30:00Z',
        end: '2026-05-04T20:00:00Z',
      });
      const answer = await call('GET', '/mail/cleo.nsf/api/calendar/events');
      expect(answer.status).toBe(200);
      expect(answer.headers.get('server')).toBe('Lotus-Domino');
      expect(answer.headers.get('content-type')).toBe('application/json');
      expect(answer.headers.get('content-range')).toBe('items 0-0');
      expect(answer.text).toContain('\\/mail\\/cleo.nsf\\/api\\/calendar\\/events\\/');
      expect(answer.text).toContain('Pla\\u00E7a');
      expect(uid).toMatch(/^[0-9A-F]{32}-Lotus_Notes_Generated$/);
      expect(answer.json().events).toEqual([
        {
          href: `/mail/cleo.nsf/api/calendar/events/${uid}`,
          id: uid,
          summary: 'Lliurament Premis Rac',
          location: 'Auditori ONCE -a prop de Plaça Espanya-',
          start: { date: '2026-05-04', time: '17:30:00', utc: true },
          end: { date: '2026-05-04', time: '20:00:00', utc: true },
          class: 'public',
          transparency: 'opaque',
          sequence: 0,
          'x-lotus-organizer': { data: 'CN=Cleo Gutiérrez/O=Acme' },
          'x-lotus-summarydataonly': { data: 'TRUE' },
          'x-lotus-appttype': { data: '3' },
        },
      ]);
    }));

  test('TV-1: a moved instance keeps its recurrence id and shows its new start', () =>
    withStandIn(async ({ domino, call }) => {
      const alice = domino.notesUser('alice@acme.test');
      const uid = alice.createSeries({
        subject: 'CAEM',
        start: '2026-05-06T07:30:00Z',
        end: '2026-05-06T09:30:00Z',
        rule: 'FREQ=WEEKLY;COUNT=3',
      });
      alice.moveInstance({ uid, recurrenceId: '20260506T073000Z', start: '2026-05-08T07:00:00Z' });
      const rows = (await call('GET', `${ALICE}/events?days=90`)).json().events;
      expect(rows.map((row) => row['recurrenceId'])).toEqual([
        '20260506T073000Z',
        '20260513T073000Z',
        '20260520T073000Z',
      ]);
      const [moved] = rows;
      expect(moved).toMatchObject({
        href: `${ALICE}/events/${uid}/20260506T073000Z`,
        recurrenceId: '20260506T073000Z',
        start: { date: '2026-05-08', time: '07:00:00', utc: true },
        sequence: 1,
      });
    }));

  test('TV-3: no entries is 200, no body, no content type', () =>
    withStandIn(async ({ call }) => {
      const answer = await call('GET', `${ALICE}/events`);
      expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([200, '', null]);
      expect(answer.headers.get('content-length')).toBe('0');
      expect(answer.headers.get('content-range')).toBeNull();
    }));

  test('an empty window can be an error instead, but only on its first page', () =>
    withStandIn(
      async ({ call }) => {
        const answer = await call('GET', `${ALICE}/events`);
        expect([answer.status, answer.json()['cserror']]).toEqual([400, 1028]);
        expect((await call('GET', `${ALICE}/events?start=50`)).status).toBe(200);
      },
      { knobs: { emptyWindow: 'error 400/1028' } },
    ));

  test.each([
    ['count=101', 'Invalid count parameter: 101.  It must be greater than 0 and less than 101.'],
    ['count=1000', 'Invalid count parameter: 1,000.  It must be greater than 0 and less than 101.'],
    ['count=0', 'Invalid count parameter: 0.  It must be greater than 0 and less than 101.'],
    ['start=-1', 'Invalid start parameter: -1.  It must be greater than or equal to 0.'],
    ['days=0', 'Invalid "days" parameter: 0. The value must be greater than 0.'],
    ['count=ten', 'Invalid count parameter: ten'],
    ['fields=a;b', 'Invalid fields parameter: a;b '],
    [
      'since=2026-03-01T00:00:00Z&sincenow=1',
      'A request cannot include both the "since" and "sincenow" parameters.',
    ],
    [
      'before=2026-03-01T00:00:00Z&days=1',
      'A request cannot include both the "before" and "days" parameters.',
    ],
    [
      'since=2026-03-01T00:00:00Z&before=2026-03-01T00:00:00Z',
      'The "before" date must be after the "since" date',
    ],
    ['since=2017-09-01T13:00:00.000Z', 'Unparseable date: "2017-09-01T13:00:00.000Z"'],
    ['since=2017-09-01', 'Unparseable date: "2017-09-01"'],
  ])('TV-11: %s is refused: %s', (query, message) =>
    withStandIn(async ({ call }) => {
      const answer = await call('GET', `${ALICE}/events?${query}`);
      expect(answer.status).toBe(400);
      expect(answer.text.startsWith('\n    {')).toBe(true);
      expect(answer.headers.get('connection')).toBe('close');
      expect(answer.json()).toMatchObject({ code: 400, text: 'Bad Request', message });
    }),
  );

  test('the date parser rolls months over and ignores what follows the Z', () =>
    withStandIn(async (bench) => {
      fill(bench, 1);
      const answer = await bench.call(
        'GET',
        `${ALICE}/events?since=2025-14-32T00:00:00Zxx&before=2026-04-01T00:00:00Z`,
      );
      expect(answer.status).toBe(200);
    }));

  test.each([
    ['since only', 1],
    ['both', 2],
    ['neither', 0],
  ] as const)('window ends %s: entries at both ends give %i', (windowEnds, listed) =>
    withStandIn(
      async ({ domino, call }) => {
        const alice = domino.notesUser('alice@acme.test');
        for (const day of ['10', '11']) {
          alice.createAppointment({
            subject: day,
            start: `2026-03-${day}T09:00:00Z`,
            end: `2026-03-${day}T10:00:00Z`,
          });
        }
        const answer = await call(
          'GET',
          `${ALICE}/events?since=2026-03-10T09:00:00Z&before=2026-03-11T09:00:00Z`,
        );
        expect(answer.text === '' ? 0 : answer.json().events.length).toBe(listed);
      },
      { knobs: { windowEnds } },
    ),
  );

  test('only the start counts: an entry that spans into the window is not listed', () =>
    withStandIn(async ({ domino, call }) => {
      const alice = domino.notesUser('alice@acme.test');
      alice.createAppointment({
        subject: 'long',
        start: '2026-03-09T09:00:00Z',
        end: '2026-03-12T10:00:00Z',
      });
      expect((await call('GET', `${ALICE}/events?since=2026-03-10T00:00:00Z&days=5`)).text).toBe('');
    }));

  test('pages go by view entries, of which some yield no event', () =>
    withStandIn(
      async (bench) => {
        fill(bench, 5);
        const first = await bench.call('GET', `${ALICE}/events?${WINDOW}&count=3`);
        expect([first.status, first.text, first.headers.get('content-range')]).toEqual([
          200,
          '',
          'items 0-2',
        ]);
        const second = await bench.call('GET', `${ALICE}/events?${WINDOW}&count=3&start=3`);
        expect(second.headers.get('content-range')).toBe('items 3-5');
        expect(second.json().events.map((event) => event['summary'])).toEqual(['entry 0', 'entry 1']);
        const last = await bench.call('GET', `${ALICE}/events?${WINDOW}&count=3&start=6`);
        expect(last.headers.get('content-range')).toBe('items 6-8');
        const after = await bench.call('GET', `${ALICE}/events?${WINDOW}&count=3&start=9`);
        expect([after.status, after.text]).toEqual([200, '']);
      },
      { knobs: { phantomViewEntries: 4 } },
    ));

  test('fields keep the spelling of the server, its slips included', () =>
    withStandIn(async (bench) => {
      fill(bench, 1);
      const answer = await bench.call(
        'GET',
        `${ALICE}/events?${WINDOW}&fields=summary,x-lotus-apptype,nonsense`,
      );
      expect(Object.keys(answer.json().events[0] ?? {})).toEqual([
        'href',
        'id',
        'summary',
        'x-lotus-appttype',
      ]);
    }));

  test('a uid can be listed twice', () =>
    withStandIn(async ({ call, domino }) => {
      await call('POST', `${ALICE}/events`, { events: [appointment({ id: 'a@b' })] });
      domino.knobs.duplicateUid = 'a@b';
      const ids = (await call('GET', `${ALICE}/events`)).json().events.map((event) => event['id']);
      expect(ids).toEqual(['a@b', 'a@b']);
    }));

  test('an old mail-file design lists positional ids, and a single read answers with the real one', () =>
    withStandIn(
      async ({ call }) => {
        await call('POST', `${ALICE}/events`, { events: [appointment({ id: 'real@id' })] });
        const [row] = (await call('GET', `${ALICE}/events`)).json().events;
        expect(row?.['id']).toMatch(/^[0-9A-F]{32}_0-Lotus_ReadRange_Generated$/);
        expect(row?.['summary']).toBe('API test, test, Alice Ames/Acme');
        expect(row).not.toHaveProperty('sequence');
        const read = await call('GET', String(row?.['href']));
        expect(read.json().events[0]?.['id']).toBe('real@id');
      },
      { knobs: { oldMailDesign: true } },
    ));

  test('forty mail files of 200 entries are listed in a few milliseconds each', async () => {
    const users = Array.from({ length: 40 }, (_, index) => ({
      notesName: `CN=User ${index}/O=Acme`,
      displayName: `User ${index}`,
      email: `user${index}@acme.test`,
      mailFile: `mail/user${index}.nsf`,
    }));
    await withStandIn(
      async ({ domino, call }) => {
        for (const user of users) {
          const person = domino.notesUser(user.email);
          for (let entry = 0; entry < 200; entry += 1) {
            const start = new Date(Date.UTC(2026, 2, 3, 9, entry)).toISOString();
            person.createAppointment({ subject: `entry ${entry}`, start, end: start });
          }
        }
        const list = async (): Promise<void> => {
          for (const user of users) {
            for (const start of [0, 100]) {
              const answer = await call(
                'GET',
                `/${user.mailFile}/api/calendar/events?count=100&start=${start}`,
              );
              expect(answer.json().events).toHaveLength(100);
            }
          }
        };
        await list();
        const began = performance.now();
        await list();
        const each = (performance.now() - began) / users.length;
        // Loose, because the machine is shared; alone both pages take about 5 ms together.
        expect(each).toBeLessThan(60);
      },
      { users },
    );
  });
});
