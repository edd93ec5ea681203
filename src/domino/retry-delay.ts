/** How long to wait before a safe request is repeated. Pure: the caller brings the random source. */

/** Requests sent at most, the first one included. The runner has its own, longer patience. */
export const MAX_ATTEMPTS = 3;
const FIRST_DELAY_MS = 200;
/** A longer Retry-After is not waited for here: it is passed on, so that the runner pauses the server instead. */
const LONGEST_WAIT_MS = 5_000;

export interface RetryQuestion {
  /** Attempts made so far, 1 or more. */
  attempts: number;
  /** From the Retry-After header; null when the server did not say. */
  retryAfterSeconds: number | null;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** Milliseconds to wait, or null when it is time to give up. Half of the delay is fixed, half random. */
export function retryDelay({ attempts, retryAfterSeconds, random }: RetryQuestion): number | null {
  if (attempts >= MAX_ATTEMPTS) return null;
  const backoff = FIRST_DELAY_MS * 2 ** (attempts - 1);
  const jittered = Math.round(backoff / 2 + (backoff / 2) * random());
  if (retryAfterSeconds === null) return jittered;
  const asked = retryAfterSeconds * 1000;
  // Asked to wait means at least that long; jitter goes on top so that a crowd does not come back as one.
  return asked > LONGEST_WAIT_MS ? null : asked + jittered;
}

/** Seconds of a Retry-After header (a number or an HTTP date), never negative; null when absent or unreadable. */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header.trim());
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}
