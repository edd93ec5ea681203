/** What people and administrators do to a pair whose text holds blocks of ours, drawn at random and played. */
import fc from 'fast-check';
import { ATTENDEE_BLOCK } from '../../src/item/attendee-block.ts';
import type { CrmAppointment } from '../../src/item/crm-appointment.ts';
import { CRM_TEXT_LIMIT } from '../../src/item/crm-mapping.ts';
import type { DominoEntry } from '../../src/item/domino-entry.ts';
import type { BlockKind } from '../../src/item/marked-block.ts';
import { PRIVATE_MODES } from '../../src/item/privacy.ts';
import { REGARDING_BLOCK } from '../../src/item/regarding-block.ts';
import { cutText } from '../../src/item/text.ts';
import type { PairSettings, SimulatedPair } from './simulated-pair.ts';

export const BLOCKS: readonly BlockKind[] = [ATTENDEE_BLOCK, REGARDING_BLOCK];

/** What a line of a person's own looks like; `w1` in it tells it from all others. Two look like lines of ours. */
const OWN_LINES = [
  (word: string) => `${word} on the agenda`,
  (word: string) => `- ${word} <${word}@own.example>`,
  (word: string) => `- Company: ${word}`,
  (word: string) => `🗓 ${word}\t\u05e9\u05dc\u05d5\u05dd 🗓`,
] as const;
const WORD = /\bw\d+\b/g;

type Regarding = CrmAppointment['regarding'];
export const regarding: fc.Arbitrary<Regarding> = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom('company' as const, 'person' as const, 'opportunity' as const, 'case' as const),
    id: fc.integer({ min: 1, max: 3 }),
    name: fc.constantFrom(
      null,
      'Acme',
      'A\r\nB',
      '--- end of regarding ---',
      '🗓'.repeat(230),
      '- <a@b.example>',
    ),
  }),
  { maxLength: 4, selector: ({ kind, id }) => `${kind} ${id}` },
);
export const externals: fc.Arbitrary<CrmAppointment['externals']> = fc.uniqueArray(
  fc.record({
    email: fc.constantFrom('zoe@customer.test', 'yan@customer.test', 'Xia@Customer.test'),
    name: fc.constantFrom(null, 'Zoe <the> First', 'Com<pany>: x', 'n'.repeat(300), ATTENDEE_BLOCK.end),
    response: fc.constantFrom(null, 0, 3),
    person_id: fc.constant(null),
  }),
  { maxLength: 3, selector: ({ email }) => email },
);
/** Around the limit of the column, with a character of two units across it. */
const subject = fc
  .tuple(fc.constantFrom('a', 'b', '🗓'), fc.constantFrom(1, 127, 128, 254, 255, 256, 300))
  .map(([unit, length]) => unit.repeat(length));

const at = fc.double({ min: 0, max: 1, noNaN: true });
const style = fc.integer({ min: 0, max: OWN_LINES.length - 1 });
export const edit = fc.oneof(
  { weight: 6, arbitrary: fc.record({ by: fc.constant('crm writes'), at, style }) },
  { weight: 6, arbitrary: fc.record({ by: fc.constant('notes writes'), at, style }) },
  fc.record({ by: fc.constant('crm deletes'), at }),
  fc.record({ by: fc.constant('notes deletes'), at }),
  { weight: 2, arbitrary: fc.record({ by: fc.constant('notes copies a block'), at, from: at }) },
  { weight: 2, arbitrary: fc.record({ by: fc.constant('notes cuts a line of a block'), at }) },
  fc.record({ by: fc.constant('crm pastes a block'), at, from: at }),
  fc.record({ by: fc.constant('notes indents') }),
  { weight: 2, arbitrary: fc.record({ by: fc.constant('crm regarding'), regarding }) },
  { weight: 2, arbitrary: fc.record({ by: fc.constant('crm externals'), externals }) },
  fc.record({ by: fc.constant('crm subject'), subject }),
  fc.record({ by: fc.constant('notes subject'), subject }),
  fc.record({ by: fc.constantFrom('crm private', 'notes private'), private: fc.boolean() }),
  fc.record({
    by: fc.constant('administrator'),
    settings: fc.record(
      {
        external_attendees: fc.constantFrom('list' as const, 'include' as const, 'omit' as const),
        regarding: fc.constantFrom('list' as const, 'omit' as const),
        private_appointments: fc.constantFrom(...PRIVATE_MODES),
      },
      { requiredKeys: [] },
    ),
  }),
);
export type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** What people wrote and did not take away again. */
export class Words {
  #count = 0;
  #kept = new Set<string>();
  #excused = new Set<string>();

