/** One session of SQL Server, for work that needs a session: deployment, application locks. One request at a time. */
import { Connection, Request, TYPES, type ConnectionConfiguration } from 'tedious';
import type { config as PoolConfiguration } from 'mssql';
import type { Parameters } from '../calls.ts';
import { parseAddress, type MssqlAddress } from './address.ts';
import { toCrmError } from './errors.ts';
import { nameLoginFault } from './login-faults.ts';

export const CONNECT_TIMEOUT_MS = 10_000;

export interface MssqlSession {
  /** Rows of one statement with parameters. Throws what the driver throws. */
  query<Row extends object>(text: string, parameters?: Parameters): Promise<Row[]>;
  /** One batch as SSMS would send it, for statements that must stand alone in theirs. */
  batch(text: string): Promise<void>;
  /** Called once, when the session is over for whatever reason. */
  onEnd(listener: () => void): void;
  close(): Promise<void>;
}

/**
 * The ANSI options are spelled out although they are the drivers' defaults: they decide whether a statement may touch
 * tables with indexed views or filtered indexes, and they are stored with every procedure and trigger.
 */
const ANSI = {
  enableAnsiNull: true,
  enableAnsiPadding: true,
  enableAnsiWarnings: true,
  enableArithAbort: true,
  enableConcatNullYieldsNull: true,
  enableQuotedIdentifier: true,
} as const;

const optionsOf = (address: MssqlAddress, appName: string, requestTimeout: number) => ({
  ...ANSI,
  appName,
  connectTimeout: CONNECT_TIMEOUT_MS,
  requestTimeout,
  database: address.database,
  encrypt: address.encrypt,
  trustServerCertificate: address.trustServerCertificate,
  ...(address.instance === undefined ? {} : { instanceName: address.instance }),
});

const sessionConfiguration = (
  address: MssqlAddress,
  appName: string,
  requestTimeout: number,
): ConnectionConfiguration => ({
  server: address.host,
  authentication:
    address.domain === undefined
      ? { type: 'default', options: { userName: address.user, password: address.password } }
      : {
          type: 'ntlm',
          options: { userName: address.user, password: address.password, domain: address.domain },
        },
  options: {
    ...optionsOf(address, appName, requestTimeout),
    ...(address.port === undefined ? {} : { port: address.port }),
  },
});

export const poolConfiguration = (
  url: string,
  appName: string,
  requestTimeout: number,
): PoolConfiguration => {
  const address = parseAddress(url);
  return {
    server: address.host,
    ...(address.port === undefined ? {} : { port: address.port }),
    database: address.database,
    user: address.user,
    password: address.password,
    ...(address.domain === undefined ? {} : { domain: address.domain }),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout,
    options: optionsOf(address, appName, requestTimeout),
    beforeConnect: nameLoginFault,
  };
};

interface Column {
  value: unknown;
  metadata: { colName: string; type: { name: string } };
}

/** The drivers give bigint as text; all of ours are far below 2^53. */
const valueOf = ({ value, metadata: { type } }: Column): unknown =>
  typeof value === 'string' && (type.name === 'BigInt' || type.name === 'IntN') ? Number(value) : value;

const rowOf = (columns: Column[]): object =>
  Object.fromEntries(columns.map((column) => [column.metadata.colName, valueOf(column)]));

const addParameters = (request: Request, parameters: Parameters): void => {
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === 'number') {
      request.addParameter(name, Number.isInteger(value) ? TYPES.BigInt : TYPES.Float, value);
    } else if (typeof value === 'boolean') {
      request.addParameter(name, TYPES.Bit, value);
    } else {
      request.addParameter(name, TYPES.NVarChar, value, { length: Infinity });
    }
  }
};

/** `requestTimeoutMs` 0 waits for ever. Throws CrmError: unreachable, login. */
export const connect = async (
  url: string,
  appName: string,
  doing: string,
  requestTimeoutMs: number,
): Promise<MssqlSession> => {
  const connection = new Connection(sessionConfiguration(parseAddress(url), appName, requestTimeoutMs));
  let over = false;
  const listeners: (() => void)[] = [];
  const ended = new Promise<void>((resolve) => {
    connection.on('end', () => {
      over = true;
      resolve();
      listeners.splice(0).forEach((listener) => listener());
    });
  });
  // Without a listener a connection that breaks between two requests ends the process; `end` follows.
  connection.on('error', () => undefined);
  nameLoginFault(connection);

  try {
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    connection.close();
    throw toCrmError(error, doing);
  }

  let last: Promise<unknown> = Promise.resolve();
  /** tedious refuses a request while another one runs. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const run = (
    text: string,
    send: (request: Request) => void,
    parameters: Parameters = {},
  ): Promise<object[]> =>
    inTurn(
      () =>
        new Promise((resolve, reject) => {
          const rows: object[] = [];
          const request = new Request(text, (error) => (error ? reject(error) : resolve(rows)));
          request.on('row', (columns: Column[]) => rows.push(rowOf(columns)));
          addParameters(request, parameters);
          send(request);
        }),
    );

  return {
    query: async <Row extends object>(text: string, parameters: Parameters = {}) =>
      (await run(text, (request) => connection.execSql(request), parameters)) as Row[],
    batch: async (text) => void (await run(text, (request) => connection.execSqlBatch(request))),
    onEnd: (listener) => {
      if (over) listener();
      else listeners.push(listener);
    },
    close: async () => {
      if (over) return;
      connection.close();
      await ended;
    },
  };
};
