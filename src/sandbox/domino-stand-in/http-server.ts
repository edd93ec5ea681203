/** The sockets: reads a request, lets faults strike, routes it, answers with Domino's headers. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ApiRequest, Identity } from './api-request.ts';
import {
  accessTo,
  basicCredentials,
  challenge,
  checkPassword,
  forbiddenPage,
  loginPage,
  parseCookies,
  type AuthMode,
  type Sessions,
} from './auth.ts';
import { calendarDiscovery, calendarService } from './calendar-service.ts';
import { dataService, listDatabases } from './data-service.ts';
import { httpDate, isoInstant } from './dates.ts';
import type { FaultEffect } from './faults.ts';
import {
  emptyReply,
  errorReply,
  frameworkRefusal,
  htmlReply,
  jsonReply,
  Refusal,
  type Reply,
} from './http-reply.ts';
import type { LoggedRequest } from './request-log.ts';
import { routeOf, type Route } from './route.ts';
import type { World } from './world.ts';

const LARGEST_BODY = 8 * 1024 * 1024;

export const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Refusal(413, 'Request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

interface Incoming {
  message: IncomingMessage;
  route: Route;
  body: string;
  cookies: Map<string, string>;
  effects: FaultEffect[];
  /** Cookies to set with the answer. */
  setCookies: string[];
}

const struck = (effects: readonly FaultEffect[], effect: FaultEffect['effect']): boolean =>
  effects.some((one) => one.effect === effect);

/** Only the host itself, never a path or a foreign scheme, so that the login cannot send people elsewhere. */
const redirectTarget = (wanted: string | undefined, origin: string): string => {
  if (wanted === undefined || wanted === '') return `${origin}/`;
  const target = new URL(wanted, origin);
  return target.origin === origin ? target.href : `${origin}/`;
};

export interface SiteOptions {
  world: World;
  mode: AuthMode;
  sessions: Sessions;
}

const login = ({ world, sessions }: SiteOptions, incoming: Incoming): Reply => {
  const form = new URLSearchParams(incoming.body);
  const name = form.get('Username') ?? '';
  const identity = checkPassword(world, name, form.get('Password') ?? '');
  if (identity === null || struck(incoming.effects, 'wrong password')) return loginPage(world);
  incoming.setCookies.push(`DomAuthSessId=${sessions.open(identity)}; path=/`);
  const wanted = form.get('RedirectTo') ?? incoming.message.headers.referer;
  return emptyReply(302, { Location: redirectTarget(wanted, incoming.route.origin) });
};

const identify = ({ world, mode, sessions }: SiteOptions, incoming: Incoming): Identity | null => {
  const session = incoming.cookies.get('DomAuthSessId');
  if (mode === 'session' && session !== undefined) {
    if (struck(incoming.effects, 'expire session')) sessions.expire(session);
    const identity = sessions.find(session);
    if (identity !== null) return identity;
  }
  if (mode === 'session' && !world.knobs.basicInSessionMode) return null;
  const credentials = basicCredentials(incoming.message.headers.authorization);
  if (credentials === null || struck(incoming.effects, 'wrong password')) return null;
  return checkPassword(world, credentials.name, credentials.password);
};

const MISSING_HTML =
  '<html><head><title>Error</title></head><body><h1>Error 404</h1>HTTP Web Server: Item Not Found Exception</body></html>\n';

const missing = (world: World): Reply => {
  // No source tells how a missing .nsf is answered.
  if (world.knobs.missingMailFile === '404 html')
    return htmlReply(404, MISSING_HTML, { Connection: 'close' });
  return emptyReply(world.knobs.missingMailFile === '500' ? 500 : 404);
};

/** `GET /api`: the services of the server. The shape is inferred: no recording of it was found. */
const listServices = (world: World): Reply =>
  jsonReply(200, {
    services: [
      { name: 'Calendar', enabled: world.knobs.services.calendar, version: '9.0.1', href: '/api/calendar' },
      { name: 'Data', enabled: world.knobs.services.data, version: '9.0.1', href: '/api/data' },
      { name: 'Core', enabled: true, version: '9.0.1', href: '/api/core' },
    ],
  });