  next(): string {
    this.#count += 1;
    const word = `w${this.#count}`;
    this.#kept.add(word);
    return word;
  }
  /** A person took it away. */
  excuse(text: string): void {
    for (const word of wordsOf(text)) this.#excused.add(word);
  }
  /** The conflict keeps it. */
  lose(loser: unknown, winner: unknown): void {
    const stays = wordsOf(String(winner));
    for (const word of wordsOf(String(loser))) if (!stays.includes(word)) this.#excused.add(word);
  }
  missingFrom(found: readonly string[]): string[] {
    return [...this.#kept].filter((word) => !this.#excused.has(word) && !found.includes(word));
  }
}
export const wordsOf = (text: string): string[] =>
  text.split('\n').flatMap((line) => [...new Set(line.match(WORD) ?? [])]);

export function play(pair: SimulatedPair, one: Edit, told: Words): void {
  switch (one.by) {
    case 'crm writes':
      return crmWrites(pair, one.at, one.style, told);
    case 'notes writes':
      return notesEdits(pair, (lines) => write(lines, one, told));
    case 'crm deletes': {
      const lines = (pair.row.note ?? '').split('\n');
      deleteOwn(lines, one.at, told);
      pair.row = { ...pair.row, note: lines.join('\r\n') };
      return;
    }
    case 'notes deletes':
      return notesEdits(pair, (lines) => deleteOwn(lines, one.at, told));
    case 'notes copies a block':
      return notesEdits(pair, (lines) => {
        const [begin, end] = spanOf(lines, one.from);
        if (end > begin) lines.splice(outside(lines, one.at), 0, '', ...lines.slice(begin, end + 1), '');
      });
    case 'notes cuts a line of a block':
      return notesEdits(pair, (lines) => {
        const [begin, end] = spanOf(lines, one.at);
        if (end > begin) lines.splice(begin + indexIn(end - begin + 1, one.at), 1);
      });
    case 'notes indents':
      return notesEdits(pair, (lines) => lines.forEach((line, index) => (lines[index] = `  ${line} `)));
    case 'crm pastes a block': {
      const shown = (pair.entry.body ?? '').split(/\r?\n/);
      const [begin, end] = spanOf(shown, one.from);
      const lines = (pair.row.note ?? '').split('\n');
      if (end > begin && wordsOf(shown.slice(begin, end).join('\n')).length === 0)
        lines.splice(indexIn(lines.length + 1, one.at), 0, '', ...shown.slice(begin, end + 1), '');
      pair.row = { ...pair.row, note: lines.join('\r\n') };
      return;
    }
    case 'crm regarding':
      pair.row = { ...pair.row, regarding: one.regarding };
      return;
    case 'crm externals':
      pair.row = { ...pair.row, externals: one.externals };
      return;
    case 'crm subject':
      pair.row = { ...pair.row, subject: cutText(one.subject, CRM_TEXT_LIMIT).text };
      return;
    case 'notes subject':
      pair.entry = { ...pair.entry, subject: one.subject, token: `${pair.entry.token}+` };
      return;
    case 'crm private':
      pair.row = { ...pair.row, private: one.private };
      return;
    case 'notes private':
      pair.entry = { ...pair.entry, private: one.private, token: `${pair.entry.token}+` };
      return;
    case 'administrator':
      Object.assign(pair.settings, one.settings satisfies Partial<PairSettings>);
  }
}

const indexIn = (length: number, at: number): number => Math.min(length - 1, Math.floor(at * length));

export function crmWrites(pair: SimulatedPair, at: number, style: number, told: Words): void {
  const lines = (pair.row.note ?? '').split('\n');
  write(lines, { at, style }, told);
  pair.row = { ...pair.row, note: lines.join('\r\n') };
}

/** What looks like a line of ours is ours within a block, so it is written outside. */
function write(lines: string[], { at, style }: { at: number; style: number }, told: Words): void {
  const looksLikeOurs = style === 1 || style === 2;
  const place = looksLikeOurs ? outside(lines, at) : indexIn(lines.length + 1, at);
  const line = OWN_LINES[style]!(told.next());
  lines.splice(place, 0, ...(looksLikeOurs ? ['', line, ''] : [line]));
}

function notesEdits(pair: SimulatedPair, change: (lines: string[]) => void): void {
  const lines = (pair.entry.body ?? '').split(/\r?\n/);
  change(lines);
  const body: DominoEntry['body'] = lines.join('\r\n');
  pair.entry = { ...pair.entry, body, token: `${pair.entry.token}+` };
}

function deleteOwn(lines: string[], at: number, told: Words): void {
  const own = lines.flatMap((line, index) => (wordsOf(line).length > 0 ? [index] : []));
  if (own.length === 0) return;
  const [line = ''] = lines.splice(own[indexIn(own.length, at)]!, 1);
  told.excuse(line);
}

/** From a begin to the next end of its kind; empty without one. */
function spanOf(lines: readonly string[], at: number): [number, number] {
  const begins = lines.flatMap((line, index) =>
    BLOCKS.filter(({ begin }) => begin === line.trim()).map((kind) => ({ kind, index })),
  );
  const chosen = begins[indexIn(begins.length, at)];
  if (chosen === undefined) return [0, -1];
  const end = lines.findIndex((line, index) => index > chosen.index && line.trim() === chosen.kind.end);
  return [chosen.index, end];
}

/** A place between lines that is in no block, nor next to a marker that lost its pair. */
function outside(lines: readonly string[], at: number): number {
  const marker = lines.findIndex((line) =>
    BLOCKS.some(
      ({ begin, end, entry }) =>
        [begin, end].includes(line.trim()) || (entry.test(line.trim()) && wordsOf(line).length === 0),
    ),
  );
  return indexIn((marker === -1 ? lines.length : marker) + 1, at);
}
