/** `why ID`: everything known of one appointment (by id) or Domino entry (by uid), in plain words. */
import type { Config } from '../config.ts';
import type { Explanation } from '../crm/contract.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';
import { withCrm } from './connections.ts';
import { print, shownTime, type Output } from './output.ts';

export async function why(config: Config, output: Output, id: string): Promise<ExitCode> {
  return withCrm(config, async (crm) => {
    const ids = /^\d{1,10}$/.test(id)
      ? [Number(id)]
      : [
          ...new Set(
            (await crm.findByUid(id)).flatMap((row) =>
              row.appointment_id === null ? [] : [row.appointment_id],
            ),
          ),
        ];
    if (ids.length === 0) {
      throw new UserError(
        `nothing is known of "${id}"`,
        'Give a Comm_CommunicationId, or the uid of a Domino entry that was linked or parked.',
        EXIT.findings,
      );
    }
    const explanations = await Promise.all(ids.map((appointment) => crm.explain(appointment)));
    print(output, explanations, () =>
      explanations.flatMap((explanation, i) => explain(ids[i]!, explanation)),
    );
    return EXIT.ok;
  });
}

function explain(id: number, explanation: Explanation): string[] {
  return [
    ...appointmentLines(id, explanation),
    ...linkLines(explanation),
    ...pendingLines(explanation),
    ...conflictLines(explanation),
    ...historyLines(explanation),
  ];
}

function appointmentLines(id: number, { appointment }: Explanation): string[] {
  if (appointment === null || !appointment.present)
    return [`Appointment ${id} is not in the CRM (any more).`];
  const state = appointment.deleted ? ' It is deleted in the CRM.' : '';
  const organiser = appointment.organiser?.name ?? appointment.organiser?.email ?? 'nobody';
  const holders = appointment.holders.map((holder) => `user ${holder.crm_user_id} (${holder.role})`);
  return [
    `Appointment ${id}: "${appointment.subject ?? ''}", ${appointment.start_at ?? '?'} to ${appointment.end_at ?? '?'} CRM time.${state}`,
    `Organiser: ${organiser}. ${appointment.users.length} CRM users, ${appointment.externals.length} external attendees.`,
    holders.length > 0
      ? `It belongs into the mail file of ${holders.join(', ')}.`
      : appointment.crm_only
        ? 'It is marked "CRM only" and stays out of Notes.'
        : 'Nobody enabled holds it, so it is in no mail file.',
  ];
}

function linkLines({ links, reasons }: Explanation): string[] {
  return links.flatMap((link) => {
    const place = `${link.mail_file} (${link.email}${link.user_enabled ? '' : ', not enabled'})`;
    if (link.state === 'linked') {
      return [
        `Linked with ${link.kind} ${link.domino_uid} in ${place}; both sides agreed at ${shownTime(link.updated_at)}.`,
      ];
    }
    if (link.state === 'creating')
      return [`Being made in ${place} as ${link.domino_uid}; whether it got there is looked up next time.`];
    const reason = link.unlinked_reason ?? '';
    return [`Kept apart from ${link.domino_uid} in ${place}: ${reasons[reason]?.meaning ?? reason}`];
  });
}

function pendingLines({ deliveries, parked, unfolded_changes, reasons }: Explanation): string[] {
  const lines: string[] = [];
  if (unfolded_changes > 0) lines.push(`${unfolded_changes} captured changes wait for the next cycle.`);
  for (const delivery of deliveries) {
    const code = delivery.last_reason_code;
    const last =
      code === null ? '' : ` Last attempt: ${code}${delivery.last_error ? ` — ${delivery.last_error}` : ''}.`;
    const next =
      delivery.parked_at !== null
        ? `parked since ${shownTime(delivery.parked_at)}; ${reasons[code ?? '']?.remedy ?? ''} Then: retry.`
        : delivery.leased
          ? 'in hand now.'
          : `next attempt at ${shownTime(delivery.next_attempt_at)} (attempt ${delivery.attempts + 1}).`;
    lines.push(`To user ${delivery.crm_user_id}: ${next}${last}`);
  }
  for (const item of parked) {
    const reason = reasons[item.reason_code];
    lines.push(
      `From user ${item.crm_user_id}: entry ${item.domino_uid} was not taken over: ${reason?.meaning ?? item.reason_code}` +
        `${item.detail ? ` (${item.detail})` : ''} ${reason?.remedy ?? ''}`.trimEnd(),
    );
  }
  if (lines.length === 0) lines.push('Nothing is pending.');
  return lines;
}

function conflictLines({ conflicts }: Explanation): string[] {
  return conflicts.map(
    (conflict) =>
      `Conflict at ${shownTime(conflict.decided_at)} in ${conflict.field}: ${conflict.winner} won (${conflict.decided_by}); ` +
      `CRM had ${JSON.stringify(conflict.crm_value)}, Domino had ${JSON.stringify(conflict.domino_value)}.`,
  );
}

function historyLines({ activity, reasons }: Explanation): string[] {
  if (activity.length === 0) return ['', 'Nothing has happened to it yet.'];
  const arrow: Record<string, string> = {
    to_domino: 'CRM → Domino',
    to_crm: 'Domino → CRM',
    admin: 'administrator',
  };
  return [
    '',
    ...activity.map((row) => {
      const reason = reasons[row.reason_code]?.meaning ?? row.reason_code;
      return `${shownTime(row.happened_at)}  ${arrow[row.direction] ?? row.direction}  ${row.action}: ${reason}${row.detail ? ` (${row.detail})` : ''}`;
    }),
  ];
}
