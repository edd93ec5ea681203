/**
 * The Domino stand-in: a server that behaves as Domino's Calendar and Data services do, for the sandbox and the tests.
 * It shares no code with the client, so that neither hides the other's mistakes.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSessions, type AuthMode } from './auth.ts';
import { createControl } from './control.ts';
import type { Faults } from './faults.ts';
import { createSite } from './http-server.ts';
import type { Knobs } from './knobs.ts';
import type { MailFile } from './mail-file.ts';
import type { OutboxNotice, StandInUser } from './model.ts';
import { notesUser, type NotesUser } from './notes-user.ts';
import type { RequestLog } from './request-log.ts';
import { createWorld, type TechnicalUser } from './world.ts';

export type { Fault, FaultEffect, FaultHandle, Faults, RequestKind, Service } from './faults.ts';
export type { Knobs } from './knobs.ts';
export type { MailFile } from './mail-file.ts';
export type {
  Access,
  CalendarEntry,
  DataAccess,
  MailFileState,
  Notice,
  OutboxNotice,
  StandInUser,
} from './model.ts';
export type { CalendarItem } from './notes-user-calendar.ts';
export type { TodoItem } from './notes-user-todos.ts';
export type { NotesUser } from './notes-user.ts';
export type { RequestCount, RequestLog } from './request-log.ts';
export type { TechnicalUser } from './world.ts';

export interface StandInOptions {
  /** 0 (default) takes a free port. */
  port?: number;
  /** Port of the control interface; 0 (default) takes a free one. */
  controlPort?: number;
  /** Same seed and clock, same ids. */
  seed?: number;
  clock?: () => Date;
  auth: AuthMode;
  users: readonly StandInUser[];
  technicalUser: TechnicalUser;
  /** Windows name of the zone of the mail files; default Romance Standard Time (Paris, Madrid). */
  zone?: string;
  knobs?: Partial<Knobs>;
}

export interface DominoStandIn {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  /** `http://127.0.0.1:port/control`. */
  readonly controlUrl: string;
  readonly knobs: Knobs;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Notices that left by mail, oldest first. */
  readonly outbox: readonly OutboxNotice[];
  clearOutbox(): void;
  /** Throws RangeError when there is none at that path. */
  mailFile(path: string): MailFile;
  notesUser(email: string): NotesUser;
  /** Logs everybody out of session authentication. */
  expireSessions(): void;
  /** Writes all mail files and the outbox; knobs, faults and sessions are not kept. */
  save(file: string): Promise<void>;
  /**
   * Takes over what was saved; mail files that were not saved stay as they are. `mailFile` and `notesUser` handles taken
   * before are stale afterwards.
   */
  load(file: string): Promise<void>;
  stop(): Promise<void>;
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });

/** Starts the stand-in on the loopback address. Rejects when a port is taken; throws RangeError on an unknown zone. */
export const startDominoStandIn = async (options: StandInOptions): Promise<DominoStandIn> => {
  const world = createWorld({
    seed: options.seed ?? 1,
    clock: options.clock ?? (() => new Date()),
    users: options.users,
    technicalUser: options.technicalUser,
    tzid: options.zone ?? 'Romance Standard Time',
    knobs: options.knobs ?? {},
  });
  const sessions = createSessions(world);
  const site = createSite({ world, mode: options.auth, sessions });
  const control = createControl(world);
  const port = await listen(site, options.port ?? 0);
  let controlPort: number;
  try {
    controlPort = await listen(control, options.controlPort ?? 0);
  } catch (error) {
    await close(site);
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    controlUrl: `http://127.0.0.1:${controlPort}/control`,
    knobs: world.knobs,
    faults: world.faults,
    requests: world.log,
    outbox: world.outbox,
    clearOutbox: () => {
      world.outbox.splice(0);
    },
    mailFile: (path) => {
      const mailFile = world.mailFile(path);
      if (mailFile === undefined) throw new RangeError(`no such mail file: ${path}`);
      return mailFile;
    },
    notesUser: (email) => notesUser(world, email),
    expireSessions: sessions.expireAll,
    save: world.save,
    load: world.load,
    stop: async () => {
      await Promise.all([close(site), close(control)]);
    },
  };
};
