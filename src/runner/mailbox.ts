/**
 * One mailbox, worked on by this runner alone while it holds the lease: first what the CRM changed, then what Domino
 * changed. A fault of the mailbox pauses just this mailbox; a fault of the database ends the cycle.
 */
import { setMaxListeners } from 'node:events';
import type { LeasedMailbox, MailboxReport } from '../crm/contract.ts';
import { CrmError } from '../crm/contract.ts';
import type { CycleContext, MailboxContext } from './context.ts';
import { PERMANENT_PAUSE_SECONDS, faultOf, retryDelaySeconds, type Fault } from './faults.ts';
import { pullFromDomino } from './inbound.ts';
import { compareSides } from './adoption.ts';
import { settleTwins } from './inbound-parked.ts';
import { withCrmAddresses } from './notes-addresses.ts';
import { deliverToDomino } from './outbound.ts';
import { finishReconcile, reconcileCrmSide } from './reconcile.ts';

/** Answers the report the mailbox was released with; null when its lease was lost. Throws CrmError. */
export async function workMailbox(
  cycle: CycleContext,
  mailbox: LeasedMailbox,
): Promise<MailboxReport | null> {
  const log = cycle.log.child({ mailbox: mailbox.mail_file, crmUserId: mailbox.crm_user_id });
  const lease = keepLease(cycle, mailbox);
  const context: MailboxContext = {
    ...cycle,
    log,
    stopping: AbortSignal.any([cycle.stopping, lease.lost]),
    calls: lease.lost,
    unanswered: { items: 0 },
    older: { waiting: 0, over: 0 },
    heldBack: new Map(),
    reconciling: false,
    mailbox,
    mailFile: withCrmAddresses(
      cycle.domino.mailFile(mailbox.mail_file, { email: mailbox.email, cursor: mailbox.cursor }),
      cycle.addresses,
    ),
  };
  try {
    const report = await workThrough(context);
    await cycle.crm.releaseMailbox(mailbox.crm_user_id, report);
    return report;
  } catch (error) {
    if (error instanceof CrmError && error.code === 'crm_lease_lost') {
      log.warn('the lease of the mailbox was lost; another runner goes on with it');
      return null;
    }
    await releaseAfter(cycle, mailbox, error);
    throw error;
  } finally {
    lease.end();
  }
}

/** A fault of the database may be over already: without this the mailbox would wait for its lease to run out. */
async function releaseAfter(cycle: CycleContext, mailbox: LeasedMailbox, error: unknown): Promise<void> {
  const { crm, settings, log } = cycle;
  const report = { health: 'ok', reason_code: null, detail: null, polled: false } as const;
  try {
    await crm.releaseMailbox(mailbox.crm_user_id, {
      ...report,
      next_poll_seconds: settings.poll_seconds,
      ...paused(faultOf(error), mailbox, cycle.random),
    });
  } catch (again) {
    // What has to be told is the first fault; the lease runs out by itself.
    log.debug({ err: again }, 'the mailbox could not be given back');
  }
}

