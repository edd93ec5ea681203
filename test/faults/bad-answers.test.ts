/**
 * Thousands of answers that no Domino should give, over a real socket: each ends as a result of the documented shape or
 * as a DominoError with its code; nothing else escapes, nothing hangs, and nothing gets into the program's own objects.
 *
 * BAD_ANSWERS: how many; default 20,000. BAD_SEED: the same answers again.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectDas } from '../../src/domino/das/connect.ts';
import { DominoError, type DominoServer, type MailFile } from '../../src/domino/port.ts';
import type { EntryKey } from '../../src/item/domino-entry.ts';
import { itemFromDomino } from '../../src/item/domino-mapping.ts';
import { createRandom, type Random } from '../../src/sandbox/crm/random.ts';
import { startDominoStandIn, type DominoStandIn } from '../../src/sandbox/domino-stand-in/index.ts';
import { spoiled, type Answer } from './spoil.ts';

const WANTED = Number(process.env['BAD_ANSWERS'] ?? 20_000);
const SEED = Number(process.env['BAD_SEED'] ?? Date.now() % 1_000_000);
const ANNA = { email: 'anna@acme.example', mailFile: 'mail/anna.nsf' };
const technicalUser = { name: 'CRM Sync/Acme', password: 'secret' };
const WINDOW = { from: '2026-11-01T00:00:00Z', to: '2027-11-01T00:00:00Z' };

let standIn: DominoStandIn;
let between: Server;
let domino: DominoServer;
let mail: MailFile;
let keys: EntryKey[];
/** What the stand-in answered, by address. */
const recorded = new Map<string, Answer>();
/** Null while the stand-in itself is to be heard. */
let random: Random | null = null;
let given = 0;

beforeAll(async () => {
  standIn = await startDominoStandIn({
    auth: 'basic',
    clock: () => new Date('2026-11-22T08:00:00Z'),
    technicalUser,
    users: [
      { notesName: 'CN=Anna Adler/O=Acme', displayName: 'Anna Adler', ...ANNA },
      {
        notesName: 'CN=Bert Braun/O=Acme',
        displayName: 'Bert Braun',
        email: 'bert@acme.example',
        mailFile: 'mail/bert.nsf',
      },
    ],
  });
  const anna = standIn.notesUser(ANNA.email);
  const times = { start: '2026-12-01T09:00:00Z', end: '2026-12-01T10:00:00Z' };
  anna.createAppointment({
    subject: 'Lunch',
    location: 'Canteen',
    body: 'Soup',
    alarmMinutes: 15,
    categories: ['a'],
    ...times,
  });
  anna.createMeeting({
    subject: 'Review',
    invitees: ['bert@acme.example', 'guest@elsewhere.example'],
    ...times,
  });
  anna.createAllDay({ subject: 'Holiday', date: '2026-12-24', lastDate: '2026-12-26' });
  anna.createSeries({ subject: 'Standup', rule: 'FREQ=WEEKLY;COUNT=4', ...times });
  anna.createTodo({ subject: 'Report', start: times.start, due: times.end, body: 'Numbers' });

  between = createServer((request, response) => {
    const place = request.url ?? '/';
    void answerFor(place, request.headers.authorization ?? '').then(({ status, headers, body }) => {
      try {
        response.writeHead(status, headers);
      } catch {
        // a spoilt header that Node itself refuses to send
        response.writeHead(status, { 'content-type': 'application/json' });
      }
      response.end(body);
    });
  });
  await new Promise<void>((listening) => between.listen(0, '127.0.0.1', listening));
  domino = connectDas({
    url: `http://127.0.0.1:${(between.address() as AddressInfo).port}`,
    user: technicalUser.name,
    password: technicalUser.password,
    auth: 'basic',
    todoSweepSeconds: 0,
  });
  mail = domino.mailFile(ANNA.mailFile, ANNA);
  const first = await pull(null);
  keys = first.changed.map(({ key }) => key);
  for (const key of keys) await mail.read(key, silent());
  await mail.pull({ cursor: first.cursor(), window: WINDOW, known: [], todos: true }, silent());
});
afterAll(async () => {
  await domino.close();
  between.closeAllConnections();
  await new Promise((closed) => between.close(closed));
  await standIn.stop();
});

async function answerFor(place: string, authorization: string): Promise<Answer> {
  // The cursor and the clock are part of some addresses: those are answered as their like was.
  const known = recorded.get(place) ?? [...recorded].find(([other]) => pathOf(other) === pathOf(place))?.[1];
  if (random !== null && known !== undefined) {
    given += 1;
    return spoiled(random, known);
  }
  const real = await fetch(`${standIn.url}${place}`, { headers: { authorization } });
  const headers: Record<string, string> = {};
  for (const name of ['content-type', 'content-range', 'date', 'server']) {
    const value = real.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const answer = { status: real.status, headers, body: await real.text() };
  if (answer.status === 200) recorded.set(place, answer);
  return answer;
}

const pathOf = (place: string): string => place.split('?')[0]!;
const silent = () => ({ signal: AbortSignal.timeout(20_000) });
const pull = (cursor: string | null) =>
  mail.pull({ cursor, window: WINDOW, known: [], todos: true }, silent());

test(
  `${WANTED} spoilt answers end as a result or as an error with a code`,
  async () => {
    const outcomes = new Map<string, number>();
    const note = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    for (let round = 0; given < WANTED; round += 1) {
      random = createRandom(SEED + round);
      const key = random.chance(0.25) ? null : random.pick(keys);
      try {
        if (key === null) {
          const { changed } = await pull(null);
          for (const { key: found } of changed) expect(typeof found.uid).toBe('string');
          note('listed');
        } else {
          const entry = await mail.read(key, silent());
          if (entry === null) note('gone');
          else {
            const read = itemFromDomino(entry, {
              owner: ANNA,
            });
            if ('item' in read) {
              const { when } = read.item;
              expect([when.start, when.end].every((text) => /^\d{4}-\d{2}-\d{2}/.test(text))).toBe(true);
            }
            note('item' in read ? 'read' : read.refused);
          }
        }
      } catch (error) {
        if (!(error instanceof DominoError))
          throw new Error(`BAD_SEED=${SEED + round}: ${String(error)}`, { cause: error });
        note(error.code);
      }
    }
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
    // The spoiling reached every way an answer can end, or it proves nothing.
    for (const outcome of ['listed', 'read', 'domino_garbled'])
      expect(outcomes.get(outcome)).toBeGreaterThan(0);
    random = null;
    expect((await pull(null)).changed).toHaveLength(keys.length);
  },
  30 * 60_000,
);
