/**
 * The blocks of ours in a text that both sides edit, round and round, under settings that change: own words are neither
 * lost nor doubled, the blocks neither grow nor reach the CRM, and what a side cannot hold does not come back as an edit.
 */
import fc from 'fast-check';
import { ATTENDEE_BLOCK } from '../../src/item/attendee-block.ts';
import type { CrmAppointment } from '../../src/item/crm-appointment.ts';
import { CRM_TEXT_LIMIT } from '../../src/item/crm-mapping.ts';
import type { BlockKind } from '../../src/item/marked-block.ts';
import { PRIVATE_MODES } from '../../src/item/privacy.ts';
import { REGARDING_BLOCK, regardingOf } from '../../src/item/regarding-block.ts';
import { cutText } from '../../src/item/text.ts';
import { OWNER } from './arbitraries.ts';
import {
  BLOCKS,
  crmWrites,
  edit,
  externals,
  play,
  regarding,
  Words,
  wordsOf,
  type Edit,
} from './block-edits.ts';
import { simulatedPair, type SimulatedPair, type Written } from './simulated-pair.ts';

/** BLOCK_RUNS: how many histories. */
const RUNS = Number(process.env['BLOCK_RUNS'] ?? 120);

const history = fc.record({
  action: fc.constantFrom('Meeting', 'Meeting', 'To Do'),
  madeOn: fc.constantFrom('crm' as const, 'domino' as const),
  settings: fc.record({
    external_attendees: fc.constantFrom('list' as const, 'include' as const, 'omit' as const),
    regarding: fc.constantFrom('list' as const, 'omit' as const),
    private_appointments: fc.constantFrom(...PRIVATE_MODES),
    policy: fc.constantFrom('crm' as const, 'domino' as const, 'newest' as const),
  }),
  externals,
  regarding,
  rounds: fc.array(fc.array(edit, { maxLength: 3 }), { maxLength: 8 }),
});

test('own words stay and are there once, blocks of ours are there once, whatever people and administrators do', () => {
  fc.assert(
    fc.property(history, ({ action, madeOn, settings, externals, regarding, rounds }) => {
      const pair = simulatedPair(appointment({ action, externals, regarding }), settings, madeOn);
      const told = new Words();
      for (const round of rounds) {
        for (const one of round) play(pair, one, told);
        settle(pair, told);
      }
      // The end: everything in the open, and a word of the CRM so that each block follows.
      pair.settings.private_appointments = 'full';
      pair.row = { ...pair.row, private: false };
      pair.entry = { ...pair.entry, private: false, token: `${pair.entry.token}+` };
      settle(pair, told);
      crmWrites(pair, 1, 0, told);
      settle(pair, told);

      for (const text of [pair.row.note ?? '', pair.entry.body ?? '']) {
        const found = wordsOf(text);
        expect(found).toEqual([...new Set(found)]);
        expect(told.missingFrom(found)).toEqual([]);
      }
      for (const { kind, lines } of blocksOf(pair)) {
        const shown = linesBetween(pair.entry.body ?? '', kind);
        expect([...shown].sort()).toEqual([...lines].sort());
      }
      // Cut in two by a Notes user, or pasted by a CRM user, they are words like others.
      const strange = rounds.flat().some(({ by }) => /cuts|pastes/.test(by));
      const lines = (pair.row.note ?? '').split('\n').filter((line) => line.trim() !== '');
      if (!strange) expect(lines.filter((line) => wordsOf(line).length === 0)).toEqual([]);
      // Neither goes nor comes by the way of the text.
      expect(pair.row.externals.map(({ email }) => email)).toEqual(
        lastOf(rounds, 'externals', externals).map(({ email }) => email),
      );
      // What the CRM had to cut stays whole in Notes, whatever else is written.
      const masked = [settings, ...rounds.flat().map((one) => ('settings' in one ? one.settings : {}))].some(
        ({ private_appointments: mode }) => mode === 'masked',
      );
      if (!masked) {
        expect(cutText(pair.entry.subject, CRM_TEXT_LIMIT).text).toBe(pair.row.subject);
        if (!rounds.flat().some(({ by }) => by === 'crm subject'))
          expect(pair.entry.subject).toBe(lastOf(rounds, 'subject', 'Visit'));
      }
    }),
    { numRuns: RUNS },
  );
});

