/** What can be checked of the files of packaging/ without the systems they are for. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stopSignals } from '../../src/commands/signals.ts';
import { EXIT } from '../../src/errors.ts';
import { runFromSource } from '../support/cli.ts';

const project = join(import.meta.dirname, '..', '..');
const read = (...path: string[]): string =>
  readFileSync(join(project, ...path), 'utf8').replaceAll('\r\n', '\n');
const filesOf = (...path: string[]): string[] =>
  readdirSync(join(project, ...path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const files = [...filesOf('packaging'), ...filesOf('.github')];
const text = new Map(files.map((file) => [file, readFileSync(file, 'utf8').replaceAll('\r\n', '\n')]));

/** The words after the program's name, without options that stand before the command and their values. */
const commandIn = (words: string): string | undefined =>
  words
    .replace(/--config\s+("[^"]*"|`"[^`]*`"|\S+)/, '')
    .replace(/--json/, '')
    .trim()
    .split(/[\s`'"]+/)[0];

const namedCommands = (): Set<string> => {
  const named = new Set<string>();
  for (const content of text.values())
    for (const [, words = ''] of content.matchAll(
      /(?:src[\\/]cli\.ts|npm run sync --|--rm [^\n]*?\brunner)(?:["',\]]*)[ \t]+([^\n]+)/g,
    )) {
      const command = commandIn(words.replace(/<\/arguments>.*|<\/Arguments>.*/, ''));
      if (command !== undefined && /^[a-z]+$/.test(command)) named.add(command);
    }
  return named;
};

test('every command they name exists, with its options', async () => {
  const named = namedCommands();
  expect([...named].sort()).toEqual(
    expect.arrayContaining(['deploy', 'doctor', 'once', 'purge', 'run', 'sandbox', 'status']),
  );
  const help = (await runFromSource(['--help'])).stdout;
  for (const command of named) expect(help).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
  expect((await runFromSource(['purge', '--help'])).stdout).toMatch(/--keep-days/);
  expect((await runFromSource(['sandbox', '--help'])).stdout).toMatch(/--exercise/);
});

test('every script of package.json they call is there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const called = [...text.values()].flatMap((content) =>
    [...content.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name]) => name ?? ''),
  );
  expect(called).toContain('test:mssql');
  for (const name of called) expect(Object.keys(scripts)).toContain(name);
});

test('what starts the program without development packages is among the others', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  expect(dependencies).toHaveProperty('tsx');
});

describe('the container file', () => {
  const lines = read('packaging', 'docker', 'Dockerfile').split('\n');

  test('copies what exists and is not kept out', () => {
    const kept = read('packaging', 'docker', 'Dockerfile.dockerignore');
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(copied).toEqual(expect.arrayContaining(['src', 'sql', 'migrations', 'package-lock.json']));
    for (const path of copied) {
      expect([path, existsSync(join(project, path))]).toEqual([path, true]);
      expect(kept).toContain(`!${path}\n`);
    }
  });

  test('leaves root before it starts the program, and starts it without a shell', () => {
    const user = lines.findLastIndex((line) => line.startsWith('USER '));
    const entry = lines.findIndex((line) => line.startsWith('ENTRYPOINT '));
    expect(lines[user]).toBe('USER node');
    expect(user).toBeLessThan(entry);
    const started = JSON.parse(lines[entry]!.slice('ENTRYPOINT '.length)) as string[];
    expect(started[0]).toBe('node');
    expect(existsSync(join(project, started.at(-1)!))).toBe(true);
  });
});

describe('the systemd units', () => {
  const units = files.filter((file) => /\.(service|timer)$/.test(file));
  const KNOWN = new Set(['Unit', 'Service', 'Timer', 'Install']);

  test.each(units.map((file) => [file.slice(project.length + 1), file]))('%s is a unit', (_, file) => {
    for (const line of text.get(file)!.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const [, section] = /^\[(\w+)\]$/.exec(line) ?? [];
      if (section === undefined) expect(line).toMatch(/^[A-Z]\w+=/);
      else expect(KNOWN).toContain(section);
    }
  });

  test('stop by SIGTERM, which the program knows, and leave it more time than a request to Domino takes', () => {
    const unit = read('packaging', 'systemd', 'crm-domino-sync.service');
    expect(stopSignals('linux')).toContain('SIGTERM');
    expect(unit).not.toMatch(/^KillSignal=/m);
    const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(unit) ?? [];
    expect(Number(seconds)).toBeGreaterThan(60);
    expect(unit).toMatch(new RegExp(`^RestartPreventExitStatus=${EXIT.usage}$`, 'm'));
  });
});

describe('the XML for Windows', () => {
  /** Tags that close what was opened; attributes quoted; no loose < or &. */
  const wellFormed = (xml: string): string | null => {
    const open: string[] = [];
    const rest = xml.replace(/<!--((?!--)[^])*-->/g, '');
    for (const [, piece = ''] of rest.matchAll(/<([^>]*)>/g)) {
      const match = /^(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)$/.exec(piece);
      if (match === null) return piece;
      const [, close, name = '', , empty] = match;
      if (close === '/' && open.pop() !== name) return `/${name}`;
      if (close === '' && empty === '') open.push(name);
    }
    const loose = /&(?!(amp|lt|gt|quot|apos);)/.exec(rest);
    return open.length > 0 ? open.join(' ') : (loose?.[0] ?? null);
  };

  test.each(['CrmDominoSync.xml', 'task-once.xml'])('%s is well-formed', (name) => {
    expect(wellFormed(read('packaging', 'windows', name))).toBeNull();
  });

  test('the check finds what is not', () => {
    for (const broken of ['<a><b></a></b>', '<a>', '<a b=c/>', '<a>&</a>', '<!-- a -- b --><a/>'])
      expect([broken, wellFormed(broken)]).not.toEqual([broken, null]);
  });

  test('the service stops by Ctrl+C, which the program knows on Windows', () => {
    expect(stopSignals('win32')).toEqual(expect.arrayContaining(['SIGINT', 'SIGBREAK', 'SIGHUP']));
    expect(read('packaging', 'windows', 'CrmDominoSync.xml')).toMatch(/<stoptimeout>\d+ sec<\/stoptimeout>/);
  });

  test('paths with spaces are quoted', () => {
    for (const name of ['CrmDominoSync.xml', 'task-once.xml'])
      expect(read('packaging', 'windows', name)).toMatch(/--config "[^"<]*\.json" (run|once)</);
  });
});

test('no image is named by its host: whoever mirrors them decides where they come from', () => {
  for (const content of text.values())
    for (const [line] of content.matchAll(/^\s*(?:image:|FROM) .*$/gm))
      expect(line).not.toMatch(/[\w-]+\.[a-z]{2,}\//);
});
