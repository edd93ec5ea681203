import fc from 'fast-check';
import { createAllDay } from '../../src/domino/das/all-day.ts';
import { digestOf } from '../../src/domino/das/digest.ts';
import { entryOf, keyOfEvent } from '../../src/domino/das/event-decode.ts';
import { createBody, updateBody } from '../../src/domino/das/event-encode.ts';
import { addDays, toInstant } from '../../src/domino/das/times.ts';
import { itemsOf, entryOfTodo } from '../../src/domino/das/todo.ts';
import { eventBodySchema, type WireEvent } from '../../src/domino/das/wire.ts';
import type { DominoDraft, DominoEntry } from '../../src/item/domino-entry.ts';
import type { Attendee, When } from '../../src/item/sync-item.ts';
import { zone } from '../item/arbitraries.ts';

/** What holds no attendee and no category separator, the two things a string may be split at. */
const text = fc.string({
  unit: fc.constantFrom('a', 'Ž', '€', ' ', '"', '\\', '/', '<', '\n', '😀'),
  maxLength: 12,
});
const readAs = (event: WireEvent, when: When) => ({
  body: { events: [event] },
  event,
  entry: { when },
  repeated: false,
});
const word = fc.stringMatching(/^[A-Za-z]{1,8}$/);
const email = fc.tuple(word, word).map(([a, b]) => `${a}@${b}.com`.toLowerCase());
const day = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays('2000-01-01', days));

const when: fc.Arbitrary<When> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 946_684_800, max: 2_500_000_000 }), fc.integer({ min: 0, max: 500_000 }))
    .map(([start, seconds]): When => ({
      allDay: false,
      start: toInstant(start * 1000),
      end: toInstant((start + seconds) * 1000),
      timeZone: null,
    })),
  fc
    .tuple(day, fc.integer({ min: 0, max: 30 }))
    .map(([start, days]): When => ({ allDay: true, start, end: addDays(start, days) })),
);

const attendees: fc.Arbitrary<Attendee[]> = fc.uniqueArray(
  fc.record({
    email,
    name: word,
    role: fc.constantFrom<Attendee['role']>('required', 'optional', 'informed', 'resource'),
    response: fc.constant('none' as const),
    external: fc.constant(null),
  }),
  { selector: (attendee) => attendee.email, maxLength: 5 },
);

const drafts: fc.Arbitrary<DominoDraft> = fc
  .record({
    form: fc.constant('event' as const),
    subject: text,
    location: text,
    body: text,
    when,
    private: fc.boolean(),
    transparency: fc.constantFrom('opaque' as const, 'transparent' as const),
    status: fc.constantFrom('confirmed' as const, 'tentative' as const, 'cancelled' as const),
    priority: fc.integer({ min: 0, max: 9 }),
    categories: fc.uniqueArray(word, { maxLength: 3 }),
    attendees,
    reminderMinutes: fc.option(fc.integer({ min: 0, max: 10_000 })),
    completedAt: fc.constant(null),
  })
  .map((draft) => ({
    ...draft,
    organiser: draft.attendees.length === 0 ? null : { email: 'chair@acme.example', name: 'Chair' },
  }));

const context = (allDay: ReturnType<typeof createAllDay>): Parameters<typeof entryOf>[3] => ({
  timezones: [],
  floatingZone: 'UTC',
  allDay,
});
const decode = (event: WireEvent, allDay: ReturnType<typeof createAllDay>): DominoEntry =>
  entryOf(event, keyOfEvent(event), false, context(allDay))!;
const wire = (body: unknown): WireEvent => eventBodySchema.parse(JSON.parse(JSON.stringify(body))).events[0]!;

const without = <T extends object, K extends keyof T>(object: T, ...names: K[]): Omit<T, K> => {
  const rest = { ...object };
  for (const name of names) delete rest[name];
  return rest;
};

