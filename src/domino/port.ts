/**
 * The Domino port: what the runner needs of a Domino server, whatever interface stands behind it.
 *
 * Every method takes an AbortSignal and ends within the adapter's time-outs. Failures are thrown as DominoError;
 * "is not there" is an answer, not an error. Nothing here retries a write unless it is known to be safe.
 */
import type {
  DominoDraft,
  DominoEntry,
  DominoForm,
  DominoPatch,
  DominoSummary,
  EntryKey,
} from '../item/domino-entry.ts';

export interface CallOptions {
  signal: AbortSignal;
}

/** Every write states whether Domino may mail invitations, updates or cancellations to people. */
export interface WriteOptions extends CallOptions {
  notify: boolean;
}

export interface ServerInfo {
  /** `Server` header, or what the interface says. */
  product: string;
  /** Server clock from the Date header, UTC instant. */
  clock: string;
  calendarService: 'open' | 'closed' | 'unknown';
  dataService: 'open' | 'closed' | 'unknown';
}

export interface CalendarOwner {
  displayName: string;
  distinguishedName: string;
  email: string;
  /** Mail file path such as `mail/jdoe.nsf`. */
  mailFile: string;
}

/** What the runner already knows of a mailbox, so that a pull can tell changed, new and missing apart. */
export interface KnownEntry {
  key: EntryKey;
  /** Null puts the entry into `changed` whatever the list shows: "read it anyway". */
  digest: string | null;
  /** Start (UTC instant or date) when last seen; decides whether the entry should be inside the window. */
  start: string | null;
}

export interface PullRequest {
  /** From the last pull; null = first. Opaque to the runner, stored beside the mailbox. */
  cursor: string | null;
  /** Entries that start in [from, to) are listed; UTC instants. */
  window: { from: string; to: string };
  known: readonly KnownEntry[];
  /** False leaves To Dos alone (the Data service is not asked). */
  todos: boolean;
}

export interface PullResult {
  /** New, or the listed digest differs from the known one: to be read one by one. */
  changed: DominoSummary[];
  /** Known, should be in the window, not listed: SUSPECTS that must be probed before anything is concluded. */
  missing: EntryKey[];
  /** Number of entries listed, changed or not. */
  listed: number;
  /** How many instances of each series are listed, changed or not, by the uid of the series. */
  instances: ReadonlyMap<string, number>;
  /**
   * To store once every effect of this pull is stored; never earlier. Asked for then: what writes have taught since, of how
   * the server counts the days of an all-day entry, is in it.
   */
  cursor(): string;
  /** Oddities for the log, one line each: a uid listed twice, rows outside the window. */
  remarks?: string[];
}

