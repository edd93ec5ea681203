/** Attendees of whom it is not plain who is meant: whom they were taken for, and what somebody can do. Pure. */
import type { Explanation } from '../../crm/contract.ts';
import { isMailAddress } from '../../item/text.ts';
import { listed } from './words.ts';

export interface Doubt {
  sentence: string;
  remedy: string;
}

type Namesakes = Explanation['people'][number];

export const doubtsOf = (explanation: Explanation): Doubt[] => [
  ...explanation.people.flatMap((one) => doubtOf(explanation, one)),
  ...namesOnly(explanation),
];

function doubtOf({ appointment }: Explanation, { email, external, user_name, persons }: Namesakes): Doubt[] {
  const who = listed(persons.map(nameOf));
  if (user_name !== null && persons.length > 0)
    return [
      {
        sentence: `${email} is the address of CRM user ${user_name} and of ${who}: taken for the user.`,
        remedy: 'If the person is meant, one of both needs another address in the CRM.',
      },
    ];
  if (!external || user_name !== null || persons.length === 1) return [];
  const linked = appointment?.externals.find((one) => one.email?.trim().toLowerCase() === email)?.person_id;
  if (persons.length === 0)
    // Whom the CRM's users chose themselves may have the address elsewhere, or no more.
    return linked != null
      ? []
      : [
          {
            sentence: `${email} is the address of nobody in the CRM: an external attendee by the address alone.`,
            remedy:
              'Choose the person in the appointment in the CRM. Who has the address when an attendee first comes from Notes is taken by itself.',
          },
        ];
  const taken = persons.find(({ person_id }) => person_id === linked);
  return [
    {
      sentence:
        `${email} is the address of ${persons.length} persons, ${who}: ` +
        (taken === undefined
          ? 'the appointment names none of them.'
          : `the appointment names ${nameOf(taken)}; what comes from Notes is taken for the lowest number.`),
      remedy:
        'If another is meant, choose that person in the appointment in the CRM; leave the address to one of them only.',
    },
  ];
}

const nameOf = ({ person_id, name }: Namesakes['persons'][number]): string =>
  `${name ?? 'a person without a name'} (person ${person_id})`;

/** People in Notes whom no address names. */
function namesOnly({ links }: Explanation): Doubt[] {
  const names = links.flatMap(({ base_item }) => base_item?.domino.attendees ?? []);
  const nameless = [...new Set(names.map(({ email }) => email).filter((email) => !isMailAddress(email)))];
  return nameless.map((name) => ({
    sentence: `${name} is invited in Notes by a name that is no mail address: no attendee in the CRM.`,
    remedy: 'Give the internet address in the Domino Directory, or invite by the mail address.',
  }));
}