/** What an entry says of the fields a draft has. */
const asDraft = (entry: DominoEntry): Omit<DominoDraft, 'form'> => ({
  subject: entry.subject,
  location: entry.location,
  body: entry.body ?? '',
  when: entry.when,
  private: entry.private,
  transparency: entry.transparency,
  status: entry.status!,
  priority: entry.priority!,
  categories: entry.categories,
  organiser: entry.organiser,
  attendees: entry.attendees,
  reminderMinutes: entry.reminderMinutes,
  completedAt: entry.completedAt,
});

describe('a draft', () => {
  it.each(['inclusive', 'exclusive'] as const)(
    'comes back from the wire as it went out, with %s ends',
    (setting) => {
      const allDay = createAllDay(setting);
      fc.assert(
        fc.property(drafts, ({ form, ...draft }) => {
          const event = wire(createBody('crm-1', { form, ...draft }, allDay));
          expect(asDraft(decode(event, allDay))).toEqual(draft);
        }),
      );
    },
  );

  it('laid over another as a patch makes the other equal to it, members nobody knows included', () => {
    const allDay = createAllDay('inclusive');
    fc.assert(
      fc.property(drafts, drafts, (before, draft) => {
        const after = without(draft, 'form');
        const body = createBody('crm-1', before, allDay);
        Object.assign(body.events[0], {
          'x-foreign': { data: '1' },
          'last-modified': '20260101T000000Z',
          sequence: 1,
        });
        const fresh = wire(body);
        const updated = wire(updateBody(readAs(fresh, decode(fresh, allDay).when), after, allDay));
        expect(asDraft(decode(updated, allDay))).toEqual(after);
        expect(updated['x-foreign']).toEqual({ data: '1' });
      }),
    );
  });

  it('with an empty patch changes nothing but what Domino keeps by itself', () => {
    const allDay = createAllDay('inclusive');
    fc.assert(
      fc.property(drafts, (draft) => {
        const fresh = wire(createBody('crm-1', draft, allDay));
        const expected = without(fresh, 'description');
        expect(wire(updateBody(readAs(fresh, draft.when), {}, allDay))).toEqual(expected);
      }),
    );
  });

  it('has one digest, whether a list or a single read shows it', () => {
    const allDay = createAllDay('inclusive');
    fc.assert(
      fc.property(drafts, drafts, (one, other) => {
        const event = wire(createBody('crm-1', one, allDay));
        // A list has neither body nor people, and may leave out what equals the default.
        const listed = without(event, 'description', 'attendees', 'organizer', 'alarm');
        const row: WireEvent = { ...listed, id: event.id, start: event.start };
        if (row.class === 'public') delete row.class;
        if (row.status === 'confirmed') delete row.status;
        if (row.location === '') delete row.location;
        row['x-lotus-summarydataonly'] = { data: 'TRUE' };
        row['x-lotus-noticetype'] = { data: 'A' };
        expect(digestOf(row, context(allDay))).toBe(digestOf(event, context(allDay)));
        if (one.subject.trimEnd() !== other.subject.trimEnd()) {
          const changed = { ...row, summary: other.subject };
          expect(digestOf(changed, context(allDay))).not.toBe(digestOf(row, context(allDay)));
        }
      }),
    );
  });
});

describe('a To Do', () => {
  it('comes back from its items as it went out, as far as a To Do can hold it', () => {
    fc.assert(
      fc.property(drafts, fc.option(day), zone, (draft, done, home) => {
        const completedAt = done === null ? null : `${done}T10:00:00Z`;
        const patch = without({ ...draft, completedAt }, 'form');
        const document = { '@unid': 'A'.repeat(32), '@form': 'Task', ...itemsOf(patch, home) };
        const entry = entryOfTodo(document, home, null);
        expect(entry).toMatchObject({
          subject: draft.subject,
          location: draft.location,
          body: draft.body.replace(/[ \t]+$/gm, '').trimEnd(),
          when: draft.when,
          private: draft.private,
          categories: draft.categories,
          completedAt,
        });
      }),
    );
  });
});
