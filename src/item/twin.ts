/**
 * Twins: one thing of the real world that both sides hold already, without a link. Sage's own rule decides: subject,
 * organiser, start, end and all-day must all be the same. To Dos know no organiser, and their days count, not their times.
 *
 * The result does not depend on the order of what is given, and everything takes part in one pair at most.
 */
import { CRM_TEXT_LIMIT } from './crm-mapping.ts';
import { canonicalText, differingFields, type ItemFields } from './item-equality.ts';
import type { SyncItem, When } from './sync-item.ts';
import { cutText, oneLine } from './text.ts';
import { dateOf, instantToWall } from './time-zone.ts';

/** So many alike are compared each with each; more are put side by side in the order of what they hold. */
const COMPARED_EACH = 100;

/**
 * A subject as it is compared: blanks joined, cut as the CRM cuts it, in one letter case. That Sage compares without regard
 * to case is inferred from the collations it supports, which are case-insensitive.
 */
export const subjectKey = (subject: string): string =>
  oneLine(cutText(oneLine(subject), CRM_TEXT_LIMIT).text)
    .normalize('NFC')
    .toLowerCase();

/** What a list shows of an event; of a To Do it shows the subject only, `start` null. */
export const listedKey = (subject: string, start: string | null): string =>
  JSON.stringify([subjectKey(subject), start]);

/** Equal texts: the same thing. `organiser`: address, the owner's for an item that nobody else organises. */
export function identityOf(
  item: Pick<SyncItem, 'kind' | 'subject' | 'when'>,
  organiser: string,
  zone: string,
): string {
  const { kind, when } = item;
  const subject = subjectKey(item.subject);
  return kind === 'todo'
    ? JSON.stringify(['todo', subject, dayOf(when, 'start', zone), dayOf(when, 'end', zone)])
    : JSON.stringify(['event', subject, organiser.toLowerCase(), when.allDay, when.start, when.end]);
}

const dayOf = (when: When, side: 'start' | 'end', zone: string): string =>
  when.allDay ? when[side] : dateOf(instantToWall(when[side], zone));

export interface TwinCandidate {
  /** Tells the candidates of one side apart. */
  id: string;
  /** Equal texts: the same thing. The second counts only among what the first left over. */
  identities: readonly string[];
  item: ItemFields;
}

export interface TwinMatches<Crm, Domino> {
  pairs: { crm: Crm; domino: Domino }[];
  /** The same several times, and not equally often: nobody can tell which belongs to which, or which is too many. */
  ambiguous: { crm: Crm[]; domino: Domino[] }[];
}

/** What is in neither list of the answer has no twin. */
export function matchTwins<Crm extends TwinCandidate, Domino extends TwinCandidate>(
  crm: readonly Crm[],
  domino: readonly Domino[],
): TwinMatches<Crm, Domino> {
  const matches: TwinMatches<Crm, Domino> = { pairs: [], ambiguous: [] };
  let [left, right] = [inOrder(crm), inOrder(domino)];
  const rounds = Math.max(0, ...left.map(({ identities }) => identities.length));
  for (let round = 0; round < rounds; round += 1) {
    const others = grouped(right, round);
    for (const [identity, ours] of grouped(left, round)) {
      const theirs = others.get(identity);
      if (theirs === undefined) continue;
      if (ours.length === theirs.length) matches.pairs.push(...bestFirst(ours, theirs));
      else matches.ambiguous.push({ crm: ours, domino: theirs });
      const taken = new Set<TwinCandidate>([...ours, ...theirs]);
      left = left.filter((one) => !taken.has(one));
      right = right.filter((one) => !taken.has(one));
    }
  }
  return matches;
}

const inOrder = <T extends TwinCandidate>(candidates: readonly T[]): T[] =>
  [...candidates].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

function grouped<T extends TwinCandidate>(candidates: readonly T[], round: number): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of candidates) {
    const identity = one.identities[round];
    if (identity === undefined) continue;
    const group = groups.get(identity);
    if (group) group.push(one);
    else groups.set(identity, [one]);
  }
  return groups;
}

/** Equally many of the same thing: those that differ least in everything else belong together. */
function bestFirst<Crm extends TwinCandidate, Domino extends TwinCandidate>(
  crm: readonly Crm[],
  domino: readonly Domino[],
): { crm: Crm; domino: Domino }[] {
  if (crm.length > COMPARED_EACH) {
    const others = byContent(domino);
    return byContent(crm).map((one, i) => ({ crm: one, domino: others[i]! }));
  }
  const possible = crm.flatMap((one, i) =>
    domino.map((other, j) => ({ crm: one, domino: other, i, j, distance: distance(one.item, other.item) })),
  );
  possible.sort((a, b) => a.distance - b.distance || a.i - b.i || a.j - b.j);
  const taken = new Set<TwinCandidate>();
  return possible.flatMap(({ crm: one, domino: other }) => {
    if (taken.has(one) || taken.has(other)) return [];
    taken.add(one).add(other);
    return [{ crm: one, domino: other }];
  });
}

const byContent = <T extends TwinCandidate>(candidates: readonly T[]): T[] =>
  candidates
    .map((one) => ({ one, text: canonicalText(one.item) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ one }) => one);

/** Fields that differ; a body that Domino does not reveal tells nothing. */
export const distance = (crm: ItemFields, domino: ItemFields): number =>
  differingFields(crm, domino).filter((field) => field !== 'body' || domino.body !== null).length;
