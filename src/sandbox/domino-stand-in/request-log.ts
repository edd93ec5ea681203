/** Which requests came in, so that tests and the sandbox can count them. */
import type { RequestFacts, RequestKind, Service } from './faults.ts';

export interface LoggedRequest extends RequestFacts {
  at: string;
  method: string;
  path: string;
  /** 0 while under way, or when the connection was dropped on purpose. */
  status: number;
  user: string | null;
}

export interface RequestCount {
  list: number;
  read: number;
  /** create + update + delete + action */
  write: number;
  since: number;
  login: number;
  total: number;
}

export interface RequestLog {
  /** The latest requests, oldest first; bounded. */
  readonly entries: readonly LoggedRequest[];
  /** By kind, optionally of one service or mail file. */
  count(filter?: { service?: Service; mailFile?: string }): RequestCount;
  /** New XPages sessions: a client without a cookie jar makes one per request. */
  xpagesSessions: number;
  reset(): void;
}

export interface WritableRequestLog extends RequestLog {
  add(entry: LoggedRequest): void;
}

const KEEP = 20_000;
const WRITES: readonly RequestKind[] = ['create', 'update', 'delete', 'action'];

export const createRequestLog = (): WritableRequestLog => {
  let entries: LoggedRequest[] = [];
  const log: WritableRequestLog = {
    get entries() {
      return entries;
    },
    xpagesSessions: 0,
    add: (entry) => {
      entries.push(entry);
      if (entries.length > KEEP * 1.5) entries = entries.slice(-KEEP);
    },
    reset: () => {
      entries = [];
      log.xpagesSessions = 0;
    },
    count: (filter = {}) => {
      const count: RequestCount = { list: 0, read: 0, write: 0, since: 0, login: 0, total: 0 };
      const path = filter.mailFile?.toLowerCase();
      for (const entry of entries) {
        if (filter.service !== undefined && entry.service !== filter.service) continue;
        if (path !== undefined && entry.mailFile?.toLowerCase() !== path) continue;
        count.total += 1;
        if (WRITES.includes(entry.kind)) count.write += 1;
        if (entry.kind === 'list') count.list += 1;
        if (entry.kind === 'read') count.read += 1;
        if (entry.kind === 'since') count.since += 1;
        if (entry.kind === 'login') count.login += 1;
      }
      return count;
    },
  };
  return log;
};
