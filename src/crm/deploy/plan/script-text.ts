/** What the scripts of both engines have in common. */
import { createHash } from 'node:crypto';
import { VENDOR_COLUMNS } from '../vendor-columns.ts';
import type { DeployPlan } from './plan.ts';

const RULE = '-'.repeat(100);

/** A headline, as wide as the page. */
export const heading = (text: string): string => `-- ${text} ${'-'.repeat(Math.max(3, 115 - text.length))}`;

/** Comment lines between two rules. Empty lines stay empty comments. */
export const banner = (lines: readonly string[]): string =>
  [RULE, ...lines.map((line) => (line === '' ? '--' : `-- ${line}`)), RULE].join('\n');

/** SHA-256 over every statement of the plan in order: two scripts with the same digest do the same. */
export const planDigest = (plan: DeployPlan): string => {
  const hash = createHash('sha256');
  for (const { title, pending, transaction, steps } of plan.parts) {
    hash.update(JSON.stringify([title, pending, transaction]));
    for (const step of steps) hash.update(JSON.stringify([step.pending, step.batches]));
  }
  return hash.digest('hex');
};

/** The tables of Sage CRM that our procedures read. */
export const VENDOR_TABLES: readonly string[] = Object.keys(VENDOR_COLUMNS);

/** Lines of `words`, none longer than the page, each but the first indented. */
export const wrapped = (text: string, width = 110): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};