/** Everything but the lease: what a preview goes through too. */
export async function workThrough(context: MailboxContext): Promise<MailboxReport> {
  const { mailbox, settings, log } = context;
  const report: MailboxReport = {
    health: 'ok',
    reason_code: null,
    detail: null,
    polled: false,
    next_poll_seconds: settings.poll_seconds,
  };
  try {
    const first = mailbox.enabled && !mailbox.first_sync_done;
    const compared =
      first || (mailbox.enabled && mailbox.twins_pending) ? await compareSides(context) : undefined;
    if (compared === null) return { ...report, next_poll_seconds: 0 };
    const done = first && compared ? { first_sync_done: true, links_seen: compared.links } : {};
    const working = { ...context, heldBack: compared?.heldBack ?? context.heldBack };
    const held = mailbox.due_deliveries > 0 || compared ? await deliverToDomino(working) : null;
    if (held) return heldWith(context, report, held);
    if (context.stopping.aborted) return { ...report, next_poll_seconds: 0 };
    // After a first comparison the next lease does it, so that what was compared is recorded before.
    const reconciling = !first && mailbox.poll_due && mailbox.enabled && Boolean(mailbox.reconcile_reason);
    if (reconciling) {
      const crmSide = await reconcileCrmSide({ ...working, reconciling });
      if (crmSide === 'cut short') return { ...report, next_poll_seconds: 0 };
      if (crmSide !== 'through') return heldWith(context, report, crmSide);
    }
    if ((mailbox.poll_due || compared) && mailbox.direction !== 'to_domino') {
      // Links that a comparison has listed already know nothing of the reconcile that has begun since.
      const pull = await pullFromDomino(
        { ...context, reconciling },
        reconciling ? undefined : compared?.listed,
      );
      if (pull.held) return { ...heldWith(context, report, pull.held), polled: true };
      if (context.stopping.aborted || pull.cursor === null) return { ...report, next_poll_seconds: 0 };
      if (reconciling) await finishReconcile(context);
      return {
        ...report,
        ...done,
        polled: true,
        cursor: pull.cursor,
        ...soonIf(first && mailbox.reconcile_reason),
      };
    }
    if (compared && mailbox.direction === 'to_domino') await settleTwins(context, compared.listed);
    if (reconciling) await finishReconcile(context);
    return mailbox.poll_due || compared ? { ...report, ...done, polled: true } : report;
  } catch (error) {
    if (context.stopping.aborted && !(error instanceof CrmError)) return { ...report, next_poll_seconds: 0 };
    const fault = await context.gate.judge(faultOf(error));
    if (fault.scope === 'crm') throw error;
    context.counts.paused += 1;
    const closed = fault.scope === 'server' ? context.gate.closed() : null;
    // The server's fault is told once, by the gate.
    log[closed ? 'debug' : 'warn']({ reason: fault.code, scope: fault.scope }, fault.text);
    return closed ? pausedWithServer(closed) : { ...report, ...paused(fault, mailbox, context.random) };
  }
}

const soonIf = (wanted: unknown): Partial<MailboxReport> => (wanted ? { next_poll_seconds: 0 } : {});

/** Nothing is deleted before an administrator has decided. */
function heldWith(
  context: MailboxContext,
  report: MailboxReport,
  alarm: Pick<MailboxReport, 'reason_code' | 'detail'>,
): MailboxReport {
  context.counts.paused += 1;
  return { ...report, ...alarm, health: 'held' };
}

/** As long as the server: the mailbox itself has done nothing wrong. */
export const pausedWithServer = ({ fault, seconds }: { fault: Fault; seconds: number }): MailboxReport => ({
  health: 'paused',
  reason_code: fault.code,
  detail: fault.text,
  polled: false,
  next_poll_seconds: seconds,
});

function paused(fault: Fault, mailbox: LeasedMailbox, random: () => number): Partial<MailboxReport> {
  const seconds = fault.transient
    ? retryDelaySeconds(mailbox.faults_in_a_row, random, fault.retryAfterSeconds)
    : PERMANENT_PAUSE_SECONDS;
  return { health: 'paused', reason_code: fault.code, detail: fault.text, next_poll_seconds: seconds };
}

/**
 * Renews the lease at a third of its life; `lost` fires when the database says it is no longer ours, or has not said
 * that it is for as long as it lasts.
 */
function keepLease(cycle: CycleContext, mailbox: LeasedMailbox): { lost: AbortSignal; end: () => void } {
  const lost = new AbortController();
  // Every request of the mailbox in flight listens; that is no leak.
  setMaxListeners(0, lost.signal);
  const seconds = cycle.settings.lease_seconds;
  let until = performance.now() + seconds * 1000;
  const timer = setInterval(
    () => {
      const asked = performance.now();
      if (asked >= until) lost.abort(new Error('mailbox lease ran out'));
      cycle.crm.renewMailbox(mailbox.crm_user_id, seconds).then(
        (held) => {
          if (held) until = asked + seconds * 1000;
          else lost.abort(new Error('mailbox lease lost'));
        },
        (error: unknown) => cycle.log.warn({ err: error }, 'the lease of a mailbox could not be renewed'),
      );
    },
    (seconds * 1000) / 3,
  );
  timer.unref();
  return { lost: lost.signal, end: () => clearInterval(timer) };
}
