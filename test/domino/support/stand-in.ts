/** A stand-in with two people on it, and the adapter connected to it. */
import { keyText, type EntryKey } from '../../../src/item/domino-entry.ts';
import { connectDas, type DasOptions } from '../../../src/domino/das/connect.ts';
import {
  type DominoServer,
  type KnownEntry,
  type MailFile,
  type PullResult,
} from '../../../src/domino/port.ts';
import {
  startDominoStandIn,
  type DominoStandIn,
  type NotesUser,
  type StandInOptions,
} from '../../../src/sandbox/domino-stand-in/index.ts';
import { call, silent } from './harness.ts';

export const WINDOW = { from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z' };
export const once = { ...silent, since: null };
export const loud = { ...call, notify: true };
export const when = {
  allDay: false as const,
  start: '2026-03-10T09:00:00Z',
  end: '2026-03-10T10:00:00Z',
  timeZone: null,
};

export interface World {
  standIn: DominoStandIn;
  domino: DominoServer;
  mail: MailFile;
  alice: NotesUser;
  bob: NotesUser;
  /** Lets the server's clock go on; tokens count in seconds. */
  pass(seconds: number): void;
}
let worlds: World[] = [];

export async function begin(
  standInOptions: Partial<StandInOptions> = {},
  options: Partial<DasOptions> = {},
): Promise<World> {
  let now = Date.parse('2026-03-02T08:00:00Z');
  const user = (name: string): StandInOptions['users'][number] => ({
    notesName: `CN=${name} Ames/O=Acme`,
    displayName: `${name} Ames`,
    email: `${name.toLowerCase()}@acme.test`,
    mailFile: `mail/${name.toLowerCase()}.nsf`,
    password: 'secret',
  });
  const standIn = await startDominoStandIn({
    auth: 'basic',
    clock: () => new Date(now),
    users: [user('Alice'), user('Bob')],
    technicalUser: { name: 'CN=CRM Sync/O=Acme', password: 'sync-secret' },
    ...standInOptions,
  });
  const domino = connectDas({
    url: standIn.url,
    user: 'CN=CRM Sync/O=Acme',
    password: 'sync-secret',
    ...options,
  });
  const world: World = {
    standIn,
    domino,
    mail: domino.mailFile('mail/alice.nsf', { email: 'alice@acme.test' }),
    alice: standIn.notesUser('alice@acme.test'),
    bob: standIn.notesUser('bob@acme.test'),
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
  worlds.push(world);
  return world;
}

export const pull = (
  mail: MailFile,
  last: PullResult | null = null,
  known: KnownEntry[] = [],
  todos = true,
): Promise<PullResult> => mail.pull({ cursor: last?.cursor() ?? null, window: WINDOW, known, todos }, call);

/** What a runner knows after it read everything that a pull reported. */
export const settle = (result: PullResult, known: KnownEntry[] = []): KnownEntry[] => {
  const fresh = result.changed.map(({ key, digest, start }) => ({ key, digest, start }));
  const replaced = new Set(fresh.map(({ key }) => keyText(key)));
  return [...known.filter(({ key }) => !replaced.has(keyText(key))), ...fresh];
};
export const event = (uid: string): EntryKey => ({ form: 'event', uid, recurrenceId: null });

/** For `afterEach`. */
export async function endAll(): Promise<void> {
  for (const { domino, standIn } of worlds.splice(0)) {
    await domino.close();
    await standIn.stop();
  }
  worlds = [];
}
