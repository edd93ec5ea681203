/** Spoils an answer of Domino in the ways that servers, proxies and other people's programs spoil answers. */
import type { Random } from '../../src/sandbox/crm/random.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const NASTY_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0001b\u0008c\u001f',
  '\ud83d',
  '\udc00x',
  '👩‍👩‍👧‍👦'.repeat(50),
  '\u202Eright to left\u202C',
  'مرحبا بالعالم',
  "'; drop table communication; --",
  '<script>alert(1)</script>',
  '${7*7} {{7*7}} %s %n',
  '../../../names.nsf',
  'x'.repeat(200_000),
  '\r\nSet-Cookie: a=b',
  'BEGIN:VCALENDAR',
  'mailto:nobody',
  '__proto__',
];
const NASTY_DATES = [
  '2026-02-30',
  '0000-00-00',
  '9999-12-31',
  '20000-01-01',
  '-0001-01-01',
  '2026-13-01',
  '20261122',
  '22.11.2026',
  'NaN',
];
const NASTY_TIMES = ['24:00:00', '25:61:61', '23:59:60', '9:00', '09:00:00.000', '09:00:00+02:00', ''];
const NASTY_NUMBERS = [0, -1, 1e308, 2 ** 53, -(2 ** 53), 0.1, 4_294_967_296];
const KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'events', 'start', 'end', 'id', ''];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const anything = (random: Random, near: Json): Json => {
  switch (random.int(0, 9)) {
    case 0:
      return null;
    case 1:
      return random.pick(NASTY_NUMBERS);
    case 2:
      return random.pick([true, false]);
    case 3:
      return [];
    case 4:
      return {};
    case 5:
      return [near, near];
    case 6:
      return random.pick(NASTY_DATES);
    case 7:
      return random.pick(NASTY_TIMES);
    case 8:
      return { value: near };
    default:
      return random.pick(NASTY_TEXTS);
  }
};

/** Every place in a value, as the way to it. */
function places(value: Json, way: string[] = [], found: string[][] = []): string[][] {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const here = [...way, key];
      found.push(here);
      places(inner, here, found);
    }
  }
  return found;
}

function spoilValue(random: Random, root: Json): Json {
  const all = places(root);
  if (all.length === 0) return anything(random, root);
  const way = random.pick(all);
  let parent = root as Record<string, Json>;
  for (const step of way.slice(0, -1)) parent = parent[step] as Record<string, Json>;
  const key = way.at(-1)!;
  switch (random.int(0, 5)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      break;
    case 1:
      // An array with a `constructor` of its own is nothing that JSON can say.
      if (Array.isArray(parent)) break;
      Object.defineProperty(parent, random.pick(KEYS), {
        value: anything(random, parent[key]!),
        enumerable: true,
        configurable: true,
        writable: true,
      });
      break;
    case 2:
      if (Array.isArray(parent)) parent.push(...parent.slice(0, 3));
      else parent[key] = anything(random, parent[key]!);
      break;
    default:
      parent[key] = anything(random, parent[key]!);
  }
  return root;
}

const deep = (open: string, close: string): string => open.repeat(20_000) + close.repeat(20_000);

/** The same `random` gives the same answer. */
export function spoiled(random: Random, answer: Answer): Answer {
  const { status, headers, body } = answer;
  switch (random.int(0, 19)) {
    case 0:
      return { status, headers, body: body.slice(0, random.int(0, body.length)) };
    case 1:
      return { status, headers, body: '' };
    case 2:
      return { status: random.pick([200, 201, 204, 302, 400, 403, 404, 409, 500]), headers, body };
    case 3:
      return {
        status,
        headers: { ...headers, 'content-type': random.pick(['text/html', '', 'text/plain']) },
        body,
      };
    case 4:
      return {
        status,
        headers,
        body: random.pick([deep('[', ']'), deep('{"a":', '}'), 'null', '[]', '{}', '"x"', '0']),
      };
    case 5:
      return {
        status,
        headers: {
          ...headers,
          'content-range': random.pick([
            '',
            'items',
            'items 0-0/0',
            'items 5-1/3',
            'items 0-9/999999999',
            'items a-b/c',
          ]),
        },
        body,
      };
    case 6:
      return {
        status,
        headers: { ...headers, date: random.pick(['', 'yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT']) },
        body,
      };
    default: {
      let value = JSON.parse(body) as Json;
      const times = random.int(1, 3);
      for (let i = 0; i < times; i += 1) value = spoilValue(random, value);
      return { status, headers, body: JSON.stringify(value) };
    }
  }
}
