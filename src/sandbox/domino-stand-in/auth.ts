/** Who is asking: Basic authentication, or the form login whose page comes with status 200. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Identity } from './api-request.ts';
import { abbreviated, canonical } from './directory.ts';
import { htmlReply, type Reply } from './http-reply.ts';
import type { MailFile } from './mail-file.ts';
import type { Access } from './model.ts';
import type { World } from './world.ts';

export type AuthMode = 'basic' | 'session';

export interface Sessions {
  /** New session; the value of `DomAuthSessId`. */
  open(identity: Identity): string;
  /** The user of a live session; using it keeps it alive. */
  find(id: string): Identity | null;
  expire(id: string): void;
  expireAll(): void;
}

export const createSessions = (world: World): Sessions => {
  const sessions = new Map<string, { identity: Identity; until: number }>();
  // Sessions end by real time: tests move the stand-in's clock, which must not log anybody out.
  const until = (): number => Date.now() + world.knobs.sessionSeconds * 1000;
  return {
    open: (identity) => {
      const id = randomBytes(16).toString('hex').toUpperCase();
      sessions.set(id, { identity, until: until() });
      return id;
    },
    find: (id) => {
      const session = sessions.get(id);
      if (session === undefined) return null;
      if (session.until <= Date.now()) {
        sessions.delete(id);
        return null;
      }
      session.until = until();
      return session.identity;
    },
    expire: (id) => {
      sessions.delete(id);
    },
    expireAll: () => {
      sessions.clear();
    },
  };
};

const same = (a: string, b: string): boolean => {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
};

/** The technical user or a person with a password; null when name or password is wrong. */
export const checkPassword = (world: World, name: string, password: string): Identity | null => {
  const technical = world.technicalUser;
  const names = [technical.name, canonical(technical.name), abbreviated(technical.name), technical.email];
  if (names.some((one) => one?.toLowerCase() === name.toLowerCase())) {
    return same(technical.password, password)
      ? { name: technical.name, email: technical.email ?? null }
      : null;
  }
  const user = world.directory.find(name);
  if (user?.password === undefined || !same(user.password, password)) return null;
  return { name: canonical(user.notesName), email: user.email };
};

/** Access of an identity to a mail file: the owner manages it, the technical user edits unless told otherwise. */
export const accessTo = (world: World, identity: Identity, mailFile: MailFile): Access => {
  const { state } = mailFile;
  if (identity.name === state.ownerName) return 'manager';
  const listed = state.acl[identity.name];
  if (listed !== undefined) return listed;
  if (identity.name !== world.technicalUser.name) return 'none';
  const entries = Object.entries(world.technicalUser.access ?? {});
  return entries.find(([path]) => path.toLowerCase() === state.path.toLowerCase())?.[1] ?? 'editor';
};

export const basicCredentials = (header: string | undefined): { name: string; password: string } | null => {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? null : { name: text.slice(0, colon), password: text.slice(colon + 1) };
};

export const parseCookies = (header: string | undefined): Map<string, string> => {
  const cookies = new Map<string, string>();
  for (const part of (header ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) cookies.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  return cookies;
};

/** The login form of a session-authentication site, as recorded. */
export const loginPage = (world: World): Reply =>
  htmlReply(
    world.knobs.force401 ? 401 : 200,
    `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n<html>\n<head>\n<title>Server Login</title></head>\n<body text="#000000" bgcolor="#FFFFFF">\n<form action="/names.nsf?Login" method="post" name="_DominoForm">\n<input type="hidden" name="%%ModDate" value="C125810E00000000">\n<input name="Username" value="">\n<input name="Password" value="" type="password">\n<input type="submit" value="Log In">\n</form>\n</body>\n</html>\n`,
    { Expires: 'Tue, 01 Jan 1980 06:00:00 GMT', 'Cache-Control': 'no-cache' },
  );

/** 401 of a Basic site. The text of the realm is recollected, not recorded. */
export const challenge = (): Reply =>
  htmlReply(
    401,
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n<html><head><title>Error</title></head><body><h1>Error 401</h1>HTTP Web Server: Unauthorized</body></html>\n',
    { 'WWW-Authenticate': 'Basic realm="/"', Connection: 'close' },
  );

export const forbiddenPage = (): Reply =>
  htmlReply(
    403,
    '<html><head><title>Error</title></head><body><h1>Error 403</h1>HTTP Web Server: Forbidden</body></html>\n',
    {
      Connection: 'close',
    },
  );
