/** Replies and refusals in the shapes Domino gives them. */
import { STATUS_CODES } from 'node:http';

export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** Empty means Content-Length 0 and no Content-Type. */
  body: string;
}

/** JSON as Domino prints it: `/` as `\/`, everything beyond ASCII as `\uXXXX`. */
export const dominoJson = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(
      /[\u007f-\uffff]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
    );

export const jsonReply = (status: number, value: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: dominoJson(value),
});

export const emptyReply = (status: number, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: '',
});

export const htmlReply = (status: number, body: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=UTF-8', ...headers },
  body,
});

export interface RefusalDetails {
  /** Store errors carry `cserror` and a stack trace. */
  cserror?: number;
  /** Class of the wrapped Java exception; gives `type` and `data`. */
  exception?: string;
  /** Framework errors (unknown path, 405, 406, 412, 415) have no body. */
  empty?: boolean;
}

/** Thrown by a handler; becomes the error reply. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly status: number,
    message: string,
    readonly details: RefusalDetails = {},
  ) {
    super(message);
  }
}

/** An error of the calendar store: `cserror` = 1024 + n, mapped to HTTP as the server maps it. */
export const storeRefusal = (cserror: number, message: string): Refusal => {
  const status = { 1024: 500, 1026: 500, 1027: 409, 1030: 409, 1031: 404, 1032: 409 }[cserror] ?? 400;
  return new Refusal(status, message, { cserror, exception: 'com.ibm.domino.calendar.store.StoreException' });
};

/** A refused value: the message carries the name of the Java exception. */
export const parseRefusal = (message: string): Refusal =>
  new Refusal(400, `java.text.ParseException: ${message}`, { exception: 'java.text.ParseException' });

export const frameworkRefusal = (status: number): Refusal => new Refusal(status, '', { empty: true });

export const errorReply = (refusal: Refusal): Reply => {
  const headers: Record<string, string> =
    refusal.status >= 400 && refusal.status < 500 ? { Connection: 'close' } : {};
  if (refusal.details.empty === true) return emptyReply(refusal.status, headers);
  const { cserror, exception } = refusal.details;
  const body = {
    code: refusal.status,
    text: STATUS_CODES[refusal.status] ?? '',
    ...(cserror === undefined ? {} : { cserror }),
    message: refusal.message,
    ...(exception === undefined
      ? {}
      : {
          type: 'text',
          data: `${refusal.message.startsWith(exception) ? '' : `${exception}: `}${refusal.message}\n\tat com.ibm.domino.calendar.dbstore.NotesCalendarStore.invoke(NotesCalendarStore.java:185)\n`,
        }),
  };
  return {
    status: refusal.status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: `\n    ${dominoJson(body)}`,
  };
};

/** Groups thousands, as Java's MessageFormat does with numbers: `1,000`. */
export const grouped = (value: number): string => value.toLocaleString('en-US');