/** Looks until nothing is written any more, which has to be soon, and what is written is as it should be. */
function settle(pair: SimulatedPair, told: Words): void {
  for (let looks = 1; ; looks += 1) {
    const written = pair.look();
    check(pair, written);
    for (const { field, winner, crm_value: crm, domino_value: domino } of written.conflicts)
      if (field === 'body') told.lose(winner === 'crm' ? domino : crm, winner === 'crm' ? crm : domino);
    if (written.entryBodies.length === 0 && written.toCrm.length === 0 && written.conflicts.length === 0)
      return;
    expect(looks).toBeLessThan(5);
  }
}

function check(pair: SimulatedPair, { entryBodies }: Written): void {
  for (const body of entryBodies)
    for (const { begin, end } of BLOCKS) {
      const lines = body.split('\n').map((line) => line.trim());
      expect(lines.filter((line) => line === begin).length).toBeLessThanOrEqual(1);
      expect(lines.filter((line) => line === end).length).toBeLessThanOrEqual(1);
    }
  expect(pair.row.subject!.length).toBeLessThanOrEqual(CRM_TEXT_LIMIT);
}

/** What the blocks of the entry have to name at the end. */
function blocksOf({ row, entry, settings }: SimulatedPair): { kind: BlockKind; lines: string[] }[] {
  const invited = new Set(entry.attendees.map(({ email }) => email));
  const people = row.externals.map(({ email }) => email!.toLowerCase());
  const listed = settings.external_attendees === 'list' ? people.filter((email) => !invited.has(email)) : [];
  return [
    { kind: ATTENDEE_BLOCK, lines: listed },
    {
      kind: REGARDING_BLOCK,
      lines: settings.regarding === 'list' ? regardingOf(row).map((text) => `- ${text}`) : [],
    },
  ];
}

function linesBetween(body: string, kind: BlockKind): string[] {
  const lines = body.split(/\r?\n/);
  const { begin, end } = kind;
  const from = lines.indexOf(begin);
  const shown = from === -1 ? [] : lines.slice(from + 1, lines.indexOf(end));
  // Of people the address tells who is meant.
  return kind === ATTENDEE_BLOCK ? shown.map((line) => /<([^<>]+)>$/.exec(line)?.[1] ?? line) : shown;
}

function lastOf<K extends string, V>(rounds: readonly (readonly Edit[])[], key: K, first: V): V {
  const set = rounds.flat().filter((one) => key in one) as unknown as Record<K, V>[];
  return set.at(-1)?.[key] ?? first;
}

const appointment = (given: Pick<CrmAppointment, 'action' | 'externals' | 'regarding'>): CrmAppointment => ({
  ...given,
  appointment_id: 1,
  present: true,
  deleted: false,
  type: 'Appointment',
  task: null,
  status: 'Pending',
  priority: 'Normal',
  start_at: '2026-05-04T09:00:00',
  end_at: '2026-05-04T10:00:00',
  all_day: false,
  private: false,
  crm_only: false,
  subject: 'Visit',
  location: null,
  note: null,
  notify_at: null,
  updated_at: null,
  updated_by: null,
  recurrence_id: null,
  organiser: { user_id: OWNER.crm_user_id, email: OWNER.email, name: 'Olga Owner' },
  users: [{ ...OWNER, user_id: 1, name: 'Olga Owner', response: 6, notify_at: null, resource: false }],
  holders: [{ crm_user_id: OWNER.crm_user_id, role: 'organiser' }],
  fingerprint: 'f',
});
