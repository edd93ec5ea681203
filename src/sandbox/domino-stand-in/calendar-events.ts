/** POST, GET, PUT and DELETE of /events/{uid} and its instances. */
import { flag, mayDelete, mayWrite, type ApiRequest } from './api-request.ts';
import { addEntry, changeEntry, deleteEntry, sameTimes, type InstanceRange } from './entries.ts';
import { readEventBody, type EventInput } from './event-input.ts';
import { appointmentTypeOf, fieldsFrom, seriesFrom } from './event-fields.ts';
import { instancesJson, readEntry, readInstance } from './event-json.ts';
import { emptyReply, frameworkRefusal, jsonReply, Refusal, storeRefusal, type Reply } from './http-reply.ts';
import type { MailFile } from './mail-file.ts';
import type { CalendarEntry } from './model.ts';
import { findOccurrence, instanceFields } from './series.ts';
import { isChair } from './workflow.ts';
import type { World } from './world.ts';

/** Characters that cannot stand in the Location the server builds by plain concatenation. */
const UNLOCATABLE = /[\s<>{}"|\\^`]|%(?![0-9A-Fa-f]{2})/;

const uriRefusal = (): Refusal =>
  new Refusal(500, 'Illegal character in path', { exception: 'java.net.URISyntaxException' });

export const notFound = (what = 'Error reading event'): Refusal => storeRefusal(1031, what);

/** No right to write comes back as a generic calendar error [inferred from the mapping of NotesExceptions]. */
const requireWrite = (request: ApiRequest): void => {
  if (!mayWrite(request.access)) throw storeRefusal(1028, 'You are not authorized to perform that operation');
};

const requireJson = (request: ApiRequest): void => {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw frameworkRefusal(415);
};

/** The entry a path names. Unaccepted invitations are not found; old designs also know positional ids. */
export const entryOf = (world: World, mailFile: MailFile, uid: string): CalendarEntry => {
  if (uid.includes(':')) throw uriRefusal();
  const alternate = /^([0-9A-F]{32})_\d+-Lotus_ReadRange_Generated$/.exec(uid)?.[1];
  const entry =
    mailFile.entry(uid) ??
    (alternate === undefined ? undefined : mailFile.entryByUnid(alternate)) ??
    (world.knobs.unidAsUid ? mailFile.entryByUnid(uid) : undefined);
  if (entry === undefined) throw notFound();
  return entry;
};

/** hrefs of read and PUT answers repeat the path as sent, encoded once more: `%40` comes back as `%2540`. */
const hrefOf = (world: World, request: ApiRequest, parts: number): string => {
  const path = request.raw.slice(0, parts).join('/').replaceAll('%', '%25');
  return `${world.knobs.absoluteHrefs ? request.origin : ''}${request.base}/${path}`;
};

const refuseFormats = (request: ApiRequest): void => {
  // text/calendar is not built: the client speaks JSON only.
  if (request.query.get('format')?.toLowerCase() === 'icalendar') throw frameworkRefusal(406);
};

const read = (
  world: World,
  request: ApiRequest,
  mailFile: MailFile,
  uid: string,
  recurrenceId: string | null,
): Reply => {
  refuseFormats(request);
  const entry = entryOf(world, mailFile, uid);
  if (recurrenceId === null)
    return jsonReply(200, readEntry(world, mailFile, hrefOf(world, request, 2), entry));
  const occurrence = findOccurrence(entry, recurrenceId);
  if (occurrence === undefined) throw notFound();
  return jsonReply(200, readInstance(world, mailFile, hrefOf(world, request, 3), entry, occurrence));
};

export const createEvent = (world: World, request: ApiRequest, mailFile: MailFile): Reply => {
  requireJson(request);
  requireWrite(request);
  const { zones, events } = readEventBody(request.body, mailFile.zone, world.knobs.allDayEnd);
  const [input, ...exceptions] = events as [EventInput, ...EventInput[]];
  if (exceptions.some((one) => one.uid !== input.uid || one.recurrenceId === undefined)) {
    throw storeRefusal(1034, 'Invalid iCalendar string');
  }
  const taken = (uid: string): boolean =>
    mailFile.entry(uid) !== undefined ||
    mailFile.state.notices.some(
      (notice) => notice.uid === uid && notice.noticeType === 'I' && !notice.processed,
    );
  if (input.uid !== undefined && taken(input.uid)) throw storeRefusal(1032, 'Entry already exists');
  const fields = fieldsFrom(world, mailFile, input, null, request.identity.email);
  const series = seriesFrom(world, mailFile, input, exceptions, fields, zones, request.identity.email);
  const entry = addEntry(world, mailFile, {
    uid: input.uid,
    madeBy: 'api',
    appointmentType: appointmentTypeOf(input, fields, null),
    fields,
    series,
    zones,
    workflow: flag(request.query, 'workflow', true),
  });
  // Too late: the entry is in the mail file.
  if (entry.uid.includes(':') || UNLOCATABLE.test(entry.uid)) throw uriRefusal();
  const path = `${request.base}/events/${entry.uid}`;
  const href = `${world.knobs.absoluteHrefs ? request.origin : ''}${path}`;
  return jsonReply(201, readEntry(world, mailFile, href, entry), { Location: `${request.origin}${path}` });
};

/** SEQUENCE rules of a meeting: a stale one is refused; a missing one is trusted unless `strictsequence`. */
const checkSequence = (current: number, sent: number | undefined, strict: boolean): void => {
  const claimed = sent ?? (strict ? 0 : current);
  if (claimed < current) throw storeRefusal(1027, 'A newer version of the entry exists');
};

const update = (
  world: World,
  request: ApiRequest,
  mailFile: MailFile,
  uid: string,
  recurrenceId: string | null,
): Reply => {
  requireJson(request);
  const entry = entryOf(world, mailFile, uid);
  requireWrite(request);
  const { zones, events } = readEventBody(request.body, mailFile.zone, world.knobs.allDayEnd);
  const [input] = events;
  // Which code a real server gives for a series is unknown; a generic calendar error is the likelier one [inferred].
  if (input === undefined || events.length !== 1) throw storeRefusal(1028, 'Error updating event');
  if (entry.series !== null && recurrenceId === null) throw storeRefusal(1028, 'Error updating event');
  if (input.recurrenceRule !== undefined || input.recurrenceDates.length > 0) {
    throw storeRefusal(1028, 'Error updating event');
  }
  if (input.uid !== undefined && input.uid !== entry.uid) throw storeRefusal(1028, 'Invalid property');
  if (input.recurrenceId !== undefined && input.recurrenceId !== recurrenceId) {
    throw storeRefusal(1028, 'Invalid property');
  }
  if (input.x['x-lotus-summarydataonly'] !== undefined)
    throw storeRefusal(1028, 'Summary data cannot be written');
  const occurrence = recurrenceId === null ? undefined : findOccurrence(entry, recurrenceId);
  if (recurrenceId !== null && occurrence === undefined) throw notFound();
  if (entry.noticeType !== null && world.knobs.inviteePut === 'refused') {
    throw storeRefusal(1030, 'The update would overwrite personal changes');
  }
  const before = occurrence === undefined ? entry.fields : instanceFields(entry, occurrence);
  const meeting = entry.appointmentType === '3';
  if (meeting && before.attendees.length > 0) {
    checkSequence(before.sequence, input.sequence, flag(request.query, 'strictsequence', false));
  }
  const literally = flag(request.query, 'literally', false);
  const fields = fieldsFrom(world, mailFile, input, { before, entry, literally }, request.identity.email);
  const becomesMeeting = meeting || appointmentTypeOf(input, fields, entry.appointmentType) === '3';
  fields.sequence = !becomesMeeting
    ? before.sequence
    : Math.max(before.sequence + (sameTimes(before, fields) ? 0 : 1), input.sequence ?? 0);
  const workflow = flag(request.query, 'workflow', true);
  if (recurrenceId === null) entry.appointmentType = appointmentTypeOf(input, fields, entry.appointmentType);
  entry.zones = [...entry.zones.filter((zone) => zones.every((other) => other.tzid !== zone.tzid)), ...zones];
  changeEntry(world, mailFile, entry, recurrenceId, fields, {
    workflow: workflow && isChair(mailFile, entry),
    comments: request.query.get('workflowcomment'),
  });
  return read(world, request, mailFile, entry.uid, recurrenceId);
};

const remove = (
  world: World,
  request: ApiRequest,
  mailFile: MailFile,
  uid: string,
  recurrenceId: string | null,
): Reply => {
  const entry = entryOf(world, mailFile, uid);
  if (!mayDelete(request.access))
    throw storeRefusal(1028, 'You are not authorized to perform that operation');
  if (recurrenceId !== null && findOccurrence(entry, recurrenceId) === undefined) throw notFound();
  const asked = request.query.get('recurrenceRange')?.toLowerCase();
  if (asked !== undefined && !['all', 'future', 'previous'].includes(asked)) {
    throw new Refusal(400, `Invalid recurrenceRange parameter: ${asked}`);
  }
  const range = (asked ?? 'this') as InstanceRange;
  deleteEntry(world, mailFile, entry, recurrenceId, range, flag(request.query, 'workflow', true));
  return emptyReply(200);
};

/** /events/{uid} and /events/{uid}/{recurrenceId}. */
export const eventResource = (
  world: World,
  request: ApiRequest,
  mailFile: MailFile,
  uid: string,
  recurrenceId: string | null,
): Reply => {
  if (request.method === 'GET') return read(world, request, mailFile, uid, recurrenceId);
  if (request.method === 'PUT') return update(world, request, mailFile, uid, recurrenceId);
  if (request.method === 'DELETE') return remove(world, request, mailFile, uid, recurrenceId);
  throw frameworkRefusal(405);
};

export const listInstances = (world: World, request: ApiRequest, mailFile: MailFile, uid: string): Reply => {
  const entry = entryOf(world, mailFile, uid);
  if (entry.series === null) throw new Refusal(400, 'Event does not recur');
  return jsonReply(200, instancesJson(world, hrefOf(world, request, 2), entry));
};
