/** Shared by the tests of single events: what is sent, and how Domino answers it. */
import { type Attendee } from '../../../src/item/sync-item.ts';
import { tokenOf } from '../../../src/domino/das/event-decode.ts';
import { eventKey, silent } from './harness.ts';
import { type ScriptedAnswer, type ScriptedRequest } from './scripted-server.ts';
import { SINGLE, SINGLE_UID } from './vectors.ts';

export type Wire = Record<string, unknown>;
export const key = eventKey(SINGLE_UID);
export const token = tokenOf(SINGLE.events[0]!);
export const single = SINGLE.events[0]!;
export const once = { ...silent, since: null };

/** What Domino answers to a write: the event as sent, with what it adds. */
export const echoed = ({ json }: ScriptedRequest, changes: Wire = {}): ScriptedAnswer => {
  const [event] = json['events'] as [Wire];
  return {
    status: 201,
    body: { ...json, events: [{ sequence: 0, 'last-modified': '20180101T000000Z', ...event, ...changes }] },
  };
};
export const sent = ({ json }: ScriptedRequest): Wire => (json['events'] as [Wire])[0];
export const attendee = (email: string, changes: Partial<Attendee> = {}): Attendee => ({
  email,
  name: '',
  role: 'required',
  response: 'none',
  external: null,
  ...changes,
});
