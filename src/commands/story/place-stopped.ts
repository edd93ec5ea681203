/** Verdicts on a mailbox where something stands in the way of an item, or is still to come. Pure. */
import { enableHint, savedAt, lastRow, type Facts, type Judged } from './facts.ts';
import { at, because, remedyOf } from './words.ts';

export function givenUp({ explanation, delivery, mailbox }: Facts): Judged | null {
  if (delivery === null || delivery.parked_at === null) return null;
  const code = delivery.last_reason_code;
  const remedy = remedyOf(explanation, code);
  return {
    state: 'given_up',
    since: delivery.parked_at,
    reason_code: code,
    sentence:
      `Given up at ${at(delivery.parked_at)} for ${mailbox.name} after ${attempts(delivery.attempts)} because ` +
      `${because(explanation, code)}${delivery.last_error === null ? '' : ` (${delivery.last_error})`}.`,
    remedy: `${remedy === null ? '' : `${remedy} `}Then: crm-domino-sync retry ${delivery.appointment_id}`,
  };
}

const attempts = (n: number): string => (n === 1 ? 'one attempt' : `${n} attempts`);

export function disabled({ mailbox, link, parked, where }: Facts): Judged | null {
  if (mailbox.enabled || (link?.state !== 'linked' && link?.state !== 'creating' && parked === null))
    return null;
  const since = mailbox.disabled_at;
  return {
    state: 'disabled',
    since,
    reason_code: 'user_disabled',
    sentence:
      `Not kept in step any more: ${mailbox.name} ${since === null ? 'is not enabled' : `was disabled at ${at(since)}`}, ` +
      `so ${where} and the CRM are left as they are.`,
    remedy: enableHint(mailbox),
  };
}

export function held({ explanation, mailbox, where }: Facts): Judged | null {
  if (mailbox.health !== 'held') return null;
  return {
    state: 'stopped',
    since: mailbox.health_since,
    reason_code: mailbox.health_reason,
    sentence:
      `Stopped: ${where} is held since ${at(mailbox.health_since)} because ` +
      `${because(explanation, mailbox.health_reason)}${mailbox.health_detail === null ? '' : ` (${mailbox.health_detail})`}.`,
    remedy: remedyOf(explanation, mailbox.health_reason),
  };
}

export function pending(facts: Facts): Judged | null {
  const { explanation, delivery, mailbox, link, holder } = facts;
  const captured =
    explanation.unfolded_changes > 0 && (holder || link?.state === 'linked' || link?.state === 'creating');
  if (delivery === null && !captured) return null;
  const waiting = (
    sentence: string,
    code: string | null,
    remedy: string | null = remedyOf(explanation, code),
  ) => ({
    state: 'waiting' as const,
    since: delivery?.enqueued_at ?? null,
    reason_code: code,
    sentence,
    remedy,
  });
  if (explanation.runners.alive === 0)
    return waiting(
      `Waits because no runner is running${explanation.runners.last_seen_at === null ? '' : ` (the last one was seen at ${at(explanation.runners.last_seen_at)})`}.`,
      delivery?.last_reason_code ?? null,
      'Start one: crm-domino-sync run (or once, from a scheduler).',
    );
  const { domino_reason: server, domino_paused_until: until } = explanation.runners;
  if (server !== null)
    return waiting(`Waits until ${at(until)} because ${because(explanation, server)}.`, server);
  if (mailbox.health === 'paused')
    return waiting(
      `Waits until ${at(mailbox.next_poll_at)}: ${facts.where} is paused because ` +
        `${because(explanation, mailbox.health_reason)}${mailbox.health_detail === null ? '' : ` (${mailbox.health_detail})`}.`,
      mailbox.health_reason,
    );
  if (delivery?.leased === true)
    return waiting('A runner has it in hand right now.', delivery.reason_code, null);
  if (delivery !== null && delivery.attempts > 0) {
    const code = delivery.last_reason_code;
    return waiting(
      `Waits for attempt ${delivery.attempts + 1} at ${at(delivery.next_attempt_at)} because ` +
        `${because(explanation, code)}${delivery.last_error === null ? '' : ` (${delivery.last_error})`}.`,
      code,
    );
  }
  if (delivery === null)
    return waiting('Waits for the next cycle: a change in the CRM was captured.', 'crm_changed');
  return waiting(
    `Waits for the next cycle: ${because(explanation, delivery.reason_code)}.`,
    delivery.reason_code,
  );
}

export function unseen({ explanation, link, holder, mailbox }: Facts): Judged | null {
  const saved = savedAt(explanation);
  if (saved === null || !(holder || link?.state === 'linked')) return null;
  const gap = explanation.gaps.find(
    ({ opened_at, closed_at }) => opened_at <= saved && (closed_at === null || saved <= closed_at),
  );
  const lookedAt = [
    link?.updated_at,
    mailbox.enabled_at,
    lastRow(explanation, mailbox.crm_user_id)?.happened_at,
  ];
  if (gap === undefined || lookedAt.some((time) => time != null && time >= saved)) return null;
  return {
    state: 'unseen',
    since: saved,
    reason_code: 'capture_off',
    sentence:
      `Saved in the CRM at ${at(saved)} while the capture of changes was off (${gap.reason}, ` +
      `${at(gap.opened_at)} to ${gap.closed_at === null ? 'now' : at(gap.closed_at)}), so nobody has looked at it since.`,
    remedy: remedyOf(explanation, 'capture_off'),
  };
}
