/** Verdicts on a mailbox where nothing is under way: what is so, and why. Pure. */
import type { Explanation } from '../../crm/contract.ts';
import { isTimeZone, wallToInstant } from '../../item/time-zone.ts';
import { enableHint, lastRow, later, type Facts, type Judged } from './facts.ts';
import { at, because, reasonText, remedyOf } from './words.ts';

/** Beside a link: a later state of the entry was refused. Without one: it never came to the CRM. */
export function notTaken({ explanation, parked, link, mailbox, where }: Facts): Judged | null {
  if (parked === null) return null;
  const { appointment } = explanation;
  const code = parked.reason_code;
  const why = `${because(explanation, code)}${parked.detail === null ? '' : ` (${parked.detail})`}`;
  const retry =
    parked.retry_after_seconds === null
      ? ''
      : ` It is tried again ${parked.retry_after_seconds === 0 ? 'with the next poll' : `at ${at(later(explanation.clock, parked.retry_after_seconds))}`}.`;
  const judged = { since: parked.parked_at, reason_code: code, remedy: remedyOf(explanation, code) };
  if (link !== null)
    return {
      ...judged,
      state: 'not_taken',
      sentence: `The last change in Notes was not taken over from ${where} because ${why}.${retry}`,
    };
  if (appointment !== null)
    return {
      ...judged,
      state: 'invitee',
      sentence: `The entry of ${mailbox.name} in ${where} is left alone because ${why}.${retry}`,
    };
  return {
    ...judged,
    state: parked.retry_after_seconds === null ? 'missing' : 'waiting',
    sentence: `Not in the CRM because ${why}.${retry}`,
  };
}

export function linked({ explanation, link, mailbox, where }: Facts): Judged | null {
  if (link === null || link.state === 'unlinked') return null;
  if (link.state === 'creating')
    return {
      state: 'waiting',
      since: link.updated_at,
      reason_code: 'found_in_domino',
      sentence: `Being made in ${where}; whether it got there is looked up next time.`,
      remedy: null,
    };
  const last = lastRow(explanation, link.crm_user_id);
  if (
    last !== undefined &&
    last.action === 'skipped' &&
    last.direction === 'to_domino' &&
    last.happened_at >= link.updated_at
  )
    return {
      state: 'not_written',
      since: last.happened_at,
      reason_code: last.reason_code,
      sentence:
        `Linked, but the last change in the CRM was not written to ${where} because ${because(explanation, last.reason_code)}` +
        `${last.detail === null ? '' : ` (${last.detail})`}.`,
      remedy: remedyOf(explanation, last.reason_code),
    };
  return {
    state: 'in_step',
    since: link.updated_at,
    reason_code: null,
    sentence: `In step with ${where} since ${at(link.updated_at)}${reservations(explanation, mailbox.crm_user_id)}.`,
    remedy: null,
  };
}

/** What is in step and yet not the same on both sides. */
function reservations(explanation: Explanation, id: number): string {
  const cut = explanation.activity.find(
    (row) => row.crm_user_id === id && row.direction !== 'admin' && row.action !== 'skipped',
  );
  const lost = explanation.conflicts.filter(
    (one) => one.crm_user_id === id && one.resolved_at === null && one.winner !== 'both',
  );
  const parts = [
    ...(cut?.reason_code.endsWith('_truncated') === true ? [`${because(explanation, cut.reason_code)}`] : []),
    ...(lost.length > 0
      ? [`a value of ${lost.length === 1 ? lost[0]!.field : `${lost.length} fields`} lost a merge`]
      : []),
  ];
  return parts.length === 0 ? '' : `; ${parts.join('; ')}`;
}

/** Unlinked because the CRM no longer wants it there: nothing is amiss. */
const RIGHTLY_LEFT: ReadonlySet<string> = new Set([
  'crm_deleted',
  'domino_deleted',
  'holder_changed',
  'not_appointment',
]);

export function keptApart({ explanation, link, where, holder }: Facts): Judged | null {
  if (link === null) return null;
  const code = link.unlinked_reason;
  const left = code !== null && RIGHTLY_LEFT.has(code) && !holder;
  return {
    state: left ? 'left' : 'kept_apart',
    since: link.updated_at,
    reason_code: code,
    sentence: left
      ? `No longer in ${where} since ${at(link.updated_at)}: ${reasonText(explanation, code)}`
      : `Kept apart from ${where} since ${at(link.updated_at)} because ${because(explanation, code)}.`,
    remedy: remedyOf(explanation, code),
  };
}

export function missing({ explanation, mailbox, where }: Facts): Judged {
  const last = lastRow(explanation, mailbox.crm_user_id);
  if (last !== undefined && last.action === 'skipped')
    return {
      state: 'missing',
      since: last.happened_at,
      reason_code: last.reason_code,
      sentence: `Not in Notes (${where}) because ${because(explanation, last.reason_code)}${last.detail === null ? '' : ` (${last.detail})`}.`,
      remedy: remedyOf(explanation, last.reason_code),
    };
  if (!mailbox.first_sync_done)
    return {
      state: 'waiting',
      since: mailbox.enabled_at,
      reason_code: 'first_sync',
      sentence: `Not in Notes (${where}) yet: the first comparison of ${mailbox.name} is not through.`,
      remedy: null,
    };
  if (endedBefore(explanation, mailbox.window_start))
    return {
      state: 'missing',
      since: null,
      reason_code: 'too_old',
      sentence: `Not in Notes (${where}) because ${because(explanation, 'too_old')}.`,
      remedy: remedyOf(explanation, 'too_old'),
    };
  return {
    state: 'missing',
    since: null,
    reason_code: null,
    sentence: `Not in Notes (${where}): no change of it has been seen since ${mailbox.name} was enabled at ${at(mailbox.enabled_at)}.`,
    remedy: `Save it once more in the CRM, or compare everything: ${enableHint(mailbox).replace('To go on: ', '')}`,
  };
}

function endedBefore({ appointment, settings }: Explanation, start: string | null): boolean {
  const zone = settings['crm_time_zone'];
  const end = appointment?.end_at ?? appointment?.start_at ?? null;
  if (end === null || start === null || !zone || !isTimeZone(zone)) return false;
  return wallToInstant(end, zone) < start;
}
