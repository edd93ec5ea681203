/** `docs/planner.md`: the table of `item/planner.ts`, asked cell by cell. Pure. */
import { DELETE_POLICY_SETTINGS, flipped, type DeletePolicy } from '../item/delete-policy.ts';
import {
  CRM_CHANGES,
  DOMINO_CHANGES,
  ORDINARY,
  plainWords,
  planPair,
  type Action,
  type CrmChange,
  type DominoChange,
  type PairFacts,
} from '../item/planner.ts';
import { markdownTable } from './markdown.ts';

const POLICY_MEMBERS = Object.keys(DELETE_POLICY_SETTINGS) as (keyof DeletePolicy)[];

const FACTS: readonly PairFacts[] = [
  { ...ORDINARY, invitees: true },
  { ...ORDINARY, invitees: true, ended: true },
  { ...ORDINARY },
  { ...ORDINARY, ended: true },
];

const same = (a: Action, b: Action): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The settings that would change the decision. */
function settingsOf(crm: CrmChange, domino: DominoChange, facts: PairFacts): string {
  const action = planPair(crm, domino, facts);
  return POLICY_MEMBERS.filter(
    (member) => !same(action, planPair(crm, domino, { ...facts, policy: flipped(facts.policy, member) })),
  )
    .map((member) => `\`${DELETE_POLICY_SETTINGS[member]}\``)
    .join(', ');
}

interface Decided {
  facts: PairFacts;
  action: Action;
  settings: string;
}

/** Rows of one cell: the facts are named only as far as the decision depends on them. */
function rowsOf(crm: CrmChange, domino: DominoChange): string[][] {
  const decided = FACTS.map((facts) => ({
    facts,
    action: planPair(crm, domino, facts),
    settings: settingsOf(crm, domino, facts),
  }));
  const alike = (some: Decided[]): boolean =>
    some.every((one) => same(one.action, some[0]!.action) && one.settings === some[0]!.settings);
  const row = (when: string, { action, settings }: Decided): string[] => [
    crm,
    domino,
    when,
    plainWords(action),
    `\`${action.reason}\``,
    settings,
  ];
  if (alike(decided)) return [row('', decided[0]!)];
  const groups = [
    { when: 'people were invited', some: decided.filter(({ facts }) => facts.invitees) },
    { when: 'nobody was invited', some: decided.filter(({ facts }) => !facts.invitees) },
  ];
  if (alike(groups.map(({ some }) => some[0]!)) && alike(groups.map(({ some }) => some[1]!))) {
    return [row('it is still to come or runs', decided[0]!), row('it has ended', decided[1]!)];
  }
  return groups.flatMap(({ when, some }) =>
    alike(some)
      ? [row(when, some[0]!)]
      : [row(`${when}; it is still to come or runs`, some[0]!), row(`${when}; it has ended`, some[1]!)],
  );
}

const cells = CRM_CHANGES.flatMap((crm) => DOMINO_CHANGES.map((domino) => [crm, domino] as const));

/** What differs from the table above it, with people invited and not. */
const exceptions = (name: string, changes: Partial<PairFacts>): string[][] =>
  cells.flatMap(([crm, domino]) => {
    const rows = [true, false].flatMap((invitees) => {
      const facts = { ...ORDINARY, invitees };
      const usual = planPair(crm, domino, facts);
      const action = planPair(crm, domino, { ...facts, ...changes });
      return same(usual, action) ? [] : [[name, crm, domino, plainWords(action), `\`${action.reason}\``]];
    });
    return rows.filter((row, i) => i === 0 || row.join() !== rows[0]!.join());
  });

export function plannerPage(): string {
  return [
    '# The planner',
    '',
    'Made from `src/item/planner.ts` by `npm run docs`; a test fails when it is out of date. Do not edit it.',
    '',
    'What each side did since both last agreed, and what follows from it. _absent_: no link says it ever was there.',
    '_moved_: another mail file has to hold it now. _retyped_: no appointment any more. _opted_out_: marked "CRM only", or',
    'in Notes with the category of setting `opt_out_category`. _purged_: the row is gone from the database. _It has ended_:',
    'or its status in the CRM is complete.',
    '',
    'The last column names the settings that would change the decision; the table shows their defaults.',
    '',
    ...markdownTable(
      ['CRM', 'Domino', 'When', 'Then', 'Reason code', 'Setting'],
      cells.flatMap(([crm, domino]) => rowsOf(crm, domino)),
    ),
    '',
    '## Where one side must not be written',
    '',
    "What differs for a user who synchronises in one direction only, and for an invitee's own entry of a meeting that",
    "somebody else organises: Domino's scheduling keeps it.",
    '',
    ...markdownTable(
      ['Who', 'CRM', 'Domino', 'Then', 'Reason code'],
      [
        ...exceptions('`to_domino`', { direction: 'to_domino' }),
        ...exceptions('`to_crm`', { direction: 'to_crm' }),
        ...exceptions("invitee's own entry", { inviteeCopy: true }),
      ],
    ),
    '',
  ].join('\n');
}
