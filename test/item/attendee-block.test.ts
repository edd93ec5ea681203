import fc from 'fast-check';
import { entryText, writtenText } from '../../src/item/entry-text.ts';
import type { Person } from '../../src/item/sync-item.ts';
import { cleanText } from '../../src/item/text.ts';
import { text } from './arbitraries.ts';

const withBlock = (body: string, people: readonly Person[]): string =>
  entryText(body, { people, regarding: [] });
const withoutBlock = writtenText;

const PEOPLE = [
  { email: 'zoe@customer.test', name: 'Zoe <the> First' },
  { email: 'yan@customer.test', name: '' },
];
const block = withBlock('', PEOPLE);
const [BEGIN = '', ZOE = '', YAN = '', END = ''] = block.split('\n');

test('people are named between two markers at the end', () => {
  expect(ZOE).toBe('- Zoe the First <zoe@customer.test>');
  expect(YAN).toBe('- <yan@customer.test>');
  expect(withBlock('Agenda', PEOPLE)).toBe(`Agenda\n\n${block}`);
});

test('reading takes the block out, whatever the text', () => {
  fc.assert(
    fc.property(text, text, (body, name) => {
      const clean = cleanText(body).trimEnd();
      expect(withoutBlock(withBlock(clean, [{ email: 'a@b.c', name }]))).toBe(clean);
    }),
  );
});

test('writing again replaces the block, so it never grows', () => {
  const once = withBlock('Agenda', PEOPLE);
  expect(withBlock(once, PEOPLE)).toBe(once);
  expect(withBlock(once, [])).toBe('Agenda');
  expect(withBlock(`${once}\n\n${block}`, PEOPLE)).toBe(once);
});

test.each([
  ['writes below it', `Agenda\n\n${block}\nPS`, 'Agenda\nPS'],
  ['writes above it', `Agenda\nmore\n\n${block}`, 'Agenda\nmore'],
  ['writes into it', `Agenda\n\n${BEGIN}\n${ZOE}\nask her first\n${YAN}\n${END}`, 'Agenda\nask her first'],
  ['loses its begin', `Agenda\n\n${ZOE}\n${YAN}\n${END}`, 'Agenda'],
  ['loses its end', `Agenda\n\n${BEGIN}\n${ZOE}\n${YAN}`, 'Agenda'],
  ['indents it', `Agenda\n\n  ${block.replaceAll('\n', ' \n  ')}`, 'Agenda'],
  ['deletes it', 'Agenda', 'Agenda'],
])('a Notes user who %s keeps his words and no trace of it', (_, body, expected) => {
  expect(withoutBlock(body)).toBe(expected);
});

test('a list of addresses of the user himself stays', () => {
  expect(withoutBlock('Ask\n- Bob <bob@example.com>\nToday')).toBe('Ask\n- Bob <bob@example.com>\nToday');
});
