/** Who is whose twin: by nothing but what both sides show, one to one, in whatever order it is given. */
import fc from 'fast-check';
import type { SyncItem } from '../../src/item/sync-item.ts';
import { identityOf, matchTwins, subjectKey, type TwinCandidate } from '../../src/item/twin.ts';

const ZONE = 'Europe/Berlin';

const item = (changes: Partial<SyncItem> = {}): SyncItem => ({
  kind: 'appointment',
  subject: 'Lunch',
  body: '',
  location: '',
  regarding: null,
  when: { allDay: false, start: '2026-03-29T10:00:00Z', end: '2026-03-29T11:00:00Z', timeZone: null },
  private: false,
  priority: 'normal',
  status: 'pending',
  busy: true,
  categories: [],
  reminderMinutes: null,
  organiser: null,
  attendees: [],
  ...changes,
});
const identity = (changes: Partial<SyncItem> = {}, organiser = 'anna@acme.example') =>
  identityOf(item(changes), organiser, ZONE);

test('a subject is compared without regard to case, blanks and form of letters, as far as the CRM holds it', () => {
  expect(subjectKey('  Jour\t FIXE ')).toBe(subjectKey('jour fixe'));
  expect(subjectKey('Caf\u00e9')).toBe(subjectKey('Cafe\u0301'));
  expect(subjectKey('x'.repeat(300))).toBe(subjectKey('x'.repeat(255)));
  expect(subjectKey('x'.repeat(254))).not.toBe(subjectKey('x'.repeat(255)));
});

test('subject, organiser, start, end and all-day must all be the same', () => {
  const when = item().when;
  expect(identity()).toBe(identity({ location: 'Room 1', body: 'x', categories: ['Meeting'] }));
  expect(identity({}, 'Anna@Acme.example')).toBe(identity());
  const others = [
    identity({ subject: 'Dinner' }),
    identity({}, 'bert@acme.example'),
    identity({ when: { ...when, start: '2026-03-29T09:00:00Z' } as SyncItem['when'] }),
    identity({ when: { ...when, end: '2026-03-29T12:00:00Z' } as SyncItem['when'] }),
    identity({ when: { allDay: true, start: '2026-03-29', end: '2026-03-29' } }),
    identity({ kind: 'todo' }),
  ];
  expect(new Set([identity(), ...others]).size).toBe(7);
});

test('a To Do is compared by its days in the zone of the CRM, whatever the times', () => {
  const at = (start: string, end: string) =>
    identity({ kind: 'todo', when: { allDay: false, start, end, timeZone: null } });
  expect(at('2026-03-02T23:30:00Z', '2026-03-03T08:00:00Z')).toBe(
    identity({ kind: 'todo', when: { allDay: true, start: '2026-03-03', end: '2026-03-03' } }),
  );
  expect(at('2026-03-02T22:30:00Z', '2026-03-03T08:00:00Z')).not.toBe(
    at('2026-03-02T23:30:00Z', '2026-03-03T08:00:00Z'),
  );
});

test('of equally many alike, those pair that differ least in the rest', () => {
  const one = (id: string, location: string): TwinCandidate => ({
    id,
    identities: ['same'],
    item: item({ location }),
  });
  const { pairs, ambiguous } = matchTwins(
    [one('1', 'A'), one('2', 'B'), one('3', '')],
    [one('x', ''), one('y', 'B'), one('z', 'A')],
  );
  expect(pairs.map(({ crm, domino }) => `${crm.id}${domino.id}`).sort()).toEqual(['1z', '2y', '3x']);
  expect(ambiguous).toEqual([]);
});

test('a second identity counts only for what the first left over', () => {
  const one = (id: string, ...identities: string[]): TwinCandidate => ({ id, identities, item: item() });
  const { pairs } = matchTwins(
    [one('1', 'theirs', 'plain'), one('2', 'theirs', 'plain')],
    [one('x', 'plain', 'plain'), one('y', 'theirs')],
  );
  // Two that belong to one meeting of somebody else: nobody can tell which.
  expect(pairs).toEqual([]);
  const alone = matchTwins([one('1', 'theirs', 'plain')], [one('x', 'plain', 'plain')]);
  expect(alone.pairs).toMatchObject([{ crm: { id: '1' }, domino: { id: 'x' } }]);
});

const candidates = fc
  .array(
    fc.record({
      identities: fc.constantFrom(['a'], ['b'], ['c'], ['c', 'a'], ['b', 'c'], ['a', 'a']),
      location: fc.constantFrom('', 'Room 1', 'Room 2'),
      body: fc.constantFrom(null, '', 'text'),
    }),
    { maxLength: 12 },
  )
  .map((list) =>
    list.map(({ identities, location, body }, i): TwinCandidate => ({
      id: String(i).padStart(3, '0'),
      identities,
      item: item({ location, body }),
    })),
  );

const shuffled = fc.tuple(candidates, candidates).chain(([crm, domino]) =>
  fc.record({
    crm: fc.constant(crm),
    domino: fc.constant(domino),
    crmOrder: fc.shuffledSubarray(crm, { minLength: crm.length }),
    dominoOrder: fc.shuffledSubarray(domino, { minLength: domino.length }),
  }),
);

const shape = (matches: ReturnType<typeof matchTwins>) => ({
  pairs: matches.pairs.map(({ crm, domino }) => `${crm.id}/${domino.id}`).sort(),
  ambiguous: matches.ambiguous
    .map(({ crm, domino }) => `${crm.map(({ id }) => id).join()}/${domino.map(({ id }) => id).join()}`)
    .sort(),
});

test('the order in which things are given does not matter', () => {
  fc.assert(
    fc.property(shuffled, ({ crm, domino, crmOrder, dominoOrder }) => {
      expect(shape(matchTwins(crmOrder, dominoOrder))).toEqual(shape(matchTwins(crm, domino)));
    }),
  );
});

test('everything is in one pair or one ambiguous group at most, and nothing pairs with another identity', () => {
  fc.assert(
    fc.property(shuffled, ({ crm, domino }) => {
      const { pairs, ambiguous } = matchTwins(crm, domino);
      for (const { crm: ours, domino: theirs } of pairs)
        expect(ours.identities.some((one, i) => theirs.identities[i] === one)).toBe(true);
      const ours = [...pairs.map((pair) => pair.crm), ...ambiguous.flatMap((group) => group.crm)];
      const theirs = [...pairs.map((pair) => pair.domino), ...ambiguous.flatMap((group) => group.domino)];
      expect(new Set(ours).size).toBe(ours.length);
      expect(new Set(theirs).size).toBe(theirs.length);
      for (const group of ambiguous) expect(group.crm.length).not.toBe(group.domino.length);
      // What is left over has no twin left over.
      for (const one of crm.filter((each) => !ours.includes(each)))
        for (const other of domino.filter((each) => !theirs.includes(each)))
          expect(one.identities.some((identity, i) => other.identities[i] === identity)).toBe(false);
    }),
  );
});

test('many alike pair too, each with its like', () => {
  const many = (prefix: string) =>
    Array.from({ length: 150 }, (_, i): TwinCandidate => ({
      id: `${prefix}${(i * 37) % 150}`.padStart(5, '0'),
      identities: ['same'],
      item: item({ location: `Room ${(i * 53) % 150}` }),
    }));
  const { pairs } = matchTwins(many('c'), many('d'));
  expect(pairs).toHaveLength(150);
  for (const { crm, domino } of pairs) expect(crm.item.location).toBe(domino.item.location);
});
