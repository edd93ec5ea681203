/** One session for work that needs a session: deployment, LISTEN, advisory locks. */
import pg from 'pg';
import { toCrmError } from './errors.ts';

export const CONNECT_TIMEOUT_MS = 10_000;

/** Counts and ids come as bigint; all of ours are far below 2^53. */
const int8AsNumber = (text: string): number => Number(text);
const INT8 = 20;

/** Parsers of this program's connections only: node-postgres' own registry is global. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? int8AsNumber
      : (pg.types.getTypeParser(oid, format ?? 'text') as unknown)) as typeof pg.types.getTypeParser,
};

/** Throws CrmError: unreachable, login, forbidden. */
export const connect = async (
  connectionString: string,
  applicationName: string,
  doing: string,
): Promise<pg.Client> => {
  try {
    const client = new pg.Client({
      connectionString,
      application_name: applicationName,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      types,
    });
    // Without a listener a connection that breaks between two queries ends the process; the next query reports it.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    throw toCrmError(error, doing);
  }
};
