/** Connects the adapter to a scripted server and takes both down again after each test. */
import { DominoError, type CallOptions, type DominoServer, type MailFile } from '../../../src/domino/port.ts';
import { connectDas, type DasOptions } from '../../../src/domino/das/connect.ts';
import type { DominoDraft, EntryKey } from '../../../src/item/domino-entry.ts';
import { startScriptedServer, type Script, type ScriptedServer } from './scripted-server.ts';

export const PASSWORD = 'sécret word';
export const call: CallOptions = { signal: new AbortController().signal };
export const silent = { ...call, notify: false };

export interface Harness {
  server: ScriptedServer;
  domino: DominoServer;
  mail: MailFile;
}

const open: Harness[] = [];

export async function start(script: Script, options: Partial<DasOptions> = {}): Promise<Harness> {
  const server = await startScriptedServer(script);
  const domino = connectDas({
    url: server.url,
    user: 'Sync User/Acme',
    password: PASSWORD,
    random: () => 0,
    ...options,
  });
  const harness = { server, domino, mail: domino.mailFile('mail/foo.nsf', { email: 'foo@bar.com' }) };
  open.push(harness);
  return harness;
}

export async function stopAll(): Promise<void> {
  for (const { domino, server } of open.splice(0)) {
    await domino.close();
    await server.close();
  }
}

export const eventKey = (uid: string, recurrenceId: string | null = null): EntryKey => ({
  form: 'event',
  uid,
  recurrenceId,
});

export const WINDOW = { from: '2017-05-01T00:00:00Z', to: '2017-06-01T00:00:00Z' };

export const draft = (changes: Partial<DominoDraft> = {}): DominoDraft => ({
  form: 'event',
  subject: 'API test',
  location: 'test',
  body: 'test',
  when: { allDay: false, start: '2018-01-01T13:00:00Z', end: '2018-01-01T14:00:00Z', timeZone: null },
  private: false,
  transparency: 'opaque',
  status: 'confirmed',
  priority: 5,
  categories: [],
  organiser: null,
  attendees: [],
  reminderMinutes: null,
  completedAt: null,
  ...changes,
});

/** The DominoError a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<DominoError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof DominoError) return error;
    throw error;
  }
  throw new Error('expected a DominoError, got an answer');
}
