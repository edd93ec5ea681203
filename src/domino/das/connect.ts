/** The DAS adapter: DominoServer over the Calendar and Data services of Domino 9.0.1 and later. */
import { z } from 'zod';
import type { DominoForm } from '../../item/domino-entry.ts';
import { keyText } from '../../item/domino-entry.ts';
import { createHttpClient } from '../http.ts';
import {
  DominoError,
  type CalendarOwner,
  type CallOptions,
  type DominoServer,
  type MailFile,
  type MailFileCheck,
  type ServerInfo,
} from '../port.ts';
import { createSemaphore } from '../semaphore.ts';
import { createAllDay, type AllDay, type AllDayEnd } from './all-day.ts';
import { parseBody, refusalOf, refused } from './answer.ts';
import { openCalendar } from './calendar.ts';
import { readCursor } from './cursor.ts';
import { openDocuments } from './data.ts';
import { listWindow } from './event-list.ts';
import { mailFilePath, normalMailFile } from './paths.ts';
import { pull } from './pull.ts';
import { createSession, type DasRequest, type Session } from './session.ts';
import { addSeconds, instantOfBasic, toInstant } from './times.ts';

export interface DasOptions {
  /** `https://mail.example.com`, the final address: redirects are not followed. */
  url: string;
  user: string;
  password: string;
  /** `auto` (default) tries Basic and turns to the login form when the server shows it. */
  auth?: 'basic' | 'form' | 'auto';
  /** Send PUT, PATCH and DELETE as POST with X-HTTP-Method-Override; without it from the first 405 on. */
  methodOverride?: boolean;
  /** Requests at a time; default 4. */
  parallel?: number;
  /** Default 10,000. */
  connectTimeoutMs?: number;
  /** Default 60,000. */
  answerTimeoutMs?: number;
  /** PEM, for servers whose certificate no public authority has signed. */
  certificateAuthority?: string | null;
  /** Default `auto`; see all-day.ts. */
  allDayEnd?: AllDayEnd;
  /** IANA zone of times that come without any; default UTC. */
  floatingZone?: string;
  /** How often every known To Do is put forward for probing; default 300 s of the server's clock. */
  todoSweepSeconds?: number;
  /** Uniform in [0, 1), for jitter. */
  random?: () => number;
}

/** Connects lazily: nothing is sent before the first call. Throws TypeError when `url` is none. */
export function connectDas(options: DasOptions): DominoServer {
  const parallel = options.parallel ?? 4;
  const url = new URL(options.url);
  const client = createHttpClient({
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    answerTimeoutMs: options.answerTimeoutMs ?? 60_000,
    // One more than there are requests, so that a login never waits for the requests that wait for it.
    connections: parallel + 1,
    certificateAuthority: options.certificateAuthority ?? null,
  });
  const session = createSession(client, {
    url,
    user: options.user,
    password: options.password,
    auth: options.auth ?? 'auto',
    methodOverride: options.methodOverride ?? false,
    parallel,
    random: options.random ?? Math.random,
  });
  const allDay = createAllDay(options.allDayEnd ?? 'auto');
  const floatingZone = options.floatingZone ?? 'UTC';
  const todoSweepSeconds = options.todoSweepSeconds ?? 300;

  return {
    url: url.origin,
    info: (call) => readInfo(session, call),
    findOwner: (nameOrEmail, call) => findOwner(session, nameOrEmail, call),
    mailFile: (path, { cursor = null }) => {
      const { allDay: found } = readCursor(cursor);
      if (found !== null) allDay.recall(found);
      return openMailFile({ session, path, allDay, floatingZone, todoSweepSeconds });
    },
    close: () => client.close(),
  };
}

async function readInfo(session: Session, { signal }: CallOptions): Promise<ServerInfo> {
  const ask = async (path: string): Promise<{ state: ServerInfo['calendarService']; product: string }> => {
    const answer = await session.exchange({ method: 'GET', path, signal });
    const refusal = refusalOf(answer);
    const product = answer.header('server') ?? '';
    if (refusal === null) return { state: 'open', product };
    if (refusal.status === 403) return { state: 'closed', product };
    if (refusal.status === 503)
      throw refused(session.place({ method: 'GET', path }), answer, refusal, 'server');
    // "Name not found." of a technical user without a mail file comes from the service itself (§10.21).
    return { state: refusal.fromService && refusal.status !== 404 ? 'open' : 'unknown', product };
  };
  const calendar = await ask('/api/calendar');
  const data = await ask('/api/data');
  return {
    product: calendar.product,
    clock: session.clock() ?? toInstant(Date.now()),
    calendarService: calendar.state,
    dataService: data.state,
  };
}

const ownersSchema = z.looseObject({
  calendars: z.array(
    z.looseObject({
      owner: z.looseObject({
        displayName: z.string().optional(),
        distinguishedName: z.string().optional(),
        email: z.string().optional(),
      }),
      links: z.array(z.looseObject({ rel: z.string(), href: z.string() })),
    }),
  ),
});

