/** What can happen in a history: people act on both sides, administrators step in, runners run and die, Domino fails. */
import fc from 'fast-check';

interface At {
  /** From today. */
  day: number;
  hour: number;
}

/** `which` picks among what is there when the step is played; a step that finds nothing to act on does nothing. */
export type Step = Each<Kinds>;

/** A member of its own for each name. */
type Each<T extends { do: string }> = T extends { do: infer K }
  ? K extends string
    ? Omit<T, 'do'> & { do: K }
    : never
  : never;

type Kinds =
  | ({ do: 'crm create'; user: number; with: number | null; todo: boolean } & At)
  | { do: 'crm edit' | 'crm delete'; which: number }
  | ({ do: 'crm move'; which: number } & At)
  /** To one of the two users, or to one who takes no part. */
  | { do: 'crm organiser'; which: number; user: number }
  | ({ do: 'notes create'; user: number; kind: 'appointment' | 'meeting' | 'todo' | 'all-day' } & At)
  | { do: 'notes edit' | 'notes delete'; which: number }
  | ({ do: 'notes move'; which: number } & At)
  | { do: 'edit meets deletion'; which: number; deletes: 'crm' | 'notes' }
  /** Runs until nothing is left to do, or a single cycle. */
  | { do: 'settle' | 'cycle' }
  /** The runner dies at this call to the outside, before it is made or after its effect; a new one starts with the next cycle. */
  | { do: 'crash'; at: number; of: Calls }
  /** Two runners at once; the first may die on the way. */
  | { do: 'two runners'; crashAt: number | null; of: Calls }
  /** Every session of the runner ends at this call of its cycle. */
  | { do: 'sessions end'; at: number }
  | { do: 'domino fault'; effect: DominoFault; after: number }
  /** Of Domino, or of the host of the runner. */
  | { do: 'clock'; of: 'domino' | 'runner'; seconds: number }
  | { do: 'user off' | 'user on'; user: number }
  | { do: 'capture off' | 'capture on' | 'reconcile' | 'retry' };

/** Which calls are counted: all, or those right before or after something was written on either side. */
export type Calls = 'all' | 'writes';

export type DominoFault =
  | 'drop after'
  | 'drop before'
  | 'notices failed'
  | 'truncate'
  | 'login page'
  | 'expire session'
  | 'silent save conflict'
  | 'duplicate entry'
  | 'unavailable'
  | 'error';

const at = { day: fc.integer({ min: 1, max: 40 }), hour: fc.integer({ min: 5, max: 20 }) };
const user = fc.integer({ min: 0, max: 1 });
const which = fc.nat(30);
const of = <K extends Step['do'], T extends object>(
  weight: number,
  kinds: readonly K[],
  more: { [N in keyof T]: fc.Arbitrary<T[N]> },
) => ({ weight, arbitrary: fc.record({ do: fc.constantFrom(...kinds), ...more }) as fc.Arbitrary<Step> });

const HOUR = 3600;

export const step: fc.Arbitrary<Step> = fc.oneof(
  of(6, ['crm create'], { user, with: fc.option(user), todo: fc.boolean(), ...at }),
  of(6, ['crm edit', 'crm delete'], { which }),
  of(4, ['crm move'], { which, ...at }),
  of(2, ['crm organiser'], { which, user: fc.integer({ min: 0, max: 2 }) }),
  of(6, ['notes create'], {
    user,
    kind: fc.constantFrom('appointment', 'meeting', 'todo', 'all-day'),
    ...at,
  }),
  of(6, ['notes edit', 'notes delete'], { which }),
  of(4, ['notes move'], { which, ...at }),
  of(4, ['edit meets deletion'], { which, deletes: fc.constantFrom('crm', 'notes') }),
  of(4, ['settle'], {}),
  of(4, ['cycle'], {}),
  of(1, ['crash'], { at: fc.integer({ min: 1, max: 90 }), of: fc.constant('all') }),
  of(3, ['crash'], { at: fc.integer({ min: 1, max: 8 }), of: fc.constant('writes') }),
  of(1, ['two runners'], {
    crashAt: fc.option(fc.integer({ min: 1, max: 12 })),
    of: fc.constantFrom('all', 'writes'),
  }),
  of(1, ['sessions end'], { at: fc.integer({ min: 1, max: 60 }) }),
  of(3, ['domino fault'], {
    effect: fc.constantFrom<DominoFault>(
      'drop after',
      'drop before',
      'notices failed',
      'truncate',
      'login page',
      'expire session',
      'silent save conflict',
      'duplicate entry',
      'unavailable',
      'error',
    ),
    after: fc.nat(8),
  }),
  of(2, ['clock'], {
    of: fc.constantFrom('domino', 'runner'),
    seconds: fc.constantFrom(1, 90, HOUR, 26 * HOUR, -1, -90, -HOUR, -26 * HOUR),
  }),
  of(1, ['user off'], { user }),
  of(1, ['user on'], { user }),
  of(1, ['capture off'], {}),
  of(1, ['capture on', 'reconcile', 'retry'], {}),
);

export interface History {
  /** By how much both clocks go on with each step, in seconds; 0 leaves all of it to the time it really takes. */
  pace: number;
  steps: Step[];
}

export const history: fc.Arbitrary<History> = fc.record({
  pace: fc.constantFrom(0, 3, 3, 60),
  steps: fc.array(step, { minLength: 4, maxLength: 25 }),
});
