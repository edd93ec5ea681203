import fc from 'fast-check';
import { cleanText, cutText, emailOf, isMailAddress, oneLine } from '../../src/item/text.ts';
import { text } from './arbitraries.ts';

test('line ends of every kind become one', () => {
  expect(cleanText('a\r\nb\rc\nd\u2028e\u0085f\vg')).toBe('a\nb\nc\nd\ne\nf\ng');
});

test('control characters go, line feeds and tabs stay', () => {
  expect(cleanText('a\u0000b\u0007\tc\nd\u007f\u009be')).toBe('ab\tc\nde');
});

test('half a character becomes the replacement character, a whole one stays', () => {
  expect(cleanText('a\ud83dx \udcc5 🗓')).toBe('a\uFFFDx \uFFFD 🗓');
});

test('cleaning twice changes nothing, and the result survives UTF-8', () => {
  fc.assert(
    fc.property(text, (value) => {
      const clean = cleanText(value);
      expect(cleanText(clean)).toBe(clean);
      expect(Buffer.from(clean, 'utf8').toString('utf8')).toBe(clean);
    }),
  );
});

test('a subject is one line', () => {
  expect(oneLine('  a\r\n b\t\tc ')).toBe('a b c');
});

describe('cutting to the width of a column', () => {
  test('counts as SQL Server does and never cuts through a character', () => {
    expect(cutText('ab🗓', 4)).toEqual({ text: 'ab🗓', cut: '' });
    expect(cutText('ab🗓', 3)).toEqual({ text: 'ab', cut: '🗓' });
    expect(cutText('x'.repeat(256), 255)).toEqual({ text: 'x'.repeat(255), cut: 'x' });
  });

  test('loses nothing: what is kept and what is cut are the text', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 50 }), (value, max) => {
        const clean = cleanText(value);
        const { text: kept, cut } = cutText(clean, max);
        expect(kept + cut).toBe(clean);
        // SQL Server counts UTF-16 units, PostgreSQL code points: what fits the first fits both.
        expect(kept.length).toBeLessThanOrEqual(max);
        expect([...kept].length).toBeLessThanOrEqual(max);
        // And no more is cut than has to be.
        if (cut !== '') expect(kept.length).toBeGreaterThanOrEqual(max - 1);
        expect(cleanText(kept)).toBe(kept);
        expect(cleanText(cut)).toBe(cut);
      }),
    );
  });
});

test('an address is known by its lower-cased text', () => {
  expect(emailOf(' MAILTO:Ann@Example.COM ')).toBe('ann@example.com');
  expect(emailOf('  ')).toBeNull();
  expect(emailOf(null)).toBeNull();
});

test.each([
  ['ann@example.com', true],
  ['cn=ann/o=acme', false],
  ['ann <ann@example.com>', false],
])('mail can be addressed to %p: %p', (address, expected) => {
  expect(isMailAddress(address)).toBe(expected);
});
