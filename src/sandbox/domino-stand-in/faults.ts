/** Faults on demand: what goes wrong, for which requests, how often. */

/** What a request does. `list`, `read`, `create`, `update`, `delete` and `action` are told apart by `service`. */
export type RequestKind =
  | 'list'
  | 'read'
  | 'create'
  | 'update'
  | 'delete'
  | 'action'
  | 'instances'
  | 'notices'
  | 'since'
  | 'discovery'
  | 'login'
  | 'other';

export type Service = 'calendar' | 'data' | 'site';

export type FaultEffect =
  /** 500/1026 although the write was done. */
  | { effect: 'notices failed' }
  | { effect: 'unavailable'; retryAfterSeconds?: number }
  | { effect: 'error'; status: number; cserror?: number; message?: string }
  | { effect: 'slow'; ms: number }
  /** The connection ends before anything was done, or after it was done and before the answer. */
  | { effect: 'drop before' }
  | { effect: 'drop after' }
  /** The answer claims its whole length as chunks but the JSON stops half-way. */
  | { effect: 'truncate' }
  /** Carried out, and answered with the status it has and no body at all. */
  | { effect: 'empty' }
  /** 200 and the login form, session or not. */
  | { effect: 'login page' }
  /** The session behind the request is forgotten before it is answered. */
  | { effect: 'expire session' }
  /** The right password is refused. */
  | { effect: 'wrong password' }
  /** Data service: 200, nothing written. */
  | { effect: 'silent save conflict' }
  /** The first listed entry is listed twice. */
  | { effect: 'duplicate entry' };

export type Fault = FaultEffect & {
  /** Kinds concerned; `write` = create, update, delete and action; absent = any. */
  on?: readonly (RequestKind | 'write')[];
  service?: Service;
  /** Path such as `mail/jdoe.nsf`, any case. */
  mailFile?: string;
  /** How often it strikes; default once. */
  times?: number | 'always';
  /** Matching requests let through first. */
  after?: number;
};

export interface FaultHandle {
  /** How often it has struck. */
  readonly hits: number;
  remove(): void;
}

export interface RequestFacts {
  kind: RequestKind;
  service: Service;
  mailFile: string | null;
}

export interface Faults {
  add(fault: Fault): FaultHandle;
  clear(): void;
  /** The faults that strike this request; each counts as one hit. */
  strike(request: RequestFacts): FaultEffect[];
}

const WRITES: readonly RequestKind[] = ['create', 'update', 'delete', 'action'];

const concerns = (fault: Fault, request: RequestFacts): boolean =>
  (fault.on === undefined ||
    fault.on.includes(request.kind) ||
    (fault.on.includes('write') && WRITES.includes(request.kind))) &&
  (fault.service === undefined || fault.service === request.service) &&
  (fault.mailFile === undefined || fault.mailFile.toLowerCase() === request.mailFile?.toLowerCase());

interface Armed {
  fault: Fault;
  skip: number;
  left: number;
  hits: number;
}

export const createFaults = (): Faults => {
  let armed: Armed[] = [];
  return {
    add: (fault) => {
      const one: Armed = {
        fault,
        skip: fault.after ?? 0,
        left: fault.times === 'always' ? Infinity : (fault.times ?? 1),
        hits: 0,
      };
      armed.push(one);
      return {
        get hits() {
          return one.hits;
        },
        remove: () => {
          armed = armed.filter((other) => other !== one);
        },
      };
    },
    clear: () => {
      armed = [];
    },
    strike: (request) => {
      const effects: FaultEffect[] = [];
      for (const one of armed) {
        if (!concerns(one.fault, request)) continue;
        if (one.skip > 0) {
          one.skip -= 1;
          continue;
        }
        one.hits += 1;
        one.left -= 1;
        effects.push(one.fault);
      }
      armed = armed.filter((one) => one.left > 0);
      return effects;
    },
  };
};
