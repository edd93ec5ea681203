/**
 * What both sides hold that is linked to nothing, as far as lists show it: the candidates for adoption. The lists of Domino
 * go as far as the appointments do, so that a twin of the year after next is found as well.
 */
import type { KnownLink, UnlinkedAppointment } from '../crm/contract.ts';
import type { PullResult } from '../domino/port.ts';
import { whenFromCrm } from '../item/crm-time.ts';
import { keyText, type DominoSummary } from '../item/domino-entry.ts';
import { placementOf } from '../item/placement.ts';
import type { When } from '../item/sync-item.ts';
import { addMinutes } from '../item/time-zone.ts';
import { listedKey, subjectKey } from '../item/twin.ts';
import { startInstant } from '../item/when.ts';
import type { MailboxContext } from './context.ts';
import { knownEntry, listMailbox } from './inbound.ts';
import { linkKey } from './link.ts';
import { isMadeAnew } from './outbound-plan.ts';
import { mailboxWindow } from './window.ts';

const DAY_MINUTES = 1440;
/** Windows with less than this between them are listed as one. */
const GAP_DAYS = 31;

export interface Found {
  summary: DominoSummary;
  /** Parked, or linked in another mail file. */
  known: KnownLink | null;
}

export interface Lists {
  known: readonly KnownLink[];
  /** Of the mailbox's window, for the pull that goes on with it. */
  pull: PullResult;
  entries: Found[];
  /** Not too old, not kept apart on purpose. */
  appointments: UnlinkedAppointment[];
  /** Their link is lost, and it was a tombstone. */
  tombstones: UnlinkedAppointment[];
  /** Parked as twins, and no longer here: their deliveries have to end. */
  gone: UnlinkedAppointment[];
  /** Every appointment of the window that is linked to nothing. */
  unlinked: ReadonlyMap<number, UnlinkedAppointment>;
}

/** Reads nothing one by one and writes nothing. */
export async function listUnlinked(context: MailboxContext): Promise<Lists> {
  const { crm, mailbox } = context;
  const known = await crm.listKnown(mailbox.crm_user_id);
  const all = await crm.listUnlinked(mailbox.crm_user_id);
  const unlinked = all.filter((one) => one.role !== null);
  const free = unlinked.filter(
    (one) => (one.unlinked_reason === null || isMadeAnew(one.unlinked_reason)) && one.delivery !== 'own',
  );
  const appointments = free.filter((one) => one.lost_tombstone === null && !isPast(context, one));

  const byKey = new Map(known.map((link) => [keyText(linkKey(link)), link]));
  const pull = await listMailbox(
    context,
    known.flatMap((link) => toList(context, link)),
  );
  const listed = [...pull.changed, ...(await listFar(context, appointments))];
  const entries = new Map<string, Found>();
  for (const summary of listed) {
    const link = byKey.get(keyText(summary.key)) ?? null;
    if (isCandidate(link) && !isNotice(summary)) entries.set(keyText(summary.key), { summary, known: link });
  }
  return {
    known,
    pull,
    entries: [...entries.values()],
    appointments,
    tombstones: free.filter((one) => one.lost_tombstone !== null),
    gone: all.filter((one) => one.role === null),
    unlinked: new Map(unlinked.map((one) => [one.appointment_id, one])),
  };
}

/** A first comparison looks at everything that is not linked; a later one at twins that nobody could tell apart. */
function toList(context: MailboxContext, link: KnownLink) {
  if (isCandidate(link) && !context.mailbox.first_sync_done) return [];
  const entry = knownEntry(link);
  return [isAmbiguous(link) ? { ...entry, digest: null } : entry];
}

/** Retry is due only when an administrator wants it to be an item of its own. */
const isAmbiguous = (link: KnownLink): boolean => link.reason_code === 'twin_ambiguous' && !link.retry_due;

/** Linked in another mail file, parked, or new. */
const isCandidate = (link: KnownLink | null): boolean =>
  link === null ||
  (link.state === 'parked' && !(link.reason_code === 'twin_ambiguous' && link.retry_due)) ||
  (link.state === 'unlinked' && link.reason_code === 'mail_file_changed');

/** Invitations and cancellations are no entries yet. */
const isNotice = ({ noticeType }: DominoSummary): boolean =>
  noticeType !== null && ['I', 'L', 'U', 'C'].includes(noticeType);

/** Whether nothing about the twins of this group has changed since they were parked. */
export const isStillAmbiguous = (
  context: MailboxContext,
  entries: readonly Found[],
  appointments: readonly UnlinkedAppointment[],
): boolean =>
  context.mailbox.first_sync_done &&
  entries.length !== appointments.length &&
  entries.every(
    ({ summary, known }) => known !== null && isAmbiguous(known) && known.domino_digest === summary.digest,
  ) &&
  appointments.every((one) => one.delivery === 'parked' && one.delivery_reason === 'twin_ambiguous');

/** Null when it has no usable times: then it has no twin, and the delivery says what is wrong with it. */
function whenOf(context: MailboxContext, appointment: UnlinkedAppointment): When | null {
  try {
    const times = whenFromCrm(appointment, context.settings.crm_time_zone);
    return 'fault' in times ? null : times.when;
  } catch (error) {
    // A year that no calendar has.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function isPast(context: MailboxContext, appointment: UnlinkedAppointment): boolean {
  const when = whenOf(context, appointment);
  if (when === null) return false;
  return placementOf(when, mailboxWindow(context), context.settings.crm_time_zone) === 'too_old';
}

/** As a list of Domino would show it; null when it has no usable times. */
export function listedAs(
  context: MailboxContext,
  appointment: UnlinkedAppointment,
): { event: string; todo: string } | null {
  const when = whenOf(context, appointment);
  if (when === null) return null;
  const subject = appointment.subject ?? '';
  return { event: listedKey(subject, when.start), todo: subjectKey(subject) };
}

/** Entries around the appointments that begin outside the window. To Dos know no window. */
async function listFar(
  context: MailboxContext,
  appointments: readonly UnlinkedAppointment[],
): Promise<DominoSummary[]> {
  const window = mailboxWindow(context);
  const starts = appointments.flatMap((one) => {
    const when = whenOf(context, one);
    return when === null ? [] : [startInstant(when, context.settings.crm_time_zone)];
  });
  const far: DominoSummary[] = [];
  for (const around of windowsAround(starts.filter((at) => at < window.from || at >= window.to))) {
    const pull = await context.mailFile.pull(
      { cursor: null, window: around, known: [], todos: false },
      { signal: context.calls },
    );
    far.push(...pull.changed);
  }
  return far;
}

/** A day before and after each instant, neighbours joined. */
export function windowsAround(instants: readonly string[]): { from: string; to: string }[] {
  const windows: { from: string; to: string }[] = [];
  for (const at of [...instants].sort()) {
    const [from, to] = [addMinutes(at, -DAY_MINUTES), addMinutes(at, DAY_MINUTES)];
    const last = windows.at(-1);
    if (last && from <= addMinutes(last.to, GAP_DAYS * DAY_MINUTES)) last.to = to;
    else windows.push({ from, to });
  }
  return windows;
}
