/**
 * How an appointment stands with one mailbox: a pure verdict over an explanation, the most pressing reason first. What
 * the mailbox itself is stopped by comes before what the item waits for, and that before what is settled.
 */
import type { ExplainedMailbox, Explanation } from '../../crm/contract.ts';
import { PLACE_STATES, type Facts, type Judged, type Place } from './facts.ts';
import { keptApart, linked, missing, notTaken } from './place-settled.ts';
import { disabled, givenUp, held, pending, unseen } from './place-stopped.ts';

/** Every mailbox that holds it, should, or has something to say about it; the most pressing first. */
export function placesOf(explanation: Explanation): Place[] {
  const { appointment, links, deliveries, parked } = explanation;
  const ids = new Set([
    ...(appointment?.holders ?? []).map((one) => one.crm_user_id),
    ...links.map((one) => one.crm_user_id),
    ...deliveries.map((one) => one.crm_user_id),
    ...parked.map((one) => one.crm_user_id),
  ]);
  return [...ids]
    .map((id) => placeOf(explanation, id))
    .sort(
      (a, b) =>
        PLACE_STATES.indexOf(a.state) - PLACE_STATES.indexOf(b.state) || a.crm_user_id - b.crm_user_id,
    );
}

function placeOf(explanation: Explanation, id: number): Place {
  const mailbox = explanation.mailboxes.find((one) => one.crm_user_id === id) ?? unknownMailbox(id);
  const link = explanation.links.find((one) => one.crm_user_id === id) ?? null;
  const parked = explanation.parked.filter((one) => one.crm_user_id === id);
  const holder = explanation.appointment?.holders.find((one) => one.crm_user_id === id);
  const facts: Facts = {
    explanation,
    mailbox,
    link,
    delivery: explanation.deliveries.find((one) => one.crm_user_id === id) ?? null,
    parked: parked[0] ?? null,
    holder: holder !== undefined,
    where: mailbox.mail_file ?? `the mail file of ${mailbox.name}`,
  };
  return {
    crm_user_id: id,
    name: mailbox.name,
    mail_file: mailbox.mail_file,
    role: link?.role ?? holder?.role ?? null,
    entry: link?.domino_uid ?? parked[0]?.domino_uid ?? null,
    ...judge(facts),
  };
}

/** A user who was physically removed from the CRM. */
const unknownMailbox = (id: number): ExplainedMailbox => ({
  crm_user_id: id,
  name: `user ${id}`,
  email: null,
  refusal: null,
  known: false,
  enabled: false,
  direction: null,
  mail_file: null,
  window_start: null,
  enabled_at: null,
  disabled_at: null,
  health: null,
  health_reason: null,
  health_detail: null,
  health_since: null,
  last_poll_at: null,
  next_poll_at: null,
  first_sync_done: false,
});

function judge(facts: Facts): Judged {
  return (
    givenUp(facts) ??
    disabled(facts) ??
    held(facts) ??
    pending(facts) ??
    unseen(facts) ??
    notTaken(facts) ??
    linked(facts) ??
    keptApart(facts) ??
    missing(facts)
  );
}