const serve = (options: SiteOptions, incoming: Incoming, identity: Identity): Reply => {
  const { world, mode } = options;
  const { route, message, cookies } = incoming;
  const token = cookies.get('DasToken');
  if (token !== undefined && message.headers['x-das-token'] !== token)
    throw new Refusal(403, 'Invalid X-DAS-Token');
  if (route.api === 'root') return listServices(world);
  if (route.api === 'core') {
    if (route.segments[0] !== 'nonce') throw frameworkRefusal(404);
    const nonce = randomBytes(16).toString('hex');
    incoming.setCookies.push(`DasToken=${nonce}; path=/`);
    return jsonReply(200, { nonce });
  }
  if (route.api === null) return htmlReply(404, MISSING_HTML, { Connection: 'close' });
  if (!world.knobs.services[route.api]) {
    return jsonReply(403, { code: 403, text: 'Forbidden' }, { Connection: 'close' });
  }
  const request: ApiRequest = {
    method: route.method,
    origin: route.origin,
    base: route.base,
    raw: route.raw,
    segments: route.segments,
    query: route.query,
    headers: message.headers,
    body: incoming.body,
    identity,
    mailFile: null,
    access: 'none',
    effects: incoming.effects,
  };
  if (route.mailFile === null) {
    if (route.api === 'calendar') return calendarDiscovery(world, request);
    if (route.segments.length > 0) throw new Refusal(404, 'No database context.');
    return listDatabases(world);
  }
  const mailFile = world.mailFile(route.mailFile);
  if (mailFile === undefined) return missing(world);
  if (world.knobs.encodedSlash === 'refused' && route.raw.some((one) => /%2f/i.test(one)))
    throw frameworkRefusal(404);
  const access = accessTo(world, identity, mailFile);
  if (access === 'none') {
    // A denial asks to log in as somebody else.
    if (mode === 'session') return loginPage(world);
    return world.knobs.aclDenial === 403 ? forbiddenPage() : challenge();
  }
  const allowed = { ...request, mailFile, access };
  return route.api === 'calendar'
    ? calendarService(world, allowed, mailFile)
    : dataService(world, allowed, mailFile);
};

const answer = (options: SiteOptions, incoming: Incoming, logged: LoggedRequest): Reply => {
  const { world, mode } = options;
  const { route, effects } = incoming;
  for (const one of effects) {
    if (one.effect === 'unavailable') {
      const wait = one.retryAfterSeconds;
      return emptyReply(503, wait === undefined ? {} : { 'Retry-After': String(wait) });
    }
    if (one.effect === 'error') {
      return errorReply(
        new Refusal(
          one.status,
          one.message ?? 'Error',
          one.cserror === undefined ? {} : { cserror: one.cserror },
        ),
      );
    }
    if (one.effect === 'login page') return loginPage(world);
  }
  if (!world.knobs.allowedMethods.includes(incoming.message.method ?? '')) return emptyReply(405);
  if (mode === 'session' && route.isLogin) return login(options, incoming);
  const identity = identify(options, incoming);
  if (identity === null) return mode === 'session' ? loginPage(world) : challenge();
  logged.user = identity.name;
  if (!incoming.cookies.has('SessionID')) {
    world.log.xpagesSessions += 1;
    incoming.setCookies.push(`SessionID=${randomBytes(20).toString('hex').toUpperCase()}; path=/; HttpOnly`);
  }
  try {
    const reply = serve(options, incoming, identity);
    if (reply.status < 300 && struck(effects, 'notices failed')) {
      return errorReply(
        new Refusal(500, 'Errors were encountered sending notices', {
          cserror: 1026,
          exception: 'com.ibm.domino.calendar.store.StoreException',
        }),
      );
    }
    return reply;
  } catch (error) {
    if (error instanceof Refusal) return errorReply(error);
    throw error;
  }
};

const write = (world: World, incoming: Incoming, reply: Reply, response: ServerResponse): void => {
  let body = Buffer.from(reply.body);
  if (struck(incoming.effects, 'truncate')) body = body.subarray(0, Math.floor(body.length / 2));
  if (struck(incoming.effects, 'empty')) body = Buffer.alloc(0);
  response.sendDate = false;
  response.setHeader('Server', 'Lotus-Domino');
  response.setHeader('Date', httpDate(world.now() + world.knobs.clockSkewSeconds * 1000));
  if (reply.status === 200 && body.length > 0) response.setHeader('Vary', 'Accept-Encoding');
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value);
  if (incoming.setCookies.length > 0) response.setHeader('Set-Cookie', incoming.setCookies);
  if (reply.status !== 304) response.setHeader('Content-Length', body.length);
  response.writeHead(reply.status);
  response.end(incoming.message.method === 'HEAD' ? undefined : body);
};

const handle = async (
  options: SiteOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { world } = options;
  const body = await readBody(message);
  const route = routeOf(message);
  const effects = world.faults.strike(route);
  const logged: LoggedRequest = {
    at: isoInstant(world.now()),
    method: route.method,
    path: message.url ?? '',
    kind: route.kind,
    service: route.service,
    mailFile: route.mailFile,
    status: 0,
    user: null,
  };
  world.log.add(logged);
  for (const one of effects) {
    if (one.effect === 'slow') await new Promise((resolve) => setTimeout(resolve, one.ms));
  }
  if (struck(effects, 'drop before')) {
    message.socket.destroy();
    return;
  }
  const cookies = parseCookies(message.headers.cookie);
  const incoming: Incoming = { message, route, body, cookies, effects, setCookies: [] };
  const reply = answer(options, incoming, logged);
  if (struck(effects, 'drop after')) {
    message.socket.destroy();
    return;
  }
  logged.status = reply.status;
  write(world, incoming, reply, response);
};

export const createSite = (options: SiteOptions): Server => {
  const server = createServer((message, response) => {
    handle(options, message, response).catch((error: unknown) => {
      // A defect of the stand-in itself: say so plainly, in the answer and on the console, rather than look like Domino.
      console.error('domino stand-in:', error);
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain' });
      response.end(
        `stand-in defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    });
  });
  server.keepAliveTimeout = 60_000;
  return server;
};
