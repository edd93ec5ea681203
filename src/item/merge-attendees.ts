/**
 * Attendees merge as people added and taken away, and person by person in role and answer. Whoever one side adds stays,
 * also when the other takes him away; whoever one side takes away goes, whatever he answered on the other.
 */
import { attendeeList } from './people.ts';
import type { Attendee } from './sync-item.ts';
import type { Side } from './merge.ts';

export interface AttendeeSides {
  /** What that side showed when both agreed; null in an adoption, which takes nobody away. */
  before: readonly Attendee[] | null;
  now: readonly Attendee[];
}

export interface AttendeeMerge {
  crm: Attendee[];
  domino: Attendee[];
  /** Something is different from what the side shows now. */
  changesCrm: boolean;
  changesDomino: boolean;
  /** The side that keeps somebody whom the other took away. */
  kept: Side | 'both' | null;
  /** Role or answer of one person was changed on both sides to different values; `winner` decided. */
  contested: boolean;
}

export function mergeAttendees(crm: AttendeeSides, domino: AttendeeSides, winner: Side): AttendeeMerge {
  const ofCrm = deltaOf(crm);
  const ofDomino = deltaOf(domino);
  const traits = mergeTraits(crm, domino, winner);
  const apply = (side: Side, own: readonly Attendee[], ownDelta: Delta, other: Delta): Attendee[] => {
    const kept = own.filter(({ email }) => ownDelta.added.has(email) || !other.removed.has(email));
    const merged = attendeeList([...kept, ...other.added.values()]);
    return merged.map((attendee) => ({ ...attendee, ...traits[side].get(attendee.email) }));
  };
  const crmAfter = apply('crm', crm.now, ofCrm, ofDomino);
  const dominoAfter = apply('domino', domino.now, ofDomino, ofCrm);
  const crmKeeps = [...ofCrm.added.keys()].some((email) => ofDomino.removed.has(email));
  const dominoKeeps = [...ofDomino.added.keys()].some((email) => ofCrm.removed.has(email));
  return {
    crm: crmAfter,
    domino: dominoAfter,
    changesCrm: delisted(ofDomino) || shown(crmAfter) !== shown(attendeeList(crm.now)),
    changesDomino: delisted(ofCrm) || shown(dominoAfter) !== shown(attendeeList(domino.now)),
    kept: crmKeeps && dominoKeeps ? 'both' : crmKeeps ? 'crm' : dominoKeeps ? 'domino' : null,
    contested: traits.contested,
  };
}

interface Delta {
  added: Map<string, Attendee>;
  removed: Map<string, Attendee>;
}

function deltaOf({ before, now }: AttendeeSides): Delta {
  const had = byEmail(before ?? []);
  const has = byEmail(now);
  return {
    added: new Map([...has].filter(([email]) => !had.has(email))),
    removed: new Map([...had].filter(([email]) => !has.has(email))),
  };
}

const byEmail = (attendees: readonly Attendee[]): Map<string, Attendee> =>
  new Map(attendees.map((attendee) => [attendee.email, attendee]));

/** Somebody outside the CRM may be named in the body only: no attendee of Domino, and yet there is something to write. */
const delisted = ({ removed }: Delta): boolean =>
  [...removed.values()].some(({ external }) => external === true);

const shown = (attendees: readonly Attendee[]): string =>
  JSON.stringify(attendees.map(({ email, role, response }) => [email, role, response]));

type Traits = Partial<Pick<Attendee, 'role' | 'response'>>;

function mergeTraits(
  crm: AttendeeSides,
  domino: AttendeeSides,
  winner: Side,
): { crm: Map<string, Traits>; domino: Map<string, Traits>; contested: boolean } {
  const result = { crm: new Map<string, Traits>(), domino: new Map<string, Traits>(), contested: false };
  const other = byEmail(domino.now);
  for (const inCrm of crm.now) {
    const inDomino = other.get(inCrm.email);
    if (inDomino === undefined) continue;
    for (const trait of ['role', 'response'] as const) {
      const crmChanged = traitChanged(trait, inCrm, crm);
      const dominoChanged = traitChanged(trait, inDomino, domino);
      if ((!crmChanged && !dominoChanged) || inCrm[trait] === inDomino[trait]) continue;
      if (crmChanged && dominoChanged) result.contested = true;
      const from = crmChanged && dominoChanged ? winner : crmChanged ? 'crm' : 'domino';
      const to = from === 'crm' ? 'domino' : 'crm';
      const value = { [trait]: (from === 'crm' ? inCrm : inDomino)[trait] };
      result[to].set(inCrm.email, { ...result[to].get(inCrm.email), ...value });
    }
  }
  return result;
}

/**
 * No answer takes no answer away: Domino's interfaces show `none` for people who have answered. And where nothing is
 * known from before, `required` says nothing: the CRM has no other role for a person.
 */
function traitChanged(trait: 'role' | 'response', now: Attendee, { before }: AttendeeSides): boolean {
  if (trait === 'response' && now.response === 'none') return false;
  const had = before?.find(({ email }) => email === now.email);
  return had === undefined ? trait === 'response' || now.role !== 'required' : now[trait] !== had[trait];
}
