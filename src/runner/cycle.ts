/**
 * One cycle: fold what the triggers logged, then work on every mailbox that has something to do — CRM → Domino first,
 * then Domino → CRM (S6). Parallel over mailboxes, serial within one. Many runners may do this at once: the leases in
 * the database keep them apart.
 */
import type { CrmDatabase, LeasedMailbox, MailboxReport } from '../crm/contract.ts';
import type { DominoServer } from '../domino/port.ts';
import { errorText } from '../errors.ts';
import type { Log } from '../log.ts';
import { flatCounts, newCounts, type Counts } from './counts.ts';
import { formerUsers } from './former-users.ts';
import { notesPeople } from './group-todos.ts';
import { notesAddresses } from './notes-addresses.ts';
import type { CycleContext } from './context.ts';
import { pausedWithServer, workMailbox } from './mailbox.ts';
import type { ServerGate } from './server-gate.ts';
import { typedSettings } from './settings.ts';

const FOLD_BATCH = 5000;

export interface CycleOptions {
  crm: CrmDatabase;
  domino: DominoServer;
  log: Log;
  /** Ends the cycle at the next safe point. */
  stopping: AbortSignal;
  /** Mailboxes worked on at a time. */
  parallel: number;
  kind: 'once' | 'run';
  /** Kept from cycle to cycle, so that a pause of the server lasts. */
  gate: ServerGate;
  now?: () => Date;
  random?: () => number;
}

export interface CycleResult {
  counts: Counts;
  /** True when the cycle found nothing to do at all; such a cycle leaves no `run` row. */
  idle: boolean;
}

export async function runCycle(options: CycleOptions): Promise<CycleResult> {
  const { crm, log, stopping } = options;
  const counts = newCounts();
  const folded = await foldAll(crm, stopping);
  counts.folded = folded.changes;

  const settings = typedSettings(await crm.readSettings());
  const answering = await options.gate.open();
  let mailboxes = answering ? await crm.leaseMailboxes(options.parallel, settings.lease_seconds) : [];
  if (mailboxes.length === 0 && folded.changes === 0) return { counts, idle: true };

  const users = await crm.listUsers();
  const context: CycleContext = {
    crm,
    domino: options.domino,
    settings,
    log,
    now: options.now ?? (() => new Date()),
    random: options.random ?? Math.random,
    gate: options.gate,
    stopping,
    counts,
    enabledEmails: new Set(
      users.filter((user) => user.enabled && user.email !== null).map((user) => user.email!.toLowerCase()),
    ),
    people: notesPeople(users),
    former: formerUsers(users),
    addresses: notesAddresses(users),
  };
  const runId = await crm.startRun(options.kind);
  let failure: string | null = null;
  try {
    // Each mailbox once a cycle: one that keeps having work must not starve the others.
    const seen = new Map<number, MailboxReport | null>();
    // What is leased is worked on even when the stop has come meanwhile: that ends at once and gives the leases back.
    while (mailboxes.length > 0) {
      await workInParallel(context, mailboxes, options.parallel, seen);
      if (stopping.aborted || options.gate.closed()) break;
      mailboxes = await crm.leaseMailboxes(options.parallel, settings.lease_seconds);
      const fresh = mailboxes.filter((mailbox) => !seen.has(mailbox.crm_user_id));
      if (fresh.length < mailboxes.length) {
        // Seen already and due again: leave it to the next cycle.
        await Promise.all(
          mailboxes.filter((m) => seen.has(m.crm_user_id)).map((m) => handBack(crm, m, seen)),
        );
        mailboxes = fresh;
      }
    }
  } catch (error) {
    failure = errorText(error);
    throw error;
  } finally {
    await crm.finishRun(runId, flatCounts(counts), failure);
  }
  return { counts, idle: false };
}

async function foldAll(crm: CrmDatabase, stopping: AbortSignal): Promise<{ changes: number }> {
  let changes = 0;
  for (;;) {
    const folded = await crm.foldChanges(FOLD_BATCH);
    changes += folded.changes;
    if (folded.changes < FOLD_BATCH || stopping.aborted) return { changes };
  }
}

async function workInParallel(
  context: CycleContext,
  mailboxes: readonly LeasedMailbox[],
  parallel: number,
  seen: Map<number, MailboxReport | null>,
): Promise<void> {
  const queue = [...mailboxes];
  const worker = async () => {
    for (let mailbox = queue.shift(); mailbox; mailbox = queue.shift()) {
      seen.set(mailbox.crm_user_id, null);
      const closed = context.gate.closed();
      if (closed) {
        await context.crm.releaseMailbox(mailbox.crm_user_id, pausedWithServer(closed));
        continue;
      }
      context.counts.mailboxes += 1;
      seen.set(mailbox.crm_user_id, await workMailbox(context, mailbox));
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(parallel, queue.length) }, worker));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Gives a lease back untouched: the health is what this cycle found, so that a pause does not start from its beginning. */
function handBack(
  crm: CrmDatabase,
  mailbox: LeasedMailbox,
  seen: ReadonlyMap<number, MailboxReport | null>,
): Promise<void> {
  const found = seen.get(mailbox.crm_user_id);
  return crm.releaseMailbox(mailbox.crm_user_id, {
    health: found?.health ?? 'ok',
    reason_code: found?.reason_code ?? null,
    detail: found?.detail ?? null,
    polled: false,
    next_poll_seconds: 0,
  });
}
