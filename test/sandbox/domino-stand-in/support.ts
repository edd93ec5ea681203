/** A stand-in with three people on it, and a plain client that shows statuses, headers and bodies as they come. */
import {
  startDominoStandIn,
  type DominoStandIn,
  type Knobs,
  type StandInOptions,
} from '../../../src/sandbox/domino-stand-in/index.ts';

export const NOW = '2026-03-02T08:00:00Z';

export const USERS = [
  {
    notesName: 'CN=Alice Ames/O=Acme',
    displayName: 'Alice Ames',
    email: 'alice@acme.test',
    mailFile: 'mail/alice.nsf',
    password: 'alice-secret',
  },
  {
    notesName: 'CN=Bob Burns/O=Acme',
    displayName: 'Bob Burns',
    email: 'bob@acme.test',
    mailFile: 'mail/bob.nsf',
    password: 'bob-secret',
  },
  {
    notesName: 'CN=Cleo Gutiérrez/O=Acme',
    displayName: 'Cleo Gutiérrez',
    email: 'cleo@acme.test',
    mailFile: 'mail/cleo.nsf',
  },
];

export const TECHNICAL = { name: 'CN=CRM Sync/O=Acme', password: 'sync-secret' };

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed body; throws when it is not JSON. */
  json: () => Event & { events: Event[]; timezones?: { tzid: string }[] };
}

/** Loose on purpose: tests name the members they expect. */
export type Event = Record<string, unknown>;

export interface Client {
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export const clientOf = (url: string, authorization: string | null): Client => {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(authorization === null ? {} : { authorization }),
        ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: () => JSON.parse(text) as never,
    };
  };
};

export const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

export interface Bench {
  domino: DominoStandIn;
  /** As the technical user. */
  call: Client;
  /** Sets the server clock. */
  at: (instant: string) => void;
}

export const withStandIn = async (
  run: (bench: Bench) => Promise<void>,
  options: Partial<StandInOptions> & { knobs?: Partial<Knobs> } = {},
): Promise<void> => {
  let now = new Date(NOW);
  const domino = await startDominoStandIn({
    auth: 'basic',
    users: USERS,
    technicalUser: TECHNICAL,
    clock: () => now,
    ...options,
  });
  try {
    await run({
      domino,
      call: clientOf(domino.url, basic(TECHNICAL.name, TECHNICAL.password)),
      at: (instant) => {
        now = new Date(instant);
      },
    });
  } finally {
    await domino.stop();
  }
};

export const ALICE = '/mail/alice.nsf/api/calendar';
export const BOB = '/mail/bob.nsf/api/calendar';
export const ALICE_DATA = '/mail/alice.nsf/api/data';

export const utc = (date: string, time: string): Event => ({ date, time, utc: true });

/** TV-6. */
export const appointment = (more: Event = {}): Event => ({
  summary: 'API test',
  location: 'test',
  description: 'test',
  start: utc('2026-03-10', '13:00:00'),
  end: utc('2026-03-10', '14:00:00'),
  ...more,
});

/** TV-7. */
export const meeting = (more: Event = {}): Event =>
  appointment({
    organizer: { email: 'alice@acme.test' },
    attendees: [{ email: 'bob@acme.test', role: 'req-participant', status: 'needs-action', rsvp: true }],
    ...more,
  });

export const only = (answer: Answer): Event => {
  const [event, ...others] = answer.json().events;
  if (event === undefined || others.length > 0) throw new Error(`expected one event: ${answer.text}`);
  return event;
};
