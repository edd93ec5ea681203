/**
 * Private items under setting `private_appointments` = `masked`: the other side learns when, and whether the time is taken.
 * As long as a pair is private its words cross in neither direction, each side keeps its own, and what both agreed on of
 * them stays what it was: so a side is compared with what it was shown, never with what it was not. Once it is public again
 * the sides differ from that agreement where they have something to tell.
 */
import { fieldEqual, type ItemFields } from './item-equality.ts';
import { MERGED_FIELDS, type MergedField, type SyncItem } from './sync-item.ts';

/** full: private on both sides. masked: without words on the other. skipped: not synchronised. */
export const PRIVATE_MODES = ['full', 'masked', 'skipped'] as const;
export type PrivateMode = (typeof PRIVATE_MODES)[number];

/** What is shown in place of the subject. */
export interface Mask {
  subject: string;
}

/** What crosses all the same. */
const SHARED = [
  'when',
  'private',
  'status',
  'busy',
  'reminderMinutes',
] as const satisfies readonly MergedField[];
export const SHARED_FIELDS: readonly MergedField[] = SHARED;
const WITHHELD = MERGED_FIELDS.filter((field) => !SHARED_FIELDS.includes(field));

/** What stands for all other fields: one that is added is either shared or here, or it does not compile. */
const UNSAID: Omit<ItemFields, (typeof SHARED)[number] | 'subject'> = {
  body: '',
  location: '',
  regarding: null,
  priority: 'normal',
  categories: [],
  attendees: [],
};

/** What the other side gets to see of a private item; a public one as it is. */
export const shownToOthers = (item: SyncItem, mask: Mask | null): SyncItem =>
  mask === null || !item.private
    ? item
    : {
        ...item,
        ...UNSAID,
        kind: item.kind === 'todo' ? 'todo' : 'appointment',
        subject: mask.subject,
        organiser: null,
      };

/** Whether words stay where they are. */
export const isWithheld = (mask: Mask | null, ...items: readonly Pick<SyncItem, 'private'>[]): boolean =>
  mask !== null && items.some((item) => item.private);

/** As `itemEqual`, without what a private item keeps to itself. */
export const sharedEqual = (a: SyncItem, b: SyncItem): boolean =>
  SHARED_FIELDS.every((field) => fieldEqual(field, a, b));

const looksMasked = (item: SyncItem, { subject }: Mask): boolean =>
  item.subject === subject && (item.body ?? '') === '' && item.location === '';

/**
 * What both sides are held to have agreed on. Of a private pair the words stay those of `before`; of a new one the mask, on
 * both halves, where one side shows it.
 */
export function agreedBase(
  mask: Mask | null,
  before: { crm: SyncItem; domino: SyncItem } | null,
  now: { crm: SyncItem; domino: SyncItem },
): { crm: SyncItem; domino: SyncItem } {
  const { crm, domino } = now;
  if (mask === null || !isWithheld(mask, crm, domino)) return now;
  if (before !== null) return { crm: withWords(crm, before.crm), domino: withWords(domino, before.domino) };
  if (looksMasked(domino, mask)) return { crm: withWords(crm, domino), domino };
  return looksMasked(crm, mask) ? { crm, domino: withWords(domino, crm) } : now;
}

const withWords = (item: SyncItem, words: SyncItem): SyncItem => ({
  ...item,
  ...Object.fromEntries(WITHHELD.map((field) => [field, words[field]])),
});

const VEILED = ['subject', 'body', 'location'] as const satisfies readonly MergedField[];

/**
 * Which side's words have to give way to the mask now that the pair turns private: those of the side that the item was not
 * made on, unless somebody edited them there since. Null: neither's. `base` null, or private: nothing turns.
 */
export function sideToVeil(
  base: { crm: SyncItem; domino: SyncItem } | null,
  now: { crm: SyncItem; domino: SyncItem },
  madeOn: 'crm' | 'domino' | null,
): 'crm' | 'domino' | null {
  if (base === null || madeOn === null || base.crm.private || base.domino.private) return null;
  // The other side keeps what it is told: who makes an item private where it was not made hides nothing.
  if (!now[madeOn].private) return null;
  const side = madeOn === 'crm' ? 'domino' : 'crm';
  return VEILED.every((field) => fieldEqual(field, now[side], base[side])) ? side : null;
}

/** The fields of the mask that a side does not show yet; a text that is not revealed stays. */
export const veiledFields = (item: SyncItem, mask: Mask): MergedField[] =>
  VEILED.filter((field) => !fieldEqual(field, item, veiled(item, mask)));

export const veiled = (item: SyncItem, { subject }: Mask): SyncItem => ({
  ...item,
  subject,
  body: item.body === null ? null : '',
  location: '',
});

/** The mask has become what both sides agree on, so that each real word is news once the pair is public again. */
export function veiledBase(
  base: { crm: SyncItem; domino: SyncItem },
  mask: Mask,
): { crm: SyncItem; domino: SyncItem } {
  const crm = veiled(base.crm, mask);
  // A text that could not be taken away is not to be overwritten later either.
  const body = base.domino.body === null ? base.crm.body : crm.body;
  return { crm: { ...crm, body }, domino: veiled(base.domino, mask) };
}
