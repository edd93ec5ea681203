/** `docs/planner.md`: the table of `item/planner.ts`, asked cell by cell. Pure. */
import { SIDE_CHANGES, plainWords, planPair, type PairFacts, type SideChange } from '../item/planner.ts';
import { markdownTable } from './markdown.ts';

const FACTS: readonly PairFacts[] = [
  { invitees: true, ended: false },
  { invitees: true, ended: true },
  { invitees: false, ended: false },
  { invitees: false, ended: true },
];

/** Rows of one cell: the facts are named only as far as the decision depends on them. */
function rowsOf(crm: SideChange, domino: SideChange): string[][] {
  const decided = FACTS.map((facts) => ({ facts, action: planPair(crm, domino, facts) }));
  const same = (some: typeof decided): boolean =>
    some.every(({ action }) => JSON.stringify(action) === JSON.stringify(some[0]!.action));
  const row = (when: string, { action }: (typeof decided)[number]): string[] => [
    crm,
    domino,
    when,
    plainWords(action),
    `\`${action.reason}\``,
  ];
  if (same(decided)) return [row('', decided[0]!)];
  const groups = [
    { when: 'people were invited', some: decided.filter(({ facts }) => facts.invitees) },
    { when: 'nobody was invited', some: decided.filter(({ facts }) => !facts.invitees) },
  ];
  if (same(groups.flatMap(({ some }) => some[0]!)) && same(groups.flatMap(({ some }) => some[1]!))) {
    return [row('it is still to come or runs', decided[0]!), row('it has ended', decided[1]!)];
  }
  return groups.flatMap(({ when, some }) =>
    same(some)
      ? [row(when, some[0]!)]
      : [row(`${when}; it is still to come or runs`, some[0]!), row(`${when}; it has ended`, some[1]!)],
  );
}

export function plannerPage(): string {
  const rows = SIDE_CHANGES.flatMap((crm) => SIDE_CHANGES.flatMap((domino) => rowsOf(crm, domino)));
  return [
    '# The planner',
    '',
    'Made from `src/item/planner.ts` by `npm run docs`; a test fails when it is out of date. Do not edit it.',
    '',
    'What each side did since both last agreed, and what follows from it. `absent` means that no link says it ever was',
    'there. [architecture.md](architecture.md#who-decides-what) says which part of the runner asks this table and which',
    'part does not yet.',
    '',
    ...markdownTable(['CRM', 'Domino', 'When', 'Then', 'Reason code'], rows),
    '',
  ].join('\n');
}