async function findOwner(
  session: Session,
  owner: string,
  { signal }: CallOptions,
): Promise<CalendarOwner | null> {
  const call: DasRequest = { method: 'GET', path: '/api/calendar', query: { owner }, signal };
  const answer = await session.exchange(call);
  const refusal = refusalOf(answer);
  if (refusal !== null && /name not found/i.test(refusal.text)) return null;
  if (refusal !== null) throw refused(session.place(call), answer, refusal, 'server');
  if (answer.text.trim() === '') return null;
  const found = parseBody(session.place(call), answer, ownersSchema, 'server').calendars[0];
  const href = found?.links.find(({ rel }) => rel === 'events')?.href;
  const mailFile = /^(?:https?:\/\/[^/]+)?\/(.+)\/api\/calendar\/events\/?$/i.exec(href ?? '')?.[1];
  if (found === undefined || mailFile === undefined) return null;
  return {
    displayName: found.owner.displayName ?? '',
    distinguishedName: found.owner.distinguishedName ?? '',
    email: (found.owner.email ?? '').trim().toLowerCase(),
    mailFile: decodeURIComponent(mailFile),
  };
}

interface MailFileContext {
  session: Session;
  path: string;
  allDay: AllDay;
  floatingZone: string;
  todoSweepSeconds: number;
}

function openMailFile({ session, path, allDay, floatingZone, todoSweepSeconds }: MailFileContext): MailFile {
  const context = { session, root: mailFilePath(path), allDay, floatingZone };
  const calendar = openCalendar(context);
  const documents = openDocuments(context);
  const store = (form: DominoForm): typeof calendar | typeof documents =>
    form === 'todo' ? documents : calendar;
  // Two writes at once in one mail file end in save conflicts.
  const writes = createSemaphore(1);

  return {
    path: normalMailFile(path),
    pull: (request, options) => pull({ ...context, documents, todoSweepSeconds }, request, options),
    read: (key, options) => store(key.form).read(key, options),
    create: (syncUid, draft, options) => writes.run(() => store(draft.form).create(syncUid, draft, options)),
    update: (key, patch, token, options) =>
      writes.run(() => store(key.form).update(key, patch, token, options)),
    delete: (key, token, options) => writes.run(() => store(key.form).delete(key, token, options)),
    isOlder: ({ token }, than) => isBefore(modifiedIn(token), modifiedIn(than ?? '')),
    clock: () => session.clock(),
    modifiedAt: (token) => instantIn(modifiedIn(token ?? '')),
    async aliveAt(cursor, options) {
      try {
        return await documents.aliveAt(readCursor(cursor).data?.youngest ?? [], options);
      } catch (error) {
        if (error instanceof DominoError && ['data_service_closed', 'domino_forbidden'].includes(error.code))
          return null;
        throw error;
      }
    },
    findCreated: (form, syncUid, since, options) =>
      form === 'todo'
        ? documents.findBySyncKey(syncUid, since, options)
        : calendar.read({ form, uid: syncUid, recurrenceId: null }, options),

    async probe(keys, options) {
      const states = await Promise.all(
        keys.map(async (key): Promise<[string, 'present' | 'gone']> => {
          try {
            const there = await store(key.form).exists(key, options);
            return [keyText(key), there ? 'present' : 'gone'];
          } catch (error) {
            // What cannot be asked for is never concluded to be gone, nor may it keep its neighbours from being asked.
            if (error instanceof DominoError && error.code === 'domino_uid') return [keyText(key), 'present'];
            throw error;
          }
        }),
      );
      // "Not found" of the Data service carries no number that tells a missing document from a missing mail file.
      const doubtful = states.some(([text, state]) => state === 'gone' && text.startsWith('todo:'));
      if (doubtful) await documents.check(options);
      return new Map(states);
    },

    async test(options) {
      const now = session.clock() ?? toInstant(Date.now());
      const window = { from: now, to: addSeconds(now, 86_400) };
      return {
        calendar: await check(async () => {
          const list = {
            root: context.root,
            window,
            floatingZone,
            incomplete: () => false,
            signal: options.signal,
          };
          await listWindow(session, list);
        }),
        data: await check(() => documents.check(options)),
      };
    },
  };
}

const REMEDIES: Partial<Record<DominoError['code'], string>> = {
  domino_forbidden:
    'Enable the services Calendar and Data in the Server or Web Site document, and give the synchronisation user Editor access with deletion in the ACL of the mail file.',
  domino_mail_file: 'Check the mail file path in the Person document.',
  domino_login: 'Check DOMINO_USER and DOMINO_PASSWORD.',
  domino_unreachable: 'Check DOMINO_URL, the network and the HTTP task of the server.',
  data_service_closed:
    'To synchronise To Dos, allow the Domino Data Service for views and documents in the properties of the mail file (or its template).',
};

async function check(ask: () => Promise<unknown>): Promise<MailFileCheck> {
  try {
    await ask();
    return { ok: true };
  } catch (error) {
    if (!(error instanceof DominoError)) throw error;
    return {
      ok: false,
      reason: error.message,
      remedy: REMEDIES[error.code] ?? 'See the message of the server.',
    };
  }
}

/** Tokens begin with the time of the last change, in one spelling for events and one for To Dos; `~` when it was not told. */
function modifiedIn(token: string): string {
  const modified = token.split('|')[0]!;
  return modified === '~' ? '' : modified;
}

/** Tokens of events bear the spelling of iCalendar. */
const instantIn = (modified: string): string | null =>
  modified === '' ? null : modified.includes('-') ? modified : instantOfBasic(modified);

const isBefore = (one: string, other: string): boolean => one !== '' && other !== '' && one < other;
