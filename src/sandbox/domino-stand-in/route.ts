/** What a URL asks for: mail file, service, resource, and the kind the fault knobs and counters go by. */
import type { IncomingMessage } from 'node:http';
import type { RequestFacts, RequestKind, Service } from './faults.ts';

export interface Route extends RequestFacts {
  /** After X-HTTP-Method-Override. */
  method: string;
  origin: string;
  isLogin: boolean;
  /** `root` = /api itself; null = no such service. */
  api: 'root' | 'core' | 'calendar' | 'data' | null;
  /** Path up to and with the service, as sent. */
  base: string;
  raw: string[];
  segments: string[];
  query: URLSearchParams;
}

/** A bad `%` is taken as it stands. */
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const WRITE_KINDS: Record<string, RequestKind> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

const calendarKind = (method: string, segments: readonly string[]): RequestKind => {
  const [resource, id, ...rest] = segments;
  const last = rest[rest.length - 1];
  if (resource === undefined) return 'discovery';
  if (last === 'action') return 'action';
  if (resource !== 'events' || last === 'notices') return 'notices';
  if (last === 'instances') return 'instances';
  if (method === 'GET') return id === undefined ? 'list' : 'read';
  return WRITE_KINDS[method] ?? 'other';
};

const dataKind = (method: string, segments: readonly string[], query: URLSearchParams): RequestKind => {
  if (method !== 'GET') return WRITE_KINDS[method] ?? 'other';
  if (segments[0] !== 'documents') return segments[0] === undefined ? 'discovery' : 'list';
  if (segments[1] !== undefined) return 'read';
  return query.has('since') ? 'since' : 'list';
};

const overridden = (message: IncomingMessage): string => {
  const method = message.method ?? 'GET';
  const header = message.headers['x-http-method-override'];
  const wanted = typeof header === 'string' ? header.toUpperCase() : undefined;
  if (method === 'POST' && wanted !== undefined && ['PUT', 'DELETE', 'PATCH'].includes(wanted)) return wanted;
  // HEAD is answered as GET without the body.
  return method === 'HEAD' ? 'GET' : method;
};

export const routeOf = (message: IncomingMessage): Route => {
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
  const method = overridden(message);
  const origin = `http://${message.headers.host ?? 'localhost'}`;
  const match = /^(?:\/(.*?\.nsf))?\/api(?:\/([^/]+)((?:\/[^/]*)*))?\/?$/i.exec(path);
  const name = match?.[2]?.toLowerCase();
  const api =
    match === null
      ? null
      : name === undefined
        ? 'root'
        : name === 'core' || name === 'calendar' || name === 'data'
          ? name
          : null;
  const raw = (match?.[3] ?? '').split('/').filter((part) => part !== '');
  const segments = raw.map(decode);
  const service: Service = api === 'calendar' || api === 'data' ? api : 'site';
  const isLogin = method === 'POST' && /^\/names\.nsf$/i.test(path) && /^login/i.test(url.slice(mark + 1));
  const kind: RequestKind = isLogin
    ? 'login'
    : service === 'calendar'
      ? calendarKind(method, segments)
      : service === 'data'
        ? dataKind(method, segments, query)
        : 'other';
  const mailFile = match?.[1] === undefined ? null : match[1].split('/').map(decode).join('/');
  const base = `${match?.[1] === undefined ? '' : `/${match[1]}`}/api/${match?.[2] ?? ''}`;
  return { method, origin, isLogin, api, base, raw, segments, query, kind, service, mailFile };
};
