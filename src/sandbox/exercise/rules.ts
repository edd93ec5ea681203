/** The seed rules S1 to S8, each played with real writes on both sides and checked on both sides. */
import type { Rule } from './rule.ts';
import { RULES_OF_ITEMS } from './rules-of-items.ts';
import { RULES_OF_OPERATION } from './rules-of-operation.ts';

export const RULES: readonly Rule[] = [...RULES_OF_ITEMS, ...RULES_OF_OPERATION];
