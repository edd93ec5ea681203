/** The story of an appointment or of an entry: the answer, where it is, what happened, what comes next. Pure. */
import type { Explanation } from '../../crm/contract.ts';
import { differingFields } from '../../item/item-equality.ts';
import { doubtsOf, type Doubt } from './doubts.ts';
import { nextOf } from './next.ts';
import type { Place } from './facts.ts';
import { placesOf } from './place.ts';
import { eventLines, timelineOf, type Event } from './timeline.ts';
import { PRIVATE, veiled } from './veil.ts';
import { answerOf, type Answer } from './verdict.ts';
import { at, fieldName, listed, shownValue } from './words.ts';

/** What `why --json` prints: all that is known, and what is made of it. */
export interface Story extends Explanation {
  answer: Answer;
  places: Place[];
  timeline: Event[];
  next: string[];
  /** Attendees of whom it is not plain who is meant. */
  doubts: Doubt[];
}

export function storyOf(known: Explanation): Story {
  const explanation = veiled(known);
  const places = placesOf(explanation);
  return {
    answer: answerOf(explanation, places),
    places,
    timeline: timelineOf(explanation),
    next: nextOf(explanation, places),
    doubts: doubtsOf(explanation),
    ...explanation,
  };
}

/** For a terminal. `id` is how the administrator asked. */
export function storyLines(id: string, story: Story): string[] {
  return [
    heading(id, story),
    story.answer.sentence,
    ...(story.answer.remedy === null ? [] : [`→ ${story.answer.remedy}`]),
    '',
    ...whereLines(story),
    ...story.doubts.flatMap(({ sentence, remedy }) => [`Who    ${sentence}`, `       → ${remedy}`]),
    '',
    ...(story.timeline.length === 0
      ? ['Nothing has happened to it yet.']
      : story.timeline.flatMap(eventLines)),
    '',
    'Next:',
    ...story.next.map((line) => `  ${line}`),
  ];
}

function heading(id: string, { appointment, parked }: Story): string {
  if (appointment === null) {
    const subject = parked[0]?.subject ?? null;
    return `Entry ${id}${subject === null ? '' : `: ${quoted(subject)}`}${parked[0]?.domino_start ? `, ${parked[0].domino_start}` : ''}`;
  }
  if (!appointment.present) return `Appointment ${appointment.appointment_id} is not in the CRM (any more)`;
  const time = appointment.all_day
    ? `${day(appointment.start_at)} to ${day(appointment.end_at)}, all day`
    : `${minute(appointment.start_at)} to ${until(appointment.start_at, appointment.end_at)} CRM time`;
  return `Appointment ${appointment.appointment_id}: ${quoted(appointment.subject ?? '')}, ${time}${appointment.deleted ? ' — deleted' : ''}`;
}

const quoted = (text: string): string => (text === PRIVATE ? text : JSON.stringify(text));
/** The day is not said twice. */
const until = (start: string | null, end: string | null): string =>
  end !== null && start?.slice(0, 10) === end.slice(0, 10) ? end.slice(11, 16) : minute(end);
const day = (wall: string | null): string => wall?.slice(0, 10) ?? '?';
const minute = (wall: string | null): string => wall?.slice(0, 16).replace('T', ' ') ?? '?';

function whereLines(story: Story): string[] {
  const { appointment } = story;
  const lines: string[] = [];
  if (appointment?.present === true) {
    const organiser = appointment.organiser;
    const saver = story.mailboxes.find((one) => one.crm_user_id === appointment.updated_by);
    lines.push(
      `CRM    organiser ${organiser?.name ?? organiser?.email ?? 'nobody'}; ${count(appointment.users.length, 'CRM user')}, ` +
        `${count(appointment.externals.length, 'external attendee')}` +
        (appointment.updated_at === null
          ? ''
          : `; last saved ${minute(appointment.updated_at)} CRM time${saver === undefined ? '' : ` by ${saver.name}`}`),
    );
  }
  for (const place of story.places) lines.push(...placeLines(story, place));
  return lines.length > 0 ? lines : ['It is in no mail file that we know of.'];
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function placeLines(story: Story, place: Place): string[] {
  const role = place.role === null ? '' : `, ${place.role}`;
  const link = story.links.find((one) => one.crm_user_id === place.crm_user_id);
  const entry = place.entry === null ? 'no entry' : `${link?.kind ?? 'entry'} ${place.entry}`;
  const lines = [`Notes  ${place.mail_file ?? 'no mail file'} (${place.name}${role}): ${entry}`];
  if (place.sentence !== story.answer.sentence) lines.push(`       ${place.sentence}`);
  if (place.remedy !== null && place.remedy !== story.answer.remedy) lines.push(`       → ${place.remedy}`);
  if (link?.state === 'linked') lines.push(...heldLines(story, link));
  return lines;
}

/** What each side held when both last agreed, where it was not the same: a side cannot hold everything. */
function heldLines(story: Story, link: Story['links'][number]): string[] {
  const base = link.base_item;
  if (base === null) return [];
  const zone = story.settings['crm_time_zone'] ?? null;
  const apart = differingFields(base.crm, base.domino).map(
    (field) =>
      `${fieldName(field)} (CRM ${shownValue(field, base.crm[field], zone)}, Notes ${shownValue(field, base.domino[field], zone)})`,
  );
  if (apart.length === 0) return [`       At ${at(link.updated_at)} both sides held the same.`];
  return [`       At ${at(link.updated_at)} both sides held the same but for ${listed(apart)}.`];
}
