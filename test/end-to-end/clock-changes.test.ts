/** The days on which calendars go wrong, through the whole product and both ways, with Domino in a zone of its own. */
import { ENGINES, openTwoSides, type TwoSides } from '../support/two-sides.ts';

interface Case {
  zone: string;
  /** Of the mail files; single reads of entries made in Notes are in it. */
  dominoZone: string;
  /** Made in the CRM: wall clock from and to → what Notes has, UTC; and what the CRM keeps, where it differs. */
  crm: [name: string, from: string, to: string, start: string, end: string][];
  /** Made in Notes: UTC from and to → the wall clock the CRM has. */
  notes: [name: string, from: string, to: string, start: string, end: string][];
}

const CASES: Case[] = [
  {
    zone: 'Europe/Berlin',
    dominoZone: 'Eastern Standard Time',
    crm: [
      ['gap', '2027-03-28T02:30:00', '2027-03-28T03:30:00', '2027-03-28T01:30:00Z', '2027-03-28T02:30:00Z'],
      [
        'over the gap',
        '2027-03-28T01:30:00',
        '2027-03-28T03:30:00',
        '2027-03-28T00:30:00Z',
        '2027-03-28T01:30:00Z',
      ],
      [
        'overlap',
        '2026-12-01T23:30:00',
        '2026-12-02T00:30:00',
        '2026-12-01T22:30:00Z',
        '2026-12-01T23:30:00Z',
      ],
      [
        'first of two',
        '2027-10-31T02:30:00',
        '2027-10-31T03:30:00',
        '2027-10-31T00:30:00Z',
        '2027-10-31T02:30:00Z',
      ],
      [
        'no time at all',
        '2026-12-24T18:00:00',
        '2026-12-24T18:00:00',
        '2026-12-24T17:00:00Z',
        '2026-12-24T17:00:00Z',
      ],
      [
        'three days',
        '2027-03-27T12:00:00',
        '2027-03-30T12:00:00',
        '2027-03-27T11:00:00Z',
        '2027-03-30T10:00:00Z',
      ],
    ],
    notes: [
      [
        'before the gap',
        '2027-03-28T00:59:59Z',
        '2027-03-28T01:00:00Z',
        '2027-03-28T01:59:59',
        '2027-03-28T03:00:00',
      ],
      [
        'second of two',
        '2027-10-31T01:30:00Z',
        '2027-10-31T02:30:00Z',
        '2027-10-31T02:30:00',
        '2027-10-31T03:30:00',
      ],
      [
        'ends before it begins',
        '2027-10-31T00:45:00Z',
        '2027-10-31T01:15:00Z',
        '2027-10-31T02:45:00',
        '2027-10-31T02:45:00',
      ],
      [
        'over midnight',
        '2026-12-31T22:30:00Z',
        '2027-01-01T00:30:00Z',
        '2026-12-31T23:30:00',
        '2027-01-01T01:30:00',
      ],
    ],
  },
  {
    zone: 'America/New_York',
    dominoZone: 'Romance Standard Time',
    crm: [
      ['gap', '2027-03-14T02:30:00', '2027-03-14T03:00:00', '2027-03-14T07:30:00Z', '2027-03-14T08:00:00Z'],
      [
        'first of two',
        '2027-11-07T01:30:00',
        '2027-11-07T02:30:00',
        '2027-11-07T05:30:00Z',
        '2027-11-07T07:30:00Z',
      ],
      // Europe changes two weeks later: the same meeting is an hour off for the other side in between.
      [
        'between the changes',
        '2027-03-20T09:00:00',
        '2027-03-20T10:00:00',
        '2027-03-20T13:00:00Z',
        '2027-03-20T14:00:00Z',
      ],
    ],
    notes: [
      [
        'between the changes',
        '2027-03-20T14:00:00Z',
        '2027-03-20T15:00:00Z',
        '2027-03-20T10:00:00',
        '2027-03-20T11:00:00',
      ],
      [
        'second of two',
        '2027-11-07T06:30:00Z',
        '2027-11-07T07:30:00Z',
        '2027-11-07T01:30:00',
        '2027-11-07T02:30:00',
      ],
    ],
  },
  {
    zone: 'Australia/Lord_Howe',
    dominoZone: 'India Standard Time',
    crm: [
      [
        'half an hour skipped',
        '2027-10-03T02:15:00',
        '2027-10-03T03:00:00',
        '2027-10-02T15:45:00Z',
        '2027-10-02T16:00:00Z',
      ],
      [
        'half an hour twice',
        '2027-04-04T01:45:00',
        '2027-04-04T02:30:00',
        '2027-04-03T14:45:00Z',
        '2027-04-03T16:00:00Z',
      ],
    ],
    notes: [
      [
        'summer',
        '2026-12-24T22:00:00Z',
        '2026-12-24T23:00:00Z',
        '2026-12-25T09:00:00',
        '2026-12-25T10:00:00',
      ],
    ],
  },
  {
    zone: 'Asia/Kathmandu',
    dominoZone: 'Romance Standard Time',
    crm: [
      [
        'a quarter',
        '2027-01-15T09:00:00',
        '2027-01-15T09:45:00',
        '2027-01-15T03:15:00Z',
        '2027-01-15T04:00:00Z',
      ],
    ],
    notes: [
      [
        'a quarter',
        '2027-07-01T18:15:00Z',
        '2027-07-01T19:15:00Z',
        '2027-07-02T00:00:00',
        '2027-07-02T01:00:00',
      ],
    ],
  },
  {
    // Left out 30 December 2011 and went from UTC−10 to UTC+14.
    zone: 'Pacific/Apia',
    dominoZone: 'UTC',
    crm: [
      [
        'the day that was not',
        '2011-12-30T10:00:00',
        '2011-12-30T11:00:00',
        '2011-12-30T20:00:00Z',
        '2011-12-30T21:00:00Z',
      ],
      [
        'before',
        '2011-12-29T10:00:00',
        '2011-12-29T11:00:00',
        '2011-12-29T20:00:00Z',
        '2011-12-29T21:00:00Z',
      ],
      ['after', '2011-12-31T09:00:00', '2011-12-31T11:00:00', '2011-12-30T19:00:00Z', '2011-12-30T21:00:00Z'],
    ],
    notes: [
      [
        'over the change',
        '2011-12-30T09:00:00Z',
        '2011-12-30T11:00:00Z',
        '2011-12-29T23:00:00',
        '2011-12-31T01:00:00',
      ],
    ],
  },
];