export interface MailFile {
  readonly path: string;
  pull(request: PullRequest, options: CallOptions): Promise<PullResult>;
  /** The whole entry, or null when Domino says it is not there. */
  read(key: EntryKey, options: CallOptions): Promise<DominoEntry | null>;
  /**
   * Creates under the uid we derived from the pair (`syncUid`: letters, digits, `-` and `.` only), so a repeat is safe:
   * `exists` means an earlier attempt got through; its entry as it is now is returned.
   * `since`: for a To Do, whose id the server gives, the instant from which an earlier attempt may have written.
   */
  create(
    syncUid: string,
    draft: DominoDraft,
    options: WriteOptions & { since: string | null },
  ): Promise<{ outcome: 'created' | 'exists'; entry: DominoEntry }>;
  /**
   * Reads afresh, and if the token is still `expectedToken` writes the patch and answers what Domino made of it.
   * `changed` = somebody was faster: nothing was written, the entry as it is now is returned. `gone` = deleted.
   */
  update(
    key: EntryKey,
    patch: DominoPatch,
    expectedToken: string,
    options: WriteOptions,
  ): Promise<
    // bodyKept: files are in the body, which the interface then refuses to write; all else is written
    | { outcome: 'updated'; entry: DominoEntry; bodyKept?: true }
    | { outcome: 'changed'; entry: DominoEntry }
    | { outcome: 'gone' }
  >;
  /**
   * Reads afresh, and deletes if the token is still `expectedToken`; null deletes whatever stands there.
   * `changed` = somebody was faster: nothing was deleted, the entry as it is now is returned.
   */
  delete(key: EntryKey, expectedToken: string | null, options: WriteOptions): Promise<DeleteOutcome>;
  /**
   * Whether an entry is older than the one a token was taken from: the server was restored from a backup, another replica
   * answers that lags behind, or its clock was put back. Asks nobody.
   */
  isOlder(entry: Pick<DominoEntry, 'token'>, than: string | null): boolean;
  /** The server's clock at its last answer, a UTC instant; null before the first one. Asks nobody. */
  clock(): string | null;
  /** When the entry that a token was taken from was last changed, a UTC instant; null where it was not told. Asks nobody. */
  modifiedAt(token: string | null): string | null;
  /**
   * The latest time of a document, of whatever kind, that earlier pulls listed and that still stands so: the mail file was
   * not restored to a state before. Null: none is left, or none is known. `cursor`: of the last pull.
   */
  aliveAt(cursor: string | null, options: CallOptions): Promise<string | null>;
  /**
   * The entry that a create under `syncUid` made, should it have got through although its answer was lost; else null.
   * `since`: the instant from which it may have written.
   */
  findCreated(
    form: DominoForm,
    syncUid: string,
    since: string,
    options: CallOptions,
  ): Promise<DominoEntry | null>;
  /** For each key, whether the entry exists: by asking for it, never by absence from a list. */
  probe(keys: readonly EntryKey[], options: CallOptions): Promise<Map<string, 'present' | 'gone'>>;
  /** Rights and services of this mail file, for `users test` and `doctor`. Writes nothing. */
  test(options: CallOptions): Promise<{ calendar: MailFileCheck; data: MailFileCheck }>;
}

export type DeleteOutcome =
  { outcome: 'deleted' } | { outcome: 'gone' } | { outcome: 'changed'; entry: DominoEntry };

export type MailFileCheck = { ok: true } | { ok: false; reason: string; remedy: string };

export interface DominoServer {
  readonly url: string;
  info(options: CallOptions): Promise<ServerInfo>;
  /** The calendar of a user by e-mail address or Notes name; null when Domino does not know the name. */
  findOwner(nameOrEmail: string, options: CallOptions): Promise<CalendarOwner | null>;
  /** `cursor`: of the last pull, by whatever process, for what it found out about the server. */
  mailFile(path: string, owner: { email: string; cursor?: string | null }): MailFile;
  close(): Promise<void>;
}

/** Whom a failure concerns: the one item, everything in the mailbox, or every mailbox of the server. */
export type FaultScope = 'item' | 'mailbox' | 'server';

/** Stable codes; they are rows of `reason_code`, with text and remedy. */
export type DominoFault =
  | 'domino_unreachable' // no connection, time-out, 502/503/504
  | 'domino_login' // wrong credentials: 401, or the login page once more after logging in
  | 'domino_forbidden' // 403: service disabled or no rights on the mail file
  | 'domino_mail_file' // the mail file does not exist
  | 'domino_refused' // 400: Domino refuses this item
  | 'domino_conflict' // 409/1027, 409/1030, 412: a newer version exists
  | 'domino_series' // a whole series cannot be updated
  | 'domino_uid' // a uid this interface cannot address
  | 'domino_failed' // 500
  | 'domino_garbled' // not JSON, truncated, or not of the documented shape
  | 'data_service_closed'; // To Dos need the Data service

export class DominoError extends Error {
  override readonly name = 'DominoError';
  constructor(
    readonly code: DominoFault,
    message: string,
    readonly details: {
      scope: FaultScope;
      /** True when the same request may well succeed later. */
      transient: boolean;
      /** Seconds the server asked us to wait. */
      retryAfterSeconds?: number;
      status?: number;
      cserror?: number;
      cause?: unknown;
    },
  ) {
    super(message, { cause: details.cause });
  }
}
