/**
 * The control port: what the sandbox does as a Notes user or as the administrator of the stand-in. JSON in, JSON out, apart
 * from the Domino port so that no fault, login or counter touches it. Bound to the loopback address, without a password.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Fault } from './faults.ts';
import { readBody } from './http-server.ts';
import { setKnobs } from './knobs.ts';
import { notesUser, type NotesUser } from './notes-user.ts';
import * as input from './notes-user-input.ts';
import type { World } from './world.ts';

const VERBS: Record<string, (user: NotesUser, body: unknown) => unknown> = {
  createAppointment: (user, body) => ({ uid: user.createAppointment(input.appointmentInput.parse(body)) }),
  createMeeting: (user, body) => ({ uid: user.createMeeting(input.meetingInput.parse(body)) }),
  createSeries: (user, body) => ({ uid: user.createSeries(input.seriesInput.parse(body)) }),
  createAllDaySeries: (user, body) => ({
    uid: user.createAllDaySeries(input.allDaySeriesInput.parse(body)),
  }),
  changeSeries: (user, body) => user.changeSeries(input.changeSeriesInput.parse(body)),
  changeFollowing: (user, body) => user.changeFollowing(input.changeFollowingInput.parse(body)),
  createAllDay: (user, body) => ({ uid: user.createAllDay(input.allDayInput.parse(body)) }),
  createReminder: (user, body) => ({ uid: user.createReminder(input.reminderInput.parse(body)) }),
  createAnniversary: (user, body) => ({ uid: user.createAnniversary(input.anniversaryInput.parse(body)) }),
  createTodo: (user, body) => ({ unid: user.createTodo(input.newTodoInput.parse(body)) }),
  edit: (user, body) => user.edit(input.editInput.parse(body)),
  move: (user, body) => user.move(input.moveInput.parse(body)),
  moveDay: (user, body) => user.moveDay(input.moveDayInput.parse(body)),
  moveInstance: (user, body) => user.moveInstance(input.moveInstanceInput.parse(body)),
  delete: (user, body) => user.delete(input.deleteInput.parse(body)),
  deleteInstance: (user, body) => user.deleteInstance(input.deleteInstanceInput.parse(body)),
  accept: (user, body) => user.accept(input.answerInput.parse(body)),
  tentative: (user, body) => user.tentative(input.answerInput.parse(body)),
  decline: (user, body) => user.decline(input.answerInput.parse(body)),
  process: (user, body) => user.process(z.strictObject({ uid: z.string() }).parse(body)),
  counter: (user, body) => user.counter(input.counterInput.parse(body)),
  acceptCounter: (user, body) => user.acceptCounter(z.strictObject({ uid: z.string() }).parse(body)),
  declineCounter: (user, body) => user.declineCounter(z.strictObject({ uid: z.string() }).parse(body)),
  setPrivate: (user, body) => user.setPrivate(input.privateInput.parse(body)),
  editTodo: (user, body) => user.editTodo(input.editTodoInput.parse(body)),
  completeTodo: (user, body) => user.completeTodo(input.todoKeyInput.parse(body)),
  reopenTodo: (user, body) => user.reopenTodo(input.todoKeyInput.parse(body)),
  deleteTodo: (user, body) => user.deleteTodo(input.todoKeyInput.parse(body)),
};

const kinds = z.enum([
  'list',
  'read',
  'create',
  'update',
  'delete',
  'action',
  'instances',
  'notices',
  'since',
  'discovery',
  'login',
  'other',
  'write',
]);
const aim = {
  on: z.array(kinds).optional(),
  service: z.enum(['calendar', 'data', 'site']).optional(),
  mailFile: z.string().optional(),
  times: z.union([z.number().int().positive(), z.literal('always')]).optional(),
  after: z.number().int().nonnegative().optional(),
};
const plainEffects = [
  'notices failed',
  'drop before',
  'drop after',
  'truncate',
  'empty',
  'login page',
  'expire session',
  'wrong password',
  'silent save conflict',
  'duplicate entry',
] as const;
const faultInput = z.discriminatedUnion('effect', [
  z.strictObject({ effect: z.literal('unavailable'), retryAfterSeconds: z.number().optional(), ...aim }),
  z.strictObject({
    effect: z.literal('error'),
    status: z.number().int().min(400).max(599),
    cserror: z.number().int().optional(),
    message: z.string().optional(),
    ...aim,
  }),
  z.strictObject({ effect: z.literal('slow'), ms: z.number().int().nonnegative(), ...aim }),
  z.strictObject({ effect: z.enum(plainEffects), ...aim }),
]);

class NotThere extends Error {}

const get = (world: World, parts: readonly string[]): unknown => {
  const [what, email, which] = parts;
  if (what === 'users' && email === undefined)
    return world.directory.users.map(({ notesName, displayName, email: address, mailFile }) => ({
      notesName,
      displayName,
      email: address,
      mailFile,
    }));
  if (what === 'users' && email !== undefined) {
    const user = notesUser(world, email);
    if (which === 'calendar') return user.calendar();
    if (which === 'todos') return user.todos();
  }
  if (what === 'mail-files') {
    return [...world.mailFiles()].map(({ state }) => ({
      path: state.path,
      owner: state.ownerEmail,
      entries: state.entries.length,
      documents: state.documents.length,
      notices: state.notices.filter((notice) => !notice.processed).length,
    }));
  }
  if (what === 'outbox') return world.outbox;
  if (what === 'knobs') return world.knobs;
  if (what === 'requests') return { count: world.log.count(), latest: world.log.entries.slice(-200) };
  throw new NotThere();
};

const post = (world: World, parts: readonly string[], body: unknown): unknown => {
  const [what, email, verb] = parts;
  if (what === 'users' && email !== undefined && verb !== undefined) {
    const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (run === undefined) throw new NotThere();
    return run(notesUser(world, email), body) ?? { done: true };
  }
  if (what === 'knobs') {
    setKnobs(world.knobs, z.record(z.string(), z.unknown()).parse(body));
    return world.knobs;
  }
  if (what === 'faults') {
    // zod writes absent members as `undefined`, which the type tells apart from absent.
    world.faults.add(JSON.parse(JSON.stringify(faultInput.parse(body))) as Fault);
    return { done: true };
  }
  throw new NotThere();
};

const remove = (world: World, parts: readonly string[]): unknown => {
  if (parts[0] === 'faults') world.faults.clear();
  else if (parts[0] === 'outbox') world.outbox.splice(0);
  else if (parts[0] === 'requests') world.log.reset();
  else throw new NotThere();
  return { done: true };
};

const send = (response: ServerResponse, status: number, value: unknown): void => {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
};

const handle = async (world: World, message: IncomingMessage, response: ServerResponse): Promise<void> => {
  // A page in the user's browser must not reach this port: not by a foreign host name, not without a preflight.
  const host = (message.headers.host ?? '').replace(/:\d+$/, '');
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(host))
    return send(response, 403, { error: 'local use only' });
  const path = (message.url ?? '').split('?')[0] ?? '';
  const [root, ...parts] = path.split('/').slice(1).map(decodeURIComponent);
  if (root !== 'control') return send(response, 404, { error: 'not there' });
  if (message.method === 'GET') return send(response, 200, get(world, parts));
  if (message.method === 'DELETE') return send(response, 200, remove(world, parts));
  if (message.method !== 'POST') return send(response, 405, { error: 'GET, POST or DELETE' });
  if (!/^application\/json\b/.test(message.headers['content-type'] ?? '')) {
    return send(response, 415, { error: 'application/json only' });
  }
  const body: unknown = JSON.parse((await readBody(message)) || '{}');
  send(response, 200, post(world, parts, body));
};

export const createControl = (world: World): Server =>
  createServer((message, response) => {
    handle(world, message, response).catch((error: unknown) => {
      if (error instanceof NotThere) return send(response, 404, { error: 'not there' });
      if (error instanceof z.ZodError) return send(response, 400, { error: z.prettifyError(error) });
      if (error instanceof RangeError || error instanceof SyntaxError || error instanceof URIError) {
        return send(response, 400, { error: error.message });
      }
      console.error('domino stand-in control:', error);
      send(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
