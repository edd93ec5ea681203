/**
 * Random histories, split over several files so that all processors work: people edit on both sides, users come and go,
 * clocks jump, runners die and Domino fails. Once that stops, a finite number of cycles makes both sides equal or gives a
 * reason, nothing is there twice, no mail left, and one more run writes nothing. An edit that met a deletion of the other
 * side has survived it.
 *
 * HISTORY_RUNS: how many in all, default 500. HISTORY_FIRST: the first seed, default 1, `random` for others each time: what
 * `npm test` says must not depend on luck. HISTORY_SEED: this one history only, shrunk when it fails, which takes minutes; HISTORY_SHRINK=no leaves it as it is.
 */
import fc from 'fast-check';
import { play } from './play.ts';
import { openStage, type Stage } from './stage.ts';
import { history, type History } from './step.ts';
import { comeToRest, faultsOf } from './verdict.ts';

const RUNS = Number(process.env['HISTORY_RUNS'] ?? 500);
const ONLY = process.env['HISTORY_SEED'];
const WANTED = process.env['HISTORY_FIRST'] ?? '1';
/** A file plays on after a failure, so that one run shows more than one. */
const MOST_FAILURES = 5;
const FIRST = WANTED === 'random' ? Date.now() % 1_000_000_000 : Number(WANTED);

/** Of `shards` files the `shard`-th, from 1. */
export function playShard(shard: number, shards: number): void {
  const seeds =
    ONLY === undefined
      ? Array.from({ length: RUNS }, (_, i) => FIRST + i).filter((_, i) => i % shards === shard - 1)
      : shard === 1
        ? [Number(ONLY)]
        : [];
  let stage: Stage;
  beforeAll(async () => {
    if (seeds.length > 0) stage = await openStage();
  }, 120_000);
  afterAll(() => (stage as Stage | undefined)?.close());

  test(
    'after any history both sides agree, nothing is there twice, and the next run writes nothing',
    async () => {
      const failed: string[] = [];
      for (const seed of seeds) {
        const failure = await playSeed(stage, seed);
        if (failure !== null) failed.push(failure);
        if (failed.length === MOST_FAILURES) break;
      }
      if (failed.length > 0) throw new Error(failed.join('\n\n'));
    },
    60_000 + RUNS * 20_000,
  );
}

/** What went wrong, with the history; null when nothing did. */
async function playSeed(stage: Stage, seed: number): Promise<string | null> {
  let count = 0;
  const property = fc.asyncProperty(history, async (one: History) => {
    count += 1;
    const wrong = await outcome(stage, one, `H${seed}-${count}`);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
  const result = await fc.check(property, {
    seed,
    numRuns: 1,
    // Two of three histories are drawn evenly, the others prefer the ends of what is possible.
    unbiased: seed % 3 !== 0,
    endOnFailure: ONLY === undefined || process.env['HISTORY_SHRINK'] === 'no',
  });
  if (!result.failed) return null;
  const why = result.errorInstance instanceof Error ? result.errorInstance.message : '';
  return `HISTORY_SEED=${seed}\n${why}\n${JSON.stringify(result.counterexample)}`;
}

async function outcome(stage: Stage, one: History, name: string): Promise<string[]> {
  await stage.empty();
  const survivors = await play(stage, one, name);
  await comeToRest(stage);
  return faultsOf(stage, survivors);
}
