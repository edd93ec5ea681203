/** Structured logs (one JSON object a line) on stderr, so that stdout stays free for the answers of commands. */
import pino, { type Logger } from 'pino';

export type Log = Logger;

const SECRET_KEYS = [
  'password',
  'authorization',
  'cookie',
  'connectionString',
  'databaseUrl',
  'dominoPassword',
];

export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '(secret)' },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}

export const silentLog = (): Log => pino({ level: 'silent' });
