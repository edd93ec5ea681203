/** Addresses of a mail file and of what is in it. */
import { DominoError } from '../port.ts';

/** `mail/jdoe.nsf`, however it was written: Windows separators and leading slashes occur in Domino's own records. */
export const normalMailFile = (path: string): string => path.replace(/\\/g, '/').replace(/^\/+/, '');

export const mailFilePath = (path: string): string =>
  `/${normalMailFile(path).split('/').map(encodeURIComponent).join('/')}`;

/**
 * A uid as one path segment. Only what must be is encoded: where more is encoded than Java would, Domino's own links in
 * the answers are wrong (§10.14), so `@` and the like stay.
 */
export const uidSegment = (uid: string): string =>
  encodeURIComponent(uid).replace(/%(?:40|3A|24|26|2B|2C|3B|3D)/gi, (code) => decodeURIComponent(code));

/** Characters every server takes in a uid (§10.13). Ours has no `@`, foreign ones often do. */
const SAFE_UID = /^[A-Za-z0-9._@-]+$/;

export const isSafeUid = (uid: string): boolean => SAFE_UID.test(uid) && !/^\.+$/.test(uid);

/**
 * A `/` in a uid becomes %2F, which a server may take for two segments: uid and recurrence id. It would then answer
 * "not found" for an entry that is there, so such an answer proves nothing.
 */
export const isAmbiguousUid = (uid: string): boolean => uid.includes('/') || /^\.+$/.test(uid);

export const unusableUid = (uid: string, why: string): DominoError =>
  new DominoError('domino_uid', `uid ${JSON.stringify(uid.slice(0, 80))}: ${why}`, {
    scope: 'item',
    transient: false,
  });

/** The uid Domino gave: the last segment of Location, which reads `unknown` when it lost it (§1.7); else the one asked for. */
export function createdUid(location: string | null, asked: string): string {
  const segment = location?.split(/[?#]/)[0]!.split('/').at(-1) ?? '';
  if (segment === '' || segment === 'unknown') return asked;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // the server does not encode it
  }
}
