/**
 * What the next cycle would do: the cycle itself, on a database and mail files that are read and never written. Every
 * decision is the runner's own; only what carries it out is another.
 */
import type {
  CrmUser,
  LeasedDelivery,
  PreviewDatabase,
  PreviewMailbox,
  ReasonText,
} from '../../crm/contract.ts';
import type { DominoServer } from '../../domino/port.ts';
import type { Log } from '../../log.ts';
import { crmContext, type MailboxContext } from '../context.ts';
import { newCounts } from '../counts.ts';
import { formerUsers } from '../former-users.ts';
import { notesPeople, type NotesPeople } from '../group-todos.ts';
import { workThrough } from '../mailbox.ts';
import { notesAddresses, withCrmAddresses, type NotesAddresses } from '../notes-addresses.ts';
import { deliverToDomino } from '../outbound.ts';
import { createServerGate } from '../server-gate.ts';
import { typedSettings, type SyncSettings } from '../settings.ts';
import type { Preview, PreviewedMailbox } from './item.ts';
import { tellFromCrm } from './crm-alone.ts';
import { createRecorder } from './recorder.ts';
import { rehearseCrm, type PreviewReads } from './rehearsed-crm.ts';
import { rehearseDomino } from './rehearsed-domino.ts';
import { newState, type PreviewState } from './state.ts';

export interface PreviewOptions {
  crm: PreviewDatabase;
  domino: DominoServer;
  log: Log;
  now?: () => Date;
}

/** What every mailbox of a preview shares. */
export interface PreviewRun {
  options: PreviewOptions;
  settings: SyncSettings;
  reasons: readonly ReasonText[];
  state: PreviewState;
  enabledEmails: ReadonlySet<string>;
  people: NotesPeople;
  users: readonly CrmUser[];
  addresses: NotesAddresses;
  gate: ReturnType<typeof createServerGate>;
}

export async function openRun(options: PreviewOptions): Promise<PreviewRun> {
  const { crm, domino, log } = options;
  const settings = await crm.readSettings();
  const users = await crm.listUsers();
  return {
    options,
    settings: typedSettings(settings),
    reasons: await crm.previewReasons(),
    state: newState(settings.clock),
    enabledEmails: new Set(
      users.filter((user) => user.enabled && user.email !== null).map(({ email }) => email!.toLowerCase()),
    ),
    people: notesPeople(users),
    users,
    addresses: notesAddresses(users),
    // A fault is told in the preview, not in the database.
    gate: createServerGate({ domino, log, crm: { reportServer: () => Promise.resolve() } }),
  };
}

/** The next cycle: of all mailboxes, or of one user's. Throws CrmError, and UserError for settings that are wrong. */
export async function previewCycle(options: PreviewOptions, crmUserId: number | null): Promise<Preview> {
  const run = await openRun(options);
  const { crm } = options;
  const mailboxes = await crm.previewMailboxes();
  const due = await crm.previewDeliveries(crmUserId);
  for (const delivery of due) push(run.state, delivery);
  const previewed: PreviewedMailbox[] = [];
  for (const mailbox of mailboxes) {
    if (crmUserId !== null && mailbox.crm_user_id !== crmUserId) continue;
    const waiting = run.state.queue.get(mailbox.crm_user_id)?.length ?? 0;
    if (!mailbox.enabled && waiting === 0 && crmUserId === null) continue;
    previewed.push(await rehearseMailbox(run, { ...mailbox, due_deliveries: waiting }, crm));
  }
  return { clock: run.state.clock, enabling: null, mailboxes: previewed };
}

export function push(state: PreviewState, delivery: LeasedDelivery): void {
  const queue = state.queue.get(delivery.crm_user_id);
  if (queue) queue.push(delivery);
  else state.queue.set(delivery.crm_user_id, [delivery]);
}

/** Held mailboxes are left alone, as the runner leaves them. */
export async function rehearseMailbox(
  run: PreviewRun,
  previewed: PreviewMailbox,
  reads: PreviewReads,
): Promise<PreviewedMailbox> {
  const { options, state } = run;
  const recorder = createRecorder(state, run.reasons);
  const { gate } = run;
  const signal = new AbortController().signal;
  // A reconcile looks at every pair once more and is no part of what is due.
  const mailbox = { ...previewed, reconcile_reason: null };
  const crm = rehearseCrm({
    crm: reads,
    state,
    recorder,
    settings: run.settings,
    now: () => context.now(),
    contextOf: (role) => crmContext(context, role),
  });
  const context: MailboxContext = {
    crm,
    settings: run.settings,
    log: options.log,
    now: options.now ?? (() => new Date()),
    random: () => 0,
    gate,
    stopping: signal,
    calls: signal,
    counts: newCounts(),
    enabledEmails: run.enabledEmails,
    people: run.people,
    former: formerUsers(run.users),
    addresses: run.addresses,
    unanswered: { items: 0 },
    older: { waiting: 0, over: 0 },
    reconciling: false,
    heldBack: new Map(),
    mailbox,
    mailFile: withCrmAddresses(
      rehearseDomino(
        options.domino.mailFile(mailbox.mail_file, { email: mailbox.email, cursor: mailbox.cursor }),
        state,
      ),
      run.addresses,
    ),
  };
  let stop: PreviewedMailbox['stop'] = null;
  if (mailbox.health === 'held')
    stop = { reason_code: mailbox.health_reason ?? 'mass_disappearance', detail: mailbox.health_detail };
  else {
    const report = await workThrough(context);
    if (report.health !== 'ok') {
      stop = { reason_code: report.reason_code!, detail: report.detail };
      const left = crm.left(mailbox.crm_user_id);
      const rows = await crm.readAppointments(left.map((delivery) => delivery.appointment_id));
      // Held is a decision of its own: what waits for an administrator is told in full.
      tellFromCrm(context, recorder, left, rows);
    } else if ((state.queue.get(mailbox.crm_user_id)?.length ?? 0) > 0) {
      recorder.follows = true;
      await deliverToDomino(context);
    }
  }
  return {
    crm_user_id: mailbox.crm_user_id,
    email: mailbox.email,
    mail_file: mailbox.mail_file,
    direction: mailbox.direction,
    enabled: mailbox.enabled,
    health: mailbox.health,
    health_reason: mailbox.health_reason,
    health_detail: mailbox.health_detail,
    waiting: mailbox.waiting,
    first_sync: mailbox.enabled && !mailbox.first_sync_done,
    parked_before: mailbox.parked,
    items: recorder.items,
    unchanged: recorder.unchanged,
    stop,
  };
}
