/** Routes of the Calendar service, below a mail file and at the server root. */
import type { ApiRequest } from './api-request.ts';
import { createEvent, entryOf, eventResource, listInstances, notFound } from './calendar-events.ts';
import { invitationSince, listEvents } from './calendar-list.ts';
import { abbreviated } from './directory.ts';
import { DAY } from './dates.ts';
import { deleteEntry } from './entries.ts';
import { noticeSummary, readNotice } from './event-json.ts';
import { emptyReply, frameworkRefusal, jsonReply, Refusal, storeRefusal, type Reply } from './http-reply.ts';
import type { MailFile } from './mail-file.ts';
import type { Notice } from './model.ts';
import { findOccurrence } from './series.ts';
import { answerEntry, answerNotice, isChair, processNotice, type Answer } from './workflow.ts';
import type { World } from './world.ts';

const ACTIONS = [
  'accept',
  'tentative',
  'decline',
  'counter',
  'delegate',
  'requestinfo',
  'cancel',
  'delete',
  'processall',
  'removecancelled',
];

/** Type and comment of an action request. */
const readAction = (request: ApiRequest): { type: string; comments: string | null } => {
  if (request.method !== 'PUT') throw frameworkRefusal(405);
  const type = request.query.get('type')?.toLowerCase();
  if (type === undefined || type === '') throw new Refusal(400, 'Action type not specified.');
  if (!ACTIONS.includes(type)) throw new Refusal(400, 'Unknown action type.');
  if (request.body === '') return { type, comments: null };
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, 'Unsupported media type.');
  }
  try {
    const body = JSON.parse(request.body) as { comments?: unknown } | null;
    return { type, comments: typeof body?.comments === 'string' ? body.comments : null };
  } catch {
    throw new Refusal(400, 'Error while parsing the JSON content');
  }
};

const isAnswer = (type: string): type is Answer =>
  type === 'accept' || type === 'tentative' || type === 'decline';

const notSupported = (): Refusal => storeRefusal(1028, 'Action not supported');

const actOnEvent = (
  world: World,
  request: ApiRequest,
  mailFile: MailFile,
  uid: string,
  recurrenceId: string | null,
): Reply => {
  const { type, comments } = readAction(request);
  const entry = entryOf(world, mailFile, uid);
  if (entry.series !== null && recurrenceId === null) throw notFound('Error processing action');
  if (recurrenceId !== null && findOccurrence(entry, recurrenceId) === undefined)
    throw notFound('Error processing action');
  if (type === 'processall' || type === 'removecancelled') return emptyReply(200);
  if (isAnswer(type)) {
    if (entry.noticeType === null) throw notSupported();
    answerEntry(world, mailFile, entry, type, recurrenceId, comments);
  } else if (type === 'cancel' && entry.appointmentType === '3' && isChair(mailFile, entry)) {
    deleteEntry(world, mailFile, entry, recurrenceId, 'this', true);
  } else if (type === 'delete') {
    deleteEntry(world, mailFile, entry, recurrenceId, 'this', false);
  } else throw notSupported();
  return emptyReply(200);
};

const actOnNotice = (world: World, request: ApiRequest, mailFile: MailFile, notice: Notice): Reply => {
  const { type, comments } = readAction(request);
  if (type === 'processall') return emptyReply(200);
  if (type === 'removecancelled') {
    if (notice.noticeType !== 'C') throw notSupported();
    processNotice(world, mailFile, notice);
    return emptyReply(200);
  }
  if (!isAnswer(type) || !['I', 'U'].includes(notice.noticeType) || notice.processed) throw notSupported();
  if (notice.noticeType === 'U' && mailFile.entry(notice.uid) === undefined) {
    throw storeRefusal(1029, 'Invitation not accepted');
  }
  answerNotice(world, mailFile, notice, type, comments);
  return emptyReply(200);
};

