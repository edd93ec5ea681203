/**
 * Two years of communications: appointments of every shape around the present, and between them the e-mails, letters
 * and tasks that a synchronisation has to leave alone.
 */
import { createRowMaker, participants, type CommunicationRows, type Draft } from './communication-rows.ts';
import type { Random } from './random.ts';
import type { ExternalPerson, Row, SamplePeople } from './sample-people.ts';
import { DAY_SUBJECTS, LOCATIONS, SENTENCES, SUBJECTS, TASK_SUBJECTS } from './sample-texts.ts';
import { clockChanges, DAY, HOUR, MINUTE, wallText } from './wall-time.ts';

export interface CommunicationPlan {
  /** Exactly so many rows of Communication. */
  total: number;
  /** Wall-clock time of the CRM. */
  now: number;
  /** IANA id of the CRM server's zone. */
  timeZone: string;
}

/** The sample reaches from here to there, in days around now: two years. */
const PAST_DAYS = 550;
const FUTURE_DAYS = 180;
/** The weeks ahead that enabled users have full of appointments. */
const NEAR_DAYS = 28;
/** Appointments each enabled user organises in the near weeks; invitations by others come on top. */
const NEAR_PER_USER = 8;
const MAX_SUBJECT = 255;

/** Throws RangeError when `total` leaves no room for every shape. */
export const makeCommunications = (
  random: Random,
  people: SamplePeople,
  plan: CommunicationPlan,
): CommunicationRows => {
  const least = people.enabled.length * 3 + 80;
  if (plan.total < least)
    throw new RangeError(`at least ${least} communications for ${people.enabled.length} users`);
  const { rows, add } = createRowMaker(random, plan.now);
  const today = plan.now - (plan.now % DAY);
  const enabledIds = people.enabled.map((user) => user.userId);
  const otherIds = people.others.map((user) => user.userId);
  const companyNames = new Map(people.companies.map(({ companyId, name }) => [companyId, name]));
  const room = (): number => plan.total - rows.communication.length;

  const fill = (template: string, person: ExternalPerson): string => {
    const subject = template
      .replace('{company}', companyNames.get(person.companyId) ?? '')
      .replace('{person}', person.name);
    if (!random.chance(0.01)) return subject;
    // A few use the column to its last character; by code points, so that none is cut in two.
    const sentences = Array.from({ length: 10 }, () => random.pick(SENTENCES)).join(' ');
    return Array.from(`${subject} – ${sentences}`).slice(0, MAX_SUBJECT).join('');
  };

  /** CRM texts come from Windows: lines end with CR LF. */
  const note = (): string | null => {
    if (random.chance(0.3)) return null;
    const sentences = random.chance(0.01) ? random.int(300, 900) : random.int(1, 6);
    return Array.from({ length: sentences }, () => random.pick(SENTENCES)).join(
      random.chance(0.5) ? '\r\n' : ' ',
    );
  };

  const workingTime = (fromDay: number, toDay: number): number => {
    let day = today + random.int(fromDay, toDay) * DAY;
    const weekday = new Date(day).getUTCDay();
    if (weekday === 6) day -= DAY;
    if (weekday === 0) day += DAY;
    return day + random.int(8 * 4, 17 * 4) * 15 * MINUTE;
  };

  const colleagues = (organiserId: number): number[] => {
    const invited = [
      ...random.sample(enabledIds, random.int(0, 3)),
      ...random.sample(otherIds, random.int(0, 1)),
      ...(random.chance(0.15) ? random.sample(people.resources, 1).map((resource) => resource.userId) : []),
    ];
    return invited.filter((userId) => userId !== organiserId);
  };

  /** Whom it is about, and who attends from outside. */
  const outside = (): Pick<Draft, 'externals' | 'regarding' | 'strangers'> & { person: ExternalPerson } => {
    const person = random.pick(people.persons);
    const external = random.chance(0.4);
    return {
      person,
      regarding: random.chance(0.65) ? person : null,
      externals: external ? [person, ...random.sample(people.persons, random.int(0, 2))] : [],
      strangers: external && random.chance(0.2) ? [`visitor${random.int(1, 999)}@elsewhere.example`] : [],
    };
  };

  /** Flags and states that a few appointments have. */
  const rareColumns = (start: number): Row => ({
    comm_private: random.chance(0.07) ? 'Y' : random.chance(0.1) ? 'N' : null,
    comm_deleted: random.chance(0.04) ? 1 : null,
    comm_crmonly: random.chance(0.02) ? 'Y' : null,
    comm_isalldayevent: random.chance(0.2) ? 'N' : null,
    ...(start > plan.now && random.chance(0.03) ? { comm_status: 'Cancelled' } : {}),
    ...(start > plan.now && random.chance(0.03) ? { comm_status: 'In Progress' } : {}),
  });

  const meeting = (organiserId: number, start: number, columns: Row = {}): Draft => {
    const { person, ...others } = outside();
    const invited = random.chance(0.45) ? colleagues(organiserId) : [];
    return {
      type: 'Appointment',
      action: random.weighted([
        [8, 'Meeting'],
        [1, 'Demo'],
        [1, 'PhoneOut'],
      ]),
      subject: fill(random.pick(SUBJECTS), person),
      start,
      end: start + random.pick([15, 30, 30, 45, 60, 60, 90, 120]) * MINUTE,
      organiserId,
      participants: participants(random, organiserId, invited),
      ...others,
      columns: {
        comm_location: random.chance(0.6) ? random.pick(LOCATIONS) : null,
        comm_note: note(),
        ...rareColumns(start),
        ...columns,
      },
    };
  };

  /** End of the last day: the three spellings found in the wild. */
  const allDayEnd = (start: number, days: number): number => {
    if (days === 1 && random.chance(0.3)) return start;
    return random.chance(0.5) ? start + days * DAY - MINUTE : start + days * DAY;
  };

  const allDay = (organiserId: number, day: number, days: number): Draft => ({
    type: 'Appointment',
    action: random.chance(0.6) ? 'Vacation' : 'Meeting',
    subject: fill(random.pick(DAY_SUBJECTS), random.pick(people.persons)),
    start: day,
    end: allDayEnd(day, days),
    organiserId,
    participants: participants(random, organiserId, random.chance(0.2) ? colleagues(organiserId) : []),
    columns: { ...rareColumns(day), comm_isalldayevent: 'Y', comm_note: note() },
  });

  const nearAppointments = (): void => {
    const each = Math.min(NEAR_PER_USER, Math.floor((plan.total * 0.3) / Math.max(1, enabledIds.length)));
    for (const organiserId of enabledIds) {
      for (let made = 0; made < each; made += 1) add(meeting(organiserId, workingTime(0, NEAR_DAYS)));
      const day = today + random.int(1, NEAR_DAYS) * DAY;
      if (random.chance(0.7)) add(allDay(organiserId, day, random.weighted([[3, 1], [2, random.int(2, 5)]]))); // prettier-ignore
      if (random.chance(0.5)) {
        const todo = meeting(organiserId, workingTime(0, NEAR_DAYS), { comm_location: null });
        const own = participants(random, organiserId, []);
        add({ ...todo, action: 'ToDo', participants: own, externals: [], strangers: [] });
      }
    }
  };

  /** Organised by users who do not take part, by people who are no users, or by nobody in particular. */
  const strangeOrganisers = (count: number): void => {
    for (let made = 0; made < count; made += 1) {
      const organiserId = random.pick(otherIds);
      const draft = meeting(organiserId, workingTime(0, NEAR_DAYS));
      const invited = random.sample(enabledIds, random.int(1, 3));
      const present = random.pick(people.enabled);
      draft.participants = participants(random, organiserId, invited);
      if (made % 3 === 1) {
        draft.organiserText = random.pick(people.persons).email ?? 'chair@elsewhere.example';
        draft.participants = draft.participants.slice(1);
      }
      if (made % 6 === 2) draft.organiserText = null;
      if (made % 6 === 5)
        Object.assign(draft, meeting(present.userId, draft.start), { organiserText: present.email });
      add(draft);
    }
  };

  /** One row an occurrence, all with the same Comm_RecurrenceId; one was moved, one was cancelled. */
  const series = (recurrenceId: number): void => {
    const organiserId = random.pick(enabledIds);
    const first = workingTime(-120, 14);
    const step = random.pick([1, 7, 7, 14]) * DAY;
    const model = meeting(organiserId, first, { comm_recurrenceid: recurrenceId, comm_deleted: null });
    const occurrences = Math.min(random.int(8, 24), room());
    for (let index = 0; index < occurrences; index += 1) {
      const start = first + index * step;
      const end = model.end + index * step;
      const occurrence = { ...model, start, end, columns: { ...model.columns } };
      if (index === 3) {
        Object.assign(occurrence, { start: start + DAY + HOUR, end: end + DAY + HOUR });
        Object.assign(occurrence.columns, {
          comm_exception: 'Y',
          comm_originaldatetime: wallText(start),
          comm_originaltodatetime: wallText(end),
        });
      }
      if (index === 5) occurrence.columns['comm_deleted'] = 1;
      add(occurrence);
    }
  };

  /** Appointments on the days the clocks change, in the odd hour among others. */
  const onClockChanges = (): void => {
    for (const change of clockChanges(today - PAST_DAYS * DAY, today + FUTURE_DAYS * DAY, plan.timeZone)) {
      const organiserId = random.pick(enabledIds);
      add(meeting(organiserId, change.oddTime, { comm_deleted: null }));
      add(meeting(organiserId, change.day + 10 * HOUR, { comm_deleted: null }));
      add(allDay(organiserId, change.day, 1));
      add(allDay(organiserId, change.day - DAY, 3));
    }
  };

  const elsewhen = (): void => {
    const organiserId = random.chance(0.4) ? random.pick(enabledIds) : random.pick(otherIds);
    const start = random.chance(0.85) ? workingTime(-PAST_DAYS, -1) : workingTime(NEAR_DAYS + 1, FUTURE_DAYS);
    if (random.chance(0.08)) add(allDay(organiserId, start - (start % DAY), random.int(1, 10)));
    else add(meeting(organiserId, start));
  };

  /** Due date in Comm_DateTime, start date in Comm_ToDateTime: the other way round than in appointments. */
  const task = (): void => {
    const organiserId = random.pick([...enabledIds, ...otherIds]);
    const person = random.pick(people.persons);
    const due = workingTime(-PAST_DAYS, 60);
    const columns = {
      comm_note: note(),
      comm_organizer: null,
      comm_percentcomplete: due < plan.now ? 100 : 0,
    };
    const own = [{ userId: organiserId, status: null }];
    const subject = fill(random.pick(TASK_SUBJECTS), person);
    const start = due - random.int(0, 5) * DAY;
    add({ type: 'Task', action: 'ToDo', subject, start: due, end: start, organiserId, participants: own, regarding: person, columns }); // prettier-ignore
  };

  /** That Sage files e-mails and letters under type Task is inferred; they are told apart by their action. */
  const correspondence = (): void => {
    const organiserId = random.pick([...enabledIds, ...otherIds]);
    const person = random.pick(people.persons);
    const action = random.weighted([
      [10, 'EmailOut'],
      [6, 'EmailIn'],
      [3, 'PhoneOut'],
      [2, 'PhoneIn'],
      [3, 'LetterOut'],
      [1, 'LetterIn'],
    ]);
    const sent = workingTime(-PAST_DAYS, -1);
    const mail = action.startsWith('Email');
    add({
      type: 'Task',
      action,
      subject: fill(random.pick(SUBJECTS), person),
      start: sent,
      end: sent,
      organiserId,
      participants: [{ userId: organiserId, status: null }],
      regarding: person,
      columns: {
        comm_organizer: null,
        comm_note: mail ? null : note(),
        comm_email: mail ? note() : null,
        comm_ishtml: mail ? 'N' : null,
        comm_to: action === 'EmailOut' ? person.email : null,
        comm_from: action === 'EmailIn' ? person.email : null,
      },
    });
  };

  nearAppointments();
  strangeOrganisers(Math.round(plan.total * 0.012));
  onClockChanges();
  const seriesCount = Math.max(1, Math.round(plan.total * 0.003));
  for (let number = 1; number <= seriesCount; number += 1) series(number);
  for (let left = Math.round(room() * 0.4); left > 0; left -= 1) elsewhen();
  for (let left = Math.round(room() * 0.2); left > 0; left -= 1) task();
  while (room() > 0) correspondence();
  return rows;
};
