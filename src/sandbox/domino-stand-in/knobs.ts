/**
 * Behaviours no source settles, and site settings. The default is the likelier one; where a client must hold both ways, the
 * other value is here to be tried. Change them at any time: each request reads them afresh.
 */
export interface Knobs {
  /** All-day `end` on the wire. Exclusive is iCalendar's DTEND; `end` = `start` means one day either way. */
  allDayEnd: 'exclusive' | 'inclusive';
  /** GET /events without entries: recorded as an empty 200, documented as an exception. */
  emptyWindow: 'empty' | 'error 400/1028' | 'error 404/1031';
  /** Whether an entry that starts exactly at `since` / `before` is listed. */
  windowEnds: 'since only' | 'both' | 'neither';
  /** Entries entered in UTC read back in UTC, or in the zone of the mail file. */
  utcReadBack: 'utc' | 'zoned';
  /** Series created over the API read back as dates (as those made in Notes do), or with their rule. */
  ruleReadBack: 'dates' | 'rule';
  /** `documents?since=` includes documents modified in that very second. */
  sinceInclusive: boolean;
  /** What `computewithform=true` adds to a Task: its computed `$` items, nothing, or a failed validation (400). */
  computeWithForm: 'items' | 'nothing' | 'refused';
  /** Whether the form declares its date fields, which turns bare date strings into dates. */
  formDeclaresDates: boolean;
  /** GET /events/{UNID} resolves, as the C API text suggests. */
  unidAsUid: boolean;
  /** PUT by an invitee on an accepted copy. */
  inviteePut: 'refused' | 'allowed';
  /** STATUS, COMMENT and foreign X- members survive. */
  keepsForeignMembers: boolean;
  /** PUT without attendees on one's own meeting. */
  putWithoutAttendees: 'uninvites' | 'keeps';
  encodedSlash: 'refused' | 'accepted';
  missingMailFile: '404 html' | '404 empty' | '500';
  /** Basic authentication: how a user without access to the mail file is answered. */
  aclDenial: 401 | 403;
  /** Mail-file design before 8.5.4: lists carry positional ids that no single read repeats. */
  oldMailDesign: boolean;
  /** Updates and cancellations are processed for the invitee at once, without him looking. */
  autoProcess: boolean;
  /** An invitation that was answered by a proposal: "some countered meetings" are not listed (CalReadRange). */
  counteredInvitation: 'listed' | 'hidden';
  /** A reply touches the chair's entry (`last-modified` moves, content does not). */
  replyTouchesChair: boolean;
  /** View entries before the real ones that yield no VEVENT, so that Content-Range and events.length differ. */
  phantomViewEntries: number;
  /** Body of a page made of such entries only. */
  phantomPage: 'empty body' | 'empty list';
  /** A uid that every list shows twice, as a replication conflict does. */
  duplicateUid: string | null;
  /** Enabled services of the server; a disabled one answers 403. */
  services: { calendar: boolean; data: boolean };
  /** The Web Site document's allowed methods; others answer 405. */
  allowedMethods: string[];
  /** notes.ini DOMINO_FORCE401_WITH_HTML_LOGIN_PAGE. */
  force401: boolean;
  /** Whether a session-authentication site accepts a Basic header as well. */
  basicInSessionMode: boolean;
  sessionSeconds: number;
  /** Added to the server clock in the `Date` header only. */
  clockSkewSeconds: number;
  /** notes.ini CalendarServiceAbsoluteUrls. */
  absoluteHrefs: boolean;
}

export const defaultKnobs = (): Knobs => ({
  allDayEnd: 'exclusive',
  emptyWindow: 'empty',
  windowEnds: 'since only',
  utcReadBack: 'utc',
  ruleReadBack: 'dates',
  sinceInclusive: true,
  computeWithForm: 'items',
  formDeclaresDates: false,
  unidAsUid: false,
  inviteePut: 'refused',
  keepsForeignMembers: false,
  putWithoutAttendees: 'uninvites',
  encodedSlash: 'refused',
  missingMailFile: '404 html',
  aclDenial: 401,
  oldMailDesign: false,
  counteredInvitation: 'hidden',
  autoProcess: false,
  replyTouchesChair: false,
  phantomViewEntries: 0,
  phantomPage: 'empty body',
  duplicateUid: null,
  services: { calendar: true, data: true },
  allowedMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  force401: false,
  basicInSessionMode: false,
  sessionSeconds: 1800,
  clockSkewSeconds: 0,
  absoluteHrefs: false,
});

/** Takes over the members of `changes` that are knobs of the same type; throws on anything else. */
export const setKnobs = (knobs: Knobs, changes: Record<string, unknown>): void => {
  const known = defaultKnobs() as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(changes)) {
    const nullable = name === 'duplicateUid' && (value === null || typeof value === 'string');
    if (!(name in known)) throw new RangeError(`no such knob: ${name}`);
    if (!nullable && typeof value !== typeof known[name]) throw new RangeError(`knob ${name}: wrong type`);
  }
  Object.assign(knobs, changes);
};