const noticeList = (request: ApiRequest, notices: Notice[]): Reply => {
  const base = `${request.base}/notices`;
  return notices.length === 0
    ? emptyReply(200)
    : jsonReply(200, { notices: notices.map((notice) => noticeSummary(base, notice)) });
};

const listInvitations = (world: World, request: ApiRequest, mailFile: MailFile): Reply => {
  const since = invitationSince(request.query, 'since', world.now() - DAY);
  const received = invitationSince(request.query, 'receivedsince', -Infinity);
  const uid = request.query.get('id');
  const lastStart = (notice: Notice): number =>
    Math.max(
      mailFile.instant(notice.fields.start),
      ...(notice.series?.occurrences ?? []).map((one) => mailFile.instant(one.start)),
    );
  return noticeList(
    request,
    mailFile.state.notices.filter(
      (notice) =>
        notice.noticeType === 'I' &&
        !notice.processed &&
        (uid === null || notice.uid === uid) &&
        lastStart(notice) >= since &&
        notice.modified >= received,
    ),
  );
};

const only = (request: ApiRequest, ...methods: string[]): void => {
  if (!methods.includes(request.method)) throw frameworkRefusal(405);
};

/** Everything under `/{mail file}/api/calendar`. */
export const calendarService = (world: World, request: ApiRequest, mailFile: MailFile): Reply => {
  const [resource, id, ...rest] = request.segments;
  if (resource === undefined) throw new Refusal(404, 'Database context not allowed.');
  if (rest.length > 2) throw frameworkRefusal(404);
  if (resource === 'events') {
    if (id === undefined) {
      only(request, 'GET', 'POST');
      if (request.method === 'POST') return createEvent(world, request, mailFile);
      if (request.query.get('format')?.toLowerCase() === 'icalendar') throw frameworkRefusal(406);
      return listEvents(world, request, mailFile);
    }
    const [first, second] = rest;
    if (first === undefined) return eventResource(world, request, mailFile, id, null);
    if (second === 'action') return actOnEvent(world, request, mailFile, id, first);
    if (second !== undefined) throw frameworkRefusal(404);
    if (first === 'action') return actOnEvent(world, request, mailFile, id, null);
    if (first === 'instances') {
      only(request, 'GET');
      return listInstances(world, request, mailFile, id);
    }
    if (first === 'notices') {
      only(request, 'GET');
      return noticeList(
        request,
        mailFile.state.notices.filter((notice) => notice.uid === id),
      );
    }
    return eventResource(world, request, mailFile, id, first);
  }
  if (resource === 'invitations' && id === undefined) {
    only(request, 'GET');
    return listInvitations(world, request, mailFile);
  }
  if (resource === 'notices' && id !== undefined) {
    const notice = mailFile.notice(id);
    if (notice === undefined) throw notFound('Error reading notice');
    if (rest.length === 0) {
      only(request, 'GET');
      return jsonReply(200, readNotice(world, mailFile, `${request.base}/notices`, notice));
    }
    if (rest.length === 1 && rest[0] === 'action') return actOnNotice(world, request, mailFile, notice);
  }
  throw frameworkRefusal(404);
};

/** GET /api/calendar[?owner=]: from a person to the path of his calendar. */
export const calendarDiscovery = (world: World, request: ApiRequest): Reply => {
  if (request.segments.length > 0) throw new Refusal(404, 'No database context.');
  only(request, 'GET');
  const owner = request.query.get('owner');
  const user = world.directory.find(owner ?? request.identity.name);
  if (user === undefined) throw new Refusal(owner === null ? 500 : 400, 'Name not found.');
  const path = user.mailFile.replaceAll('\\', '/').toLowerCase();
  const name = abbreviated(user.notesName);
  return jsonReply(200, {
    calendars: [
      {
        owner: {
          displayName: user.displayName,
          distinguishedName: name,
          homeServer: world.homeServer,
          email: user.email,
        },
        links: ['events', 'invitations'].map((rel) => ({ rel, href: `/${path}/api/calendar/${rel}` })),
      },
    ],
  });
};
