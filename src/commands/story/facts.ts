/** What a verdict on one mailbox looks at and answers. Pure. */
import type { ExplainedMailbox, Explanation } from '../../crm/contract.ts';
import { savedInstant } from '../../item/crm-time.ts';
import { isTimeZone } from '../../item/time-zone.ts';

/** In the order in which they are worth telling first. */
export const PLACE_STATES = [
  'given_up', // waits for an administrator
  'stopped', // the mailbox is held
  'unseen', // changed while nobody was looking
  'not_taken', // the last change in Notes was not taken over
  'waiting',
  'not_written', // linked, and the last change in the CRM does not go to Notes
  'disabled',
  'kept_apart',
  'missing', // should be there and is not, for a reason
  'in_step',
  'left', // was there, rightly is no more
  'invitee', // an invitee's own copy, which is not ours
] as const;

export type PlaceState = (typeof PLACE_STATES)[number];

export interface Place {
  crm_user_id: number;
  name: string;
  mail_file: string | null;
  role: 'organiser' | 'copy' | null;
  /** uid of the entry in Notes. */
  entry: string | null;
  state: PlaceState;
  /** UTC instant since which it stands so, where that is known. */
  since: string | null;
  reason_code: string | null;
  sentence: string;
  /** What somebody can do; null = nothing. */
  remedy: string | null;
}

export type Judged = Pick<Place, 'state' | 'since' | 'reason_code' | 'sentence' | 'remedy'>;

export type Link = Explanation['links'][number];

export interface Facts {
  explanation: Explanation;
  mailbox: ExplainedMailbox;
  link: Link | null;
  delivery: Explanation['deliveries'][number] | null;
  parked: Explanation['parked'][number] | null;
  holder: boolean;
  where: string;
}

export const enableHint = (mailbox: ExplainedMailbox): string =>
  mailbox.refusal === null
    ? `To go on: crm-domino-sync users enable ${mailbox.email ?? mailbox.crm_user_id}`
    : `The user cannot be enabled: ${mailbox.refusal}.`;

/** UTC instant of the last save in the CRM; null when the zone of its clock is not set or no time is stored. */
export function savedAt({ appointment, settings }: Explanation): string | null {
  const zone = settings['crm_time_zone'];
  const saved = appointment?.updated_at ?? null;
  return !zone || !isTimeZone(zone) ? null : savedInstant(saved, zone);
}

export const later = (instant: string, seconds: number): string =>
  `${new Date(Date.parse(instant) + seconds * 1000).toISOString().slice(0, 19)}Z`;

/** The newest thing that happened between the CRM and this mailbox. */
export const lastRow = (explanation: Explanation, id: number): Explanation['activity'][number] | undefined =>
  explanation.activity.find((row) => row.crm_user_id === id && row.direction !== 'admin');
