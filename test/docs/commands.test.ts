/** What the pages tell a reader to type or to open is there: commands and options, scripts of npm, files, links, headings. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { buildProgram } from '../../src/program.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8').replaceAll('\r\n', '\n');

const PAGES = [
  'README.md',
  'packaging/README.md',
  ...readdirSync(join(PROJECT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path): [string, string] => [path, read(path)]);

const program = buildProgram(() => undefined);

/** The words of a command line: a quoted value is one word, a comment ends it. */
const wordsOf = (line: string): string[] =>
  (line.replace(/\s+#.*$/, '').match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) =>
    word.replace(/[.,;:)]+$/, ''),
  );

/** What is wrong with the words after the program's name; null when nothing is. */
function complaint(words: readonly string[]): string | null {
  let command: Command = program;
  const rest = [...words];
  const optionOf = (flag: string) =>
    [command, program]
      .flatMap(({ options }) => options)
      .find(({ long, short }) => flag === long || flag === short);
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word.startsWith('-')) {
      if (word === '--help') continue;
      const option = optionOf(word);
      if (option === undefined) return `${command.name()} has no option ${word}`;
      if (option.required) rest.shift();
    } else if (command.commands.length > 0) {
      const found = command.commands.find((one) => one.name() === word);
      if (found === undefined) return `${command.name()} has no command ${word}`;
      command = found;
    }
  }
  return null;
}

const TYPED = /(?:\bcrm-domino-sync|npm run (?:--silent )?sync --)[ \t]+([^\n`]+)/g;
const OWN_COMMANDS = program.commands.map((command) => command.name());

/** Commands in full, and those that a page names in code without the program, such as `deploy --check`. */
const commandLines = (page: string): string[][] => {
  const full = [...page.matchAll(TYPED)].map(([, line = '']) => wordsOf(line));
  const bare = [...page.matchAll(/`([a-z]+(?: [^`\n]*)?)`/g)]
    .map(([, line = '']) => wordsOf(line))
    .filter(
      ([first = '', ...more]) => OWN_COMMANDS.includes(first) && more.some((word) => word.startsWith('--')),
    );
  // prose after the name of the program, and `<command>`, are no commands
  return [...full, ...bare].filter(([first = '']) => /^(--|[a-z]+$)/.test(first) && first !== 'is');
};

// the command lines of packaging/ have a test of their own
test.each(PAGES.filter(([path]) => !path.startsWith('packaging/')))(
  '%s: every command and option is one of the program',
  (_, page) => {
    const wrong = commandLines(page)
      .map((words) => ({ words: words.map((word) => word.replace(/^\[|\]$/g, '')), line: words.join(' ') }))
      .map(({ words, line }) => ({ line, wrong: complaint(words) }));
    expect(wrong.filter((one) => one.wrong !== null)).toEqual([]);
  },
);

test('docs/commands.md names every command and every option', () => {
  const page = read('docs/commands.md');
  const missing: string[] = [];
  const look = (command: Command, path: string): void => {
    if (command.commands.length === 0 && !new RegExp(`\`(?:npm run sync -- )?${path}\\b`).test(page))
      missing.push(path);
    for (const { long } of command.options) if (long && !page.includes(long)) missing.push(`${path} ${long}`);
    for (const one of command.commands) look(one, path === '' ? one.name() : `${path} ${one.name()}`);
  };
  look(program, '');
  expect(missing).toEqual([]);
});

test('what is no command is found', () => {
  expect(complaint(['users', 'enable', 'jdoe', '--mail-file', 'mail/jdoe.nsf'])).toBeNull();
  expect(complaint(['deploy', '--script', 'deploy.sql', '--engine', 'mssql', '--json'])).toBeNull();
  expect(complaint(['users', 'invent'])).toMatch(/no command invent/);
  expect(complaint(['purge', '--everything'])).toMatch(/no option --everything/);
});

test.each(PAGES)('%s: every script of npm is in package.json', (_, page) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const called = [...page.matchAll(/\bnpm run (?:--silent )?([a-z][\w:]*)/g)].map(([, name = '']) => name);
  expect(called.filter((name) => !(name in scripts))).toEqual([]);
});

test.each(PAGES)('%s: every file and folder it names is there', (path, page) => {
  const named = [...page.matchAll(/(?<![\w./-])((?:src|test|sql|migrations|docs|packaging)\/[\w./-]*\w)/g)]
    .map(([, name = '']) => name)
    // the SQL of an engine, and a file that is an example
    .filter((name) => !/^sql\/(capture|queue|apply|admin|report)\b/.test(name));
  // without an ending it may be the beginning of a name: of a file the reader makes, or of those a pattern means
  const here = (name: string) =>
    existsSync(name) ||
    (!/\.\w+$/.test(name) &&
      existsSync(dirname(name)) &&
      readdirSync(dirname(name)).some(
        (other) => other.startsWith(`${basename(name)}.`) || other.startsWith(`${basename(name)}-`),
      ));
  expect(
    named.filter((name) => !here(join(PROJECT, name)) && !here(join(PROJECT, dirname(path), name))),
  ).toEqual([]);
});

/** As GitHub makes them of headings. */
const anchorsOf = (page: string): string[] =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(PAGES)('%s: every link leads somewhere', (path, page) => {
  const targets = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const broken = targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(PROJECT, to))) return true;
      return anchor !== undefined && !anchorsOf(read(to)).includes(anchor);
    });
  expect(broken).toEqual([]);
});
