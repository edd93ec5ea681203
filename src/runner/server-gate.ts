/**
 * One Domino server, one pause: a fault of the whole server is told once, and no mailbox is tried before it is over.
 *
 * A request that is not answered may be the server's fault or that of the one item asked for, so the server is asked for
 * something else before its gate closes: an item that always fails must not stop everybody. A refused login needs no
 * such proof, and repeating it could lock the account.
 */
import type { CrmDatabase } from '../crm/contract.ts';
import type { DominoServer } from '../domino/port.ts';
import type { Log } from '../log.ts';
import { PERMANENT_PAUSE_SECONDS, faultOf, retryDelaySeconds, type Fault } from './faults.ts';

const LONGEST_PAUSE_SECONDS = 300;
const PATIENCE_MS = 30_000;

export interface ServerGate {
  /** The fault that keeps the gate closed, with the seconds left; null when mailboxes may be worked on. */
  closed(): { fault: Fault; seconds: number } | null;
  /** Whether mailboxes may be worked on now: asks the server once when a pause is over. */
  open(): Promise<boolean>;
  /**
   * A fault as it really is: one of the server closes the gate and stays; if the server answers after all, it concerns
   * only what was asked for.
   */
  judge(fault: Fault): Promise<Fault>;
}

/**
 * A fault met at one item. The first one that the server, asked again, has nothing to do with is the item's: it is tried
 * later and its neighbours go on. The second one in a cycle stops the mailbox, for each costs a whole time-out.
 */
export async function judgeItem(
  context: { gate: ServerGate; unanswered: { items: number } },
  error: unknown,
): Promise<Fault> {
  const met = faultOf(error);
  const fault = await context.gate.judge(met);
  if (met.scope !== 'server' || fault.scope !== 'item') return fault;
  context.unanswered.items += 1;
  return context.unanswered.items === 1 ? fault : { ...fault, scope: 'mailbox' };
}

export interface GateOptions {
  domino: Pick<DominoServer, 'url' | 'info'>;
  crm: Pick<CrmDatabase, 'reportServer'>;
  log: Log;
  /** Milliseconds that only go forward. */
  clock?: () => number;
  random?: () => number;
}

export function createServerGate(options: GateOptions): ServerGate {
  const { domino, crm, log, clock = () => performance.now(), random = Math.random } = options;
  let pause: { fault: Fault; until: number; faults: number } | null = null;
  // Several mailboxes meet the same silence at once: one question answers for all.
  let asking: Promise<Fault | null> | null = null;

  /** Null when the server answers, whatever it says of its services. */
  const ask = (): Promise<Fault | null> => {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    asking ??= domino
      .info({ signal: patience })
      .then(
        () => null,
        (error: unknown) => {
          const fault = faultOf(error);
          if (patience.aborted) return { ...fault, scope: 'server' as const };
          return fault.scope === 'server' ? fault : null;
        },
      )
      .finally(() => (asking = null));
    return asking;
  };

  const close = async (fault: Fault): Promise<void> => {
    const first = pause === null;
    // Those that were asked together close it together: counted once.
    if (pause !== null && clock() < pause.until) return;
    const faults = (pause?.faults ?? 0) + 1;
    const seconds = fault.transient
      ? Math.min(LONGEST_PAUSE_SECONDS, retryDelaySeconds(faults - 1, random, fault.retryAfterSeconds))
      : PERMANENT_PAUSE_SECONDS;
    pause = { fault, until: clock() + seconds * 1000, faults };
    const level = first ? 'error' : 'debug';
    log[level]({ reason: fault.code, server: domino.url, seconds }, `Domino is paused: ${fault.text}`);
    await crm.reportServer({ reason_code: fault.code, detail: fault.text, seconds });
  };

  return {
    closed: () =>
      pause === null
        ? null
        : { fault: pause.fault, seconds: Math.max(0, Math.ceil((pause.until - clock()) / 1000)) },
    async open() {
      if (pause === null) return true;
      if (clock() < pause.until) return false;
      const fault = await ask();
      if (fault !== null) {
        await close(fault);
        return false;
      }
      pause = null;
      log.info({ server: domino.url }, 'Domino answers again');
      await crm.reportServer(null);
      return true;
    },
    async judge(fault) {
      if (fault.scope !== 'server') return fault;
      if (fault.transient && pause === null) {
        const confirmed = await ask();
        if (confirmed === null) return { ...fault, scope: 'item' };
      }
      await close(fault);
      return fault;
    },
  };
}