let two: TwoSides;
afterEach(() => two.close());

/** Every live row: subject → wall clock from and to, whether all-day. */
async function rows(): Promise<Record<string, unknown>> {
  const { rows: found } = await two.sides.vendor.query<Record<string, string>>(
    `select comm_subject as subject, to_char(comm_datetime, 'YYYY-MM-DD"T"HH24:MI:SS') as start,
            to_char(comm_todatetime, 'YYYY-MM-DD"T"HH24:MI:SS') as "end", comm_isalldayevent as all_day
     from communication where comm_deleted is null`,
  );
  return Object.fromEntries(found.map(({ subject, ...times }) => [subject, times]));
}
const entries = (): Record<string, unknown> =>
  Object.fromEntries(
    two.world
      .notes(two.world.users[0]!)
      .calendar()
      .map(({ subject, start, end }) => [subject, { start, end }]),
  );

describe.each(ENGINES)('on %s', (engine) => {
  /** A year ahead is listed by default; here everything from 2011 to 2028. */
  const open = async (timeZone: string, zone: string): Promise<void> => {
    two = await openTwoSides({
      engine,
      users: 1,
      timeZone,
      standIn: { zone },
      settings: { window_future_days: '700' },
    });
    // Further back than `users enable --past-days` allows, for the sake of Apia.
    await two.sides.vendor.query(
      "update domino_sync.sync_user set window_start = '2011-01-01', past_days = 6000",
    );
  };

  test.each(CASES)('$zone, with mail files in $dominoZone', async ({ zone, dominoZone, crm, notes }) => {
    await open(zone, dominoZone);
    const anna = two.world.users[0]!;
    for (const [name, start, end] of crm)
      await two.world.crm.createAppointment(anna.userId, { subject: `CRM ${name}`, start, end });
    const uids = new Map<string, string>();
    for (const [name, start, end] of notes)
      uids.set(name, two.world.notes(anna).createAppointment({ subject: `Notes ${name}`, start, end }));
    await two.world.settle();

    for (const [name, , , start, end] of crm)
      expect([name, entries()[`CRM ${name}`]]).toEqual([name, { start, end }]);
    for (const [name, , , start, end] of notes)
      expect([name, (await rows())[`Notes ${name}`]]).toEqual([name, { start, end, all_day: null }]);

    // An edit of something else, on either side, moves nothing on the other.
    const crmBefore = await rows();
    const notesBefore = entries();
    for (const [subject] of Object.entries(crmBefore)) {
      const [row] = await two.world.bySubject(subject);
      await two.world.crm.editAppointment(anna.userId, row!.id, { location: 'Room 1' });
    }
    await two.world.settle();
    for (const { uid } of two.world.notes(anna).calendar())
      two.world.notes(anna).edit({ uid, location: 'Room 2' });
    await two.world.settle();
    expect(await rows()).toEqual(crmBefore);
    expect(entries()).toEqual(notesBefore);

    // A move by an hour arrives as a move by an hour.
    const [[name, from]] = notes as [Case['notes'][number]];
    const later = (text: string, hours: number) =>
      `${new Date(Date.parse(text) + hours * 3_600_000).toISOString().slice(0, 19)}Z`;
    two.world.notes(anna).move({ uid: uids.get(name)!, start: later(from, 48), end: later(from, 49) });
    await two.world.settle();
    expect(entries()[`Notes ${name}`]).toEqual({ start: later(from, 48), end: later(from, 49) });
    expect((await rows())[`Notes ${name}`]).not.toEqual(crmBefore[`Notes ${name}`]);
  });

  test.each([
    ['Pacific/Midway', 'Romance Standard Time'],
    ['Pacific/Kiritimati', 'Pacific Standard Time'],
    ['Europe/Berlin', 'India Standard Time'],
  ])('all-day in %s, with mail files in %s: the same days on both sides', async (zone, dominoZone) => {
    await open(zone, dominoZone);
    const anna = two.world.users[0]!;
    const day = (date: string, time = '00:00:00') => `${date}T${time}`;
    const crm: [string, string, string, string, string][] = [
      ['one day', day('2027-03-28'), day('2027-03-28', '23:59:00'), '2027-03-28', '2027-03-28'],
      ['one day, by its midnights', day('2027-03-28'), day('2027-03-29'), '2027-03-28', '2027-03-28'],
      ['one day without length', day('2027-01-01'), day('2027-01-01'), '2027-01-01', '2027-01-01'],
      ['three days', day('2026-12-30'), day('2027-01-01', '23:59:00'), '2026-12-30', '2027-01-01'],
    ];
    for (const [name, start, end] of crm)
      await two.world.crm.createAppointment(anna.userId, {
        subject: `CRM ${name}`,
        start,
        end,
        allDay: true,
      });
    const notes = two.world.notes(anna);
    notes.createAllDay({ subject: 'Notes one day', date: '2027-10-31' });
    notes.createAllDay({ subject: 'Notes four days', date: '2027-02-27', lastDate: '2027-03-02' });
    notes.createAnniversary({ subject: 'Notes anniversary', date: '2027-05-01' });
    await two.world.settle();

    for (const [name, , , start, end] of crm)
      expect([name, entries()[`CRM ${name}`]]).toEqual([name, { start, end }]);
    expect(await rows()).toMatchObject({
      'Notes one day': { start: day('2027-10-31'), end: day('2027-10-31', '23:59:00'), all_day: 'Y' },
      'Notes four days': { start: day('2027-02-27'), end: day('2027-03-02', '23:59:00'), all_day: 'Y' },
      'Notes anniversary': { start: day('2027-05-01'), end: day('2027-05-01', '23:59:00'), all_day: 'Y' },
    });
  });
});
