/** A seed rule: its text, and how to play and check it. */
import type { World } from './world.ts';

/** Collects what was checked; a rule passes when everything did. */
export interface Checks {
  check(statement: string, holds: boolean): void;
}

export interface Rule {
  rule: string;
  text: string;
  play(world: World, checks: Checks): Promise<void>;
}
