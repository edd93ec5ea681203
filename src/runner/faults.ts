/**
 * The fault policy: transient or permanent, and whom it concerns — the item, its mailbox, or the whole Domino server.
 *
 * | scope | transient | permanent |
 * |---|---|---|
 * | item | back off with jitter, parked after `max_attempts` | parked at once with its reason |
 * | mailbox | the mailbox pauses, its neighbours go on | paused too, looked at again every `PERMANENT_PAUSE_SECONDS` |
 * | server | asked once more; if it really is silent, every mailbox waits and the server alone is asked (`server-gate.ts`) | the same, without asking: a repeated wrong password locks accounts |
 */
import { CrmError } from '../crm/contract.ts';
import { DominoError, type FaultScope } from '../domino/port.ts';
import { errorText } from '../errors.ts';
import type { ReasonCode } from '../item/reason-code.ts';
import { oneLine } from '../item/text.ts';

export interface Fault {
  code: ReasonCode;
  scope: FaultScope | 'crm';
  transient: boolean;
  text: string;
  retryAfterSeconds: number | null;
}

/** A fault of one item that neither side threw. */
export class ItemFault extends Error {
  override readonly name = 'ItemFault';
  constructor(
    readonly code: ReasonCode,
    message: string,
    readonly transient: boolean,
  ) {
    super(message);
  }
}

/** A fault that an administrator has to mend is looked at again at this pace, so that mending it is enough. */
export const PERMANENT_PAUSE_SECONDS = 300;
const LONGEST_DELAY_SECONDS = 3600;

/** `text` is stored: a server's own words are brought to what a database holds. */
export function faultOf(error: unknown): Fault {
  const fault = classified(error);
  return { ...fault, text: oneLine(fault.text) };
}

function classified(error: unknown): Fault {
  if (error instanceof ItemFault) {
    const { code, transient } = error;
    return {
      code,
      scope: 'item',
      transient,
      text: errorText(error),
      retryAfterSeconds: transient ? 1 : null,
    };
  }
  if (error instanceof DominoError) {
    const { scope, transient, retryAfterSeconds } = error.details;
    return {
      code: error.code,
      scope,
      transient,
      text: errorText(error),
      retryAfterSeconds: retryAfterSeconds ?? null,
    };
  }
  if (error instanceof CrmError) {
    const refused = error.code === 'crm_refused';
    return {
      code: refused ? 'crm_refused' : error.code === 'crm_busy' ? 'crm_busy' : 'internal',
      scope: refused || error.code === 'crm_busy' ? 'item' : 'crm',
      transient: error.details.transient,
      text: errorText(error),
      retryAfterSeconds: null,
    };
  }
  return {
    code: 'internal',
    scope: 'item',
    transient: false,
    text: errorText(error),
    retryAfterSeconds: null,
  };
}

/**
 * Seconds until attempt `attempt` + 1: doubling from 5 s to an hour, half of it jitter, never less than the server asked
 * for. `random` in [0, 1).
 */
export function retryDelaySeconds(
  attempt: number,
  random: () => number,
  retryAfterSeconds: number | null,
): number {
  const full = Math.min(LONGEST_DELAY_SECONDS, 5 * 2 ** Math.min(attempt, 12));
  const jittered = full / 2 + (random() * full) / 2;
  return Math.ceil(Math.max(jittered, retryAfterSeconds ?? 0));
}
