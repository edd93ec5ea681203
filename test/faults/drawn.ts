/** A draw without repetition that is the same for the same seed, in the order of `all`. */
export function drawn<T>(all: readonly T[], wanted: number, seed: number): T[] {
  const left = all.map((one, i) => ({ one, i }));
  let state = seed;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const chosen: typeof left = [];
  while (chosen.length < wanted && left.length > 0)
    chosen.push(...left.splice(Math.floor(next() * left.length), 1));
  return chosen.sort((a, b) => a.i - b.i).map(({ one }) => one);
}
