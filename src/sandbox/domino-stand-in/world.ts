/** Everything behind the sockets: mail files, people, outbox, knobs, faults. Saved and loaded as one JSON file. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { abbreviated, canonical, openDirectory, type Directory } from './directory.ts';
import { createFaults, type Faults } from './faults.ts';
import { defaultKnobs, type Knobs } from './knobs.ts';
import { openMailFile, type MailFile } from './mail-file.ts';
import type { Access, MailFileState, OutboxNotice, StandInUser } from './model.ts';
import { idMaker, type IdMaker, type IdState } from './notes-ids.ts';
import { createRequestLog, type WritableRequestLog } from './request-log.ts';

/** The account the synchroniser logs in with; it may act on many mail files. */
export interface TechnicalUser {
  name: string;
  password: string;
  /** Address that shows as `sentBy` on what it writes; absent = the owner's. */
  email?: string;
  /** Access per mail file path; the default is editor. */
  access?: Record<string, Access>;
}

export interface World {
  readonly knobs: Knobs;
  readonly faults: Faults;
  readonly log: WritableRequestLog;
  readonly outbox: OutboxNotice[];
  readonly directory: Directory;
  readonly technicalUser: TechnicalUser;
  readonly homeServer: string;
  ids: IdMaker;
  /** Server time, milliseconds UTC. */
  now(): number;
  mailFiles(): Iterable<MailFile>;
  /** By path, any case, `/` or `\`; `./x.nsf` = data root. */
  mailFile(path: string): MailFile | undefined;
  save(file: string): Promise<void>;
  load(file: string): Promise<void>;
}

export interface WorldOptions {
  seed: number;
  clock: () => Date;
  users: readonly StandInUser[];
  technicalUser: TechnicalUser;
  tzid: string;
  knobs: Partial<Knobs>;
}

interface SavedWorld {
  format: 1;
  ids: IdState;
  outbox: OutboxNotice[];
  mailFiles: MailFileState[];
}

const pathKey = (path: string): string =>
  path
    .replaceAll('\\', '/')
    .replace(/^\.?\//, '')
    .toLowerCase();

export const createWorld = (options: WorldOptions): World => {
  const files = new Map<string, MailFile>();
  const open = (state: MailFileState): void => {
    files.set(pathKey(state.path), openMailFile(state));
  };
  const ids = idMaker({ random: options.seed >>> 0, lastNote: 0x8f6 });
  const emptyMailFile = (user: StandInUser): MailFileState => ({
    path: user.mailFile,
    title: abbreviated(user.notesName).split('/')[0] ?? user.displayName,
    replicaId: ids.hex(16),
    ownerName: canonical(user.notesName),
    ownerEmail: user.email,
    tzid: options.tzid,
    dataAccess: 2,
    openViews: ['($Calendar)', '($ToDo)'],
    acl: {},
    entries: [],
    documents: [],
    notices: [],
    stubs: [],
  });
  for (const user of options.users) open(emptyMailFile(user));

  const world: World = {
    knobs: { ...defaultKnobs(), ...options.knobs },
    faults: createFaults(),
    log: createRequestLog(),
    outbox: [],
    directory: openDirectory(options.users),
    technicalUser: options.technicalUser,
    homeServer: 'mail1/Acme',
    ids,
    now: () => options.clock().getTime(),
    mailFiles: () => files.values(),
    mailFile: (path) => files.get(pathKey(path)),
    save: async (file) => {
      const saved: SavedWorld = {
        format: 1,
        ids: world.ids.state(),
        outbox: world.outbox,
        mailFiles: [...files.values()].map((mailFile) => mailFile.state),
      };
      // Renamed into place, so that a crash leaves the last good copy.
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.new`, JSON.stringify(saved));
      await rename(`${file}.new`, file);
    },
    load: async (file) => {
      const saved = JSON.parse(await readFile(file, 'utf8')) as SavedWorld;
      if (saved.format !== 1) throw new RangeError(`not a saved stand-in: ${file}`);
      world.ids = idMaker(saved.ids);
      world.outbox.splice(0, world.outbox.length, ...saved.outbox);
      for (const state of saved.mailFiles) open(state);
    },
  };
  return world;
};
