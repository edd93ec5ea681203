/** docs/guarantees.md: each promise names a test, and each test that is named is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'guarantees.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (Promise |-+ )/.test(line))
  .map((line) => line.split('|').slice(1, -1));

const named = [...new Set(page.match(/test\/[\w./-]+\.test\.ts/g))];

test('each row is a promise, what it assumes, and a test that shows it', () => {
  expect(rows.length).toBeGreaterThan(50);
  for (const row of rows) {
    expect(row).toHaveLength(3);
    const [promise, , shown] = row.map((cell) => cell.trim());
    expect({ promise, shown }).toEqual({
      promise,
      shown: expect.stringMatching(/test\/.*\.test\.ts|npm run bench/) as string,
    });
  }
});

test.each(named)('%s is there and tests something', (path) => {
  expect(existsSync(join(ROOT, path))).toBe(true);
  // The shards of the histories call one function that does.
  expect(readFileSync(join(ROOT, path), 'utf8')).toMatch(
    /\b(test|describe|it)(\.\w+)*\(|playShard\(|\w+\(\d\)/,
  );
});
