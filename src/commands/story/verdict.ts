/** The answer to `why`, in one sentence: how the appointment as a whole stands. Pure. */
import type { ExplainedMailbox, Explanation } from '../../crm/contract.ts';
import { takesPart } from '../../item/crm-appointment.ts';
import { enableHint, type Place, type PlaceState } from './facts.ts';
import { placesOf } from './place.ts';
import { at, because, listed, remedyOf } from './words.ts';

export interface Answer {
  state: PlaceState | 'nobody' | 'gone' | 'unknown';
  reason_code: string | null;
  sentence: string;
  remedy: string | null;
}

/** Whether anything is known at all: if not, the id is wrong or was never seen. */
export const isKnown = ({
  appointment,
  links,
  deliveries,
  parked,
  activity,
  unfolded_changes,
}: Explanation): boolean =>
  appointment?.present === true ||
  links.length + deliveries.length + parked.length + activity.length + unfolded_changes > 0;

export function answerOf(explanation: Explanation, places: readonly Place[] = placesOf(explanation)): Answer {
  const { appointment } = explanation;
  if (!isKnown(explanation))
    return { state: 'unknown', reason_code: null, sentence: 'Nothing is known of it.', remedy: null };
  const [first] = places.filter(
    ({ state }) => state !== 'invitee' && (state !== 'left' || !wanted(explanation)),
  );
  if (first !== undefined) return { ...pick(first), sentence: first.sentence + others(places, first) };
  if (appointment === null) return historyOnly(explanation);
  if (!appointment.present)
    return gone(
      explanation,
      'crm_purged',
      'The row is not in the CRM database any more, and no entry of it in Notes is known.',
    );
  if (appointment.deleted)
    return gone(explanation, 'crm_deleted', 'Deleted in the CRM, and in no mail file.');
  if (appointment.crm_only) return notInNotes(explanation, 'crm_only');
  if (!takesPart(appointment))
    return notInNotes(explanation, appointment.task === null ? 'not_appointment' : 'task_off');
  if (appointment.task === 'other') return notInNotes(explanation, 'task_action');
  if (appointment.task === 'shared') return notInNotes(explanation, 'task_shared');
  return nobody(explanation);
}

/** Still in the CRM and meant for Notes: then it matters that nobody holds it, and not that somebody once did. */
const wanted = ({ appointment }: Explanation): boolean =>
  appointment !== null &&
  appointment.present &&
  !appointment.deleted &&
  !appointment.crm_only &&
  takesPart(appointment) &&
  appointment.holders.length === 0;

const pick = ({ state, reason_code, remedy }: Place): Omit<Answer, 'sentence'> => ({
  state,
  reason_code,
  remedy,
});

function others(places: readonly Place[], first: Place): string {
  const rest = places.filter(
    (place) => place !== first && place.state !== 'invitee' && place.state !== 'left',
  );
  if (rest.length === 0) return '';
  const inStep = rest.filter(({ state }) => state === 'in_step').length;
  const amiss = rest.length - inStep;
  const parts = [
    ...(inStep > 0 ? [`in step with ${inStep} other mail file${inStep === 1 ? '' : 's'}`] : []),
    ...(amiss > 0 ? [`${amiss} more mail file${amiss === 1 ? '' : 's'} below`] : []),
  ];
  return ` (${parts.join('; ')})`;
}

const gone = (explanation: Explanation, code: string, sentence: string): Answer => ({
  state: 'gone',
  reason_code: code,
  sentence,
  remedy: remedyOf(explanation, code),
});

const notInNotes = (explanation: Explanation, code: string): Answer => ({
  state: 'nobody',
  reason_code: code,
  sentence: `Not in Notes because ${because(explanation, code)}.`,
  remedy: remedyOf(explanation, code),
});

/** The entry is neither linked nor parked any more: only the history tells of it. */
function historyOnly(explanation: Explanation): Answer {
  const last = explanation.activity[0]!;
  return {
    state: 'gone',
    reason_code: last.reason_code,
    sentence: `No appointment belongs to this entry; at ${at(last.happened_at)} it was ${last.action} because ${because(explanation, last.reason_code)}.`,
    remedy: remedyOf(explanation, last.reason_code),
  };
}

/** Nobody who takes part may hold it: said of each person, because the remedy is with one of them. */
function nobody(explanation: Explanation): Answer {
  const { appointment, mailboxes } = explanation;
  const people = new Map<number, ExplainedMailbox>();
  const ids = [appointment!.organiser?.user_id ?? null, ...appointment!.users.map(({ user_id }) => user_id)];
  for (const id of ids) {
    const mailbox = mailboxes.find((one) => one.crm_user_id === id);
    if (mailbox !== undefined) people.set(mailbox.crm_user_id, mailbox);
  }
  const why = [...people.values()].map((person) => whyNot(explanation, person));
  const toEnable = [...people.values()].find(({ enabled, refusal }) => !enabled && refusal === null);
  const toTurn = [...people.values()].find(({ enabled, direction }) => enabled && direction === 'to_crm');
  const organiser = appointment!.organiser;
  const outside =
    organiser !== null && organiser.user_id === null
      ? ` The organiser, ${organiser.email ?? organiser.name ?? 'unnamed'}, is no CRM user.`
      : '';
  const code = toEnable === undefined && toTurn !== undefined ? 'direction' : 'no_holder';
  return {
    state: 'nobody',
    reason_code: code,
    sentence: `Not in Notes because ${why.length === 0 ? 'no CRM user takes part in it' : listed(why)}.${outside}`,
    remedy:
      toEnable === undefined
        ? remedyOf(explanation, code)
        : enableHint(toEnable).replace('To go on: ', 'Run: '),
  };
}

function whyNot({ appointment }: Explanation, person: ExplainedMailbox): string {
  const response = appointment!.users.find(({ user_id }) => user_id === person.crm_user_id)?.response;
  if (person.refusal !== null) return `${person.name} cannot take part (${person.refusal})`;
  if (!person.known) return `${person.name} was never enabled for synchronisation`;
  if (!person.enabled) return `${person.name} was disabled at ${at(person.disabled_at)}`;
  if (person.direction === 'to_crm')
    return `nothing is written to Notes for ${person.name} (direction to_crm)`;
  if (response === 4) return `${person.name} has declined`;
  return `${person.name} is not to hold it`;
}
