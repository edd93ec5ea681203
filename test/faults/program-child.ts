/**
 * A command of the program in a process of its own that kills itself at a numbered request to PostgreSQL: before it is
 * sent, right after it was sent, or once it is answered.
 *
 * Arguments: those of the command. Environment: as the program's; KILL_AT, the number of the point, or 0 for none.
 * Prints the points it passed on stderr, one a line.
 */
import { writeSync } from 'node:fs';
import pg from 'pg';
import { buildProgram } from '../../src/program.ts';

const killAt = Number(process.env['KILL_AT']);
let passed = 0;

const kill = (): void => void process.kill(process.pid, 'SIGKILL');

/** True when the process is to die here. */
const reach = (point: string): boolean => {
  passed += 1;
  writeSync(2, `${point}\n`);
  return passed === killAt;
};

type Query = (this: pg.Client, ...args: unknown[]) => unknown;

const textOf = (request: unknown): string => {
  const text = typeof request === 'string' ? request : ((request as { text?: string }).text ?? '');
  const words = text.replace(/--[^\n]*/g, ' ').replace(/\s+/g, ' ');
  return words.trim().slice(0, 60);
};

const client = pg.Client.prototype as unknown as { query: Query };
const { query } = client;
client.query = function (...args) {
  const text = textOf(args[0]);
  const answered = (): void => {
    if (reach(`after ${text}`)) kill();
  };
  const told = args.at(-1);
  if (typeof told === 'function')
    args[args.length - 1] = (...answer: unknown[]): void => {
      answered();
      told(...answer);
    };
  if (reach(`before ${text}`)) kill();
  const answer = query.apply(this, args);
  // It leaves the process in this turn of the event loop; nothing else is sent before it is answered.
  if (reach(`during ${text}`)) setImmediate(kill);
  if (!(answer instanceof Promise)) return answer;
  return answer.then((rows: unknown) => {
    answered();
    return rows;
  });
};

void buildProgram((code) => (process.exitCode = code)).parseAsync();
