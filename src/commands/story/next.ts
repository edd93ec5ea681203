/** What will happen next, and what stands in its way. Pure. */
import type { Explanation } from '../../crm/contract.ts';
import { later, type Place } from './facts.ts';
import { at, because } from './words.ts';

export function nextOf(explanation: Explanation, places: readonly Place[]): string[] {
  const lines = [
    ...ways(explanation),
    ...changes(explanation),
    ...places.flatMap((place) => ofPlace(explanation, place)),
  ];
  return lines.length > 0 ? lines : ['Nothing, until it changes in the CRM.'];
}

/** What stops everybody. */
function ways({ runners, triggers_off, gaps, reasons }: Explanation): string[] {
  const open = gaps.find(({ closed_at }) => closed_at === null);
  return [
    ...(runners.alive === 0
      ? [
          `No runner is running now${runners.last_seen_at === null ? '' : ` (the last was seen at ${at(runners.last_seen_at)})`}: nothing happens before the next run or once.`,
        ]
      : []),
    ...(runners.domino_reason !== null
      ? [
          `Domino is asked again at ${at(runners.domino_paused_until)}: ${because({ reasons }, runners.domino_reason)}.`,
        ]
      : []),
    ...(open !== undefined
      ? [`Changes in the CRM go unseen: capture is off since ${at(open.opened_at)} (${open.reason}).`]
      : triggers_off > 0
        ? [
            `Changes in the CRM may go unseen: ${triggers_off} of the triggers are off or missing. Run doctor.`,
          ]
        : []),
  ];
}

const changes = ({ unfolded_changes: n }: Explanation): string[] =>
  n === 0
    ? []
    : [
        `${n === 1 ? 'One change' : `${n} changes`} captured in the CRM ${n === 1 ? 'is' : 'are'} taken up by the next cycle.`,
      ];

function ofPlace(explanation: Explanation, place: Place): string[] {
  const mailbox = explanation.mailboxes.find((one) => one.crm_user_id === place.crm_user_id);
  const where = place.mail_file ?? place.name;
  if (mailbox === undefined || !mailbox.enabled) return [];
  const delivery = explanation.deliveries.find((one) => one.crm_user_id === place.crm_user_id);
  const parked = explanation.parked.find((one) => one.crm_user_id === place.crm_user_id);
  const lines: string[] = [];
  if (delivery?.parked_at != null)
    lines.push(`To ${where}: nothing before somebody retries it or it changes in the CRM.`);
  else if (delivery !== undefined)
    lines.push(
      delivery.leased
        ? `To ${where}: being written now.`
        : `To ${where}: due ${delivery.next_attempt_at <= explanation.clock ? 'with the next cycle' : `at ${at(delivery.next_attempt_at)}`}, attempt ${delivery.attempts + 1} of ${explanation.settings['max_attempts'] ?? '?'}.`,
    );
  if (parked !== undefined)
    lines.push(
      `From ${where}: ${
        parked.retry_after_seconds === null
          ? 'read again when the entry changes in Notes'
          : `tried again at ${at(later(explanation.clock, parked.retry_after_seconds))}`
      }.`,
    );
  if (mailbox.health === 'held')
    return [...lines, `${where} is held: nothing is read or written before the user is enabled again.`];
  if (mailbox.health === 'paused') return [...lines, `${where} is paused until ${at(mailbox.next_poll_at)}.`];
  if (mailbox.direction !== 'to_domino' && mailbox.next_poll_at !== null)
    lines.push(
      mailbox.next_poll_at <= explanation.clock
        ? `${where} is read for changes in the next cycle.`
        : `${where} is read for changes at ${at(mailbox.next_poll_at)}.`,
    );
  return lines;
}
