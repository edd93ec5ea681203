/**
 * Jest without a cache, as on a clean machine, starts the largest files first. Ours that take longest are short: begun
 * last, they would keep one processor at work while the others have nothing left to do.
 */
const Sequencer = require('@jest/test-sequencer').default;

/** Longest first. */
const LONG = [
  'end-to-end/random-histories-',
  'faults/crash.test',
  'end-to-end/why.test',
  'end-to-end/who-holds.test',
  'faults/deploy-and-purge',
];

const rank = ({ path }) => {
  const at = LONG.findIndex((part) => path.replaceAll('\\', '/').includes(`/test/${part}`));
  return at === -1 ? LONG.length : at;
};

class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
}

module.exports = LongestFirst;
