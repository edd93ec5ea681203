/**
 * Rows of Sage's tables that no screen of the CRM would write, but that its columns hold: what imports, old versions, other
 * programs and hands with SQL leave behind. The same `random` gives the same rows.
 */
import type { Random } from '../../src/sandbox/crm/random.ts';

/** Columns of Communication; times as text that PostgreSQL reads as a timestamp. */
export interface CommunicationRow {
  comm_type: string | null;
  comm_action: string | null;
  comm_status: string | null;
  comm_priority: string | null;
  comm_datetime: string | null;
  comm_todatetime: string | null;
  comm_private: string | null;
  comm_note: string | null;
  comm_createdby: number | null;
  comm_updateddate: string | null;
  comm_updatedby: number | null;
  comm_deleted: number | null;
  comm_notifytime: string | null;
  comm_recurrenceid: number | null;
  comm_crmonly: string | null;
  comm_organizer: string | null;
  comm_isalldayevent: string | null;
  comm_subject: string | null;
  comm_location: string | null;
}

export interface LinkRow {
  cmli_comm_userid: number | null;
  cmli_comm_notifytime: string | null;
  cmli_deleted: number | null;
  cmli_isexternalattendee: string | null;
  cmli_externalpersonid: number | null;
  cmli_recipient: string | null;
  cmli_status: number | null;
}

export interface Row {
  columns: CommunicationRow;
  links: LinkRow[];
  /** What is wrong with it; empty = nothing. */
  spoilt: string[];
}

export interface Cast {
  /** User ids: they exist and are enabled. */
  users: readonly number[];
  addresses: readonly string[];
  /** Wall clock of the n-th healthy half hour. */
  at(n: number): string;
}

const WORST_TEXTS: readonly string[] = [
  '',
  ' ',
  '\t\r\n\u000b\u000c',
  'a\u0001b\u0008c\u001f\u007f',
  '\ud83d',
  '\udc00x',
  '👩‍👩‍👧‍👦'.repeat(20),
  '\u202Eright to left\u202C',
  'مرحبا بالعالم',
  'e\u0301\u0327'.repeat(80),
  '\uFEFF\u200B\u2028\u2029',
  "'; drop table canary; --",
  '"; delete from communication where 1=1; --',
  "$$; select pg_sleep(60); $$ || '",
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>&lt;b&gt;',
  '</body></html>]]><!--',
  '${7*7} {{7*7}} %s %n \\x00 \\u0000',
  '","subject":"injected","x":"',
  '\r\nBEGIN:VEVENT\r\nSUMMARY:injected\r\nATTENDEE:mailto:injected@evil.example\r\nEND:VEVENT',
  'mailto:nobody',
  '__proto__',
  'constructor',
  'toString',
  '../../../names.nsf',
  '\\\\server\\share',
  '0'.repeat(255),
  'null',
  '\u00a0\u3000',
];
const WORST_TIMES: readonly (string | null)[] = [
  null,
  '0001-01-01 00:00:00',
  '1752-12-31 23:59:59.999',
  '1753-01-01 00:00:00',
  '1899-12-30 00:00:00',
  '1970-01-01 00:00:00',
  '9999-12-31 23:59:59.997',
  '9999-12-31 00:00:00',
  '10000-01-01 00:00:00',
  '294276-12-31 23:59:59',
  '0044-03-15 12:00:00 BC',
  'infinity',
  '-infinity',
  '2027-03-28 02:30:00',
  '2027-10-31 02:30:00',
  '2027-02-28 23:59:59.999',
  '2028-02-29 00:00:00.001',
];
const FLAGS: readonly (string | null)[] = [null, '', ' ', 'y', 'Y', 'N', '1', '0', 'T', '?', 'é'];
const CAPTIONS: readonly (string | null)[] = [
  null,
  '',
  ' ',
  'Meeting ',
  ' meeting',
  'ToDo',
  'todo',
  'Vacation',
  'Umzug',
  '__proto__',
  'constructor',
  'Complete',
  'Cancelled',
  'In Progress',
  '-1',
  '👾',
  'x'.repeat(40),
  'Low,High',
];
const NUMBERS: readonly (number | null)[] = [null, 0, -1, 1, 2, 6, 7, 99_999, 2_147_483_647, -2_147_483_648];
const DELETED: readonly (number | null)[] = [0, 1, 2, -1, 32_767];
const RECIPIENTS: readonly (string | null)[] = [
  null,
  '',
  ' ',
  '@',
  'a@b@c',
  'no address',
  'x@y.example\r\nBcc: injected@evil.example',
  '"><script>@x.example',
  'MAILTO:Guest@Elsewhere.example',
  'guest@elsewhere.example',
  ' GUEST@elsewhere.example ',
  'Ünï@cödé.example',
  `${'l'.repeat(240)}@x.example`,
  'cn=jane doe/o=acme',
  'a,b;c@d.example',
];

type Spoil = (random: Random, row: Row, cast: Cast) => void;

const column =
  <Name extends keyof CommunicationRow>(name: Name, values: readonly CommunicationRow[Name][]): Spoil =>
  (random, { columns }) => {
    columns[name] = random.pick(values);
  };
const text = (random: Random, most: number): string =>
  [...(random.pick(WORST_TEXTS) + (random.chance(0.3) ? random.pick(WORST_TEXTS) : ''))]
    .slice(0, most)
    .join('');
/** PostgreSQL's varchar counts characters. */
const shortened =
  (name: 'comm_subject' | 'comm_location'): Spoil =>
  (random, { columns }) => {
    columns[name] = random.chance(0.1) ? null : random.chance(0.1) ? '😀'.repeat(255) : text(random, 255);
  };
const link = (changes: Partial<LinkRow> = {}): LinkRow => ({
  cmli_comm_userid: null,
  cmli_comm_notifytime: null,
  cmli_deleted: null,
  cmli_isexternalattendee: null,
  cmli_externalpersonid: null,
  cmli_recipient: null,
  cmli_status: 0,
  ...changes,
});

const SPOILS: Readonly<Record<string, Spoil>> = {
  subject: shortened('comm_subject'),
  location: shortened('comm_location'),
  text: (random, { columns }) => {
    columns.comm_note = random.chance(0.1) ? null : text(random, 100_000).repeat(random.int(1, 30));
  },
  'huge text': (random, { columns }) => {
    // A dozen among thousands: each is some megabytes.
    const size = random.chance(0.02) ? 3_000_000 : 60_000;
    columns.comm_note = random.pick(['x', 'é', '😀', '<b>', '\r\n', '> ']).repeat(Math.floor(size / 4));
  },
  start: column('comm_datetime', WORST_TIMES),
  end: column('comm_todatetime', WORST_TIMES),
  'both times': (random, { columns }) => {
    columns.comm_datetime = random.pick(WORST_TIMES);
    columns.comm_todatetime = random.pick([columns.comm_datetime, ...WORST_TIMES]);
  },
  'end before start': (_random, { columns }) => {
    columns.comm_todatetime = `${columns.comm_datetime ?? '2027-01-01'}`.replace(/^\d{4}/, '2020');
  },
  'all-day': (random, row, cast) => {
    column('comm_isalldayevent', FLAGS)(random, row, cast);
    if (random.chance(0.3)) row.columns.comm_todatetime = random.pick(WORST_TIMES);
  },
  private: column('comm_private', FLAGS),
  'CRM only': column('comm_crmonly', FLAGS),
  type: column('comm_type', [
    null,
    '',
    'appointment',
    'Appointment ',
    ' Appointment',
    'Task',
    'APPOINTMENT',
    '__proto__',
  ]),
  action: column('comm_action', CAPTIONS),
  status: column('comm_status', CAPTIONS),
  priority: column('comm_priority', CAPTIONS),
  deleted: column('comm_deleted', DELETED),
  creator: column('comm_createdby', NUMBERS),
  'last saved': (random, row, cast) => {
    column('comm_updateddate', WORST_TIMES)(random, row, cast);
    column('comm_updatedby', NUMBERS)(random, row, cast);
  },
  reminder: column('comm_notifytime', WORST_TIMES),
  recurrence: column('comm_recurrenceid', NUMBERS),
  organiser: (random, { columns }, { users, addresses }) => {
    columns.comm_organizer = random.pick([
      null,
      '',
      '0',
      '-1',
      '99999',
      '2147483648',
      '99999999999999999999',
      ' 1 ',
      `${random.pick(users)}`.padEnd(40),
      `${random.pick(users)}.0`,
      random.pick(addresses).toUpperCase(),
      `  ${random.pick(addresses)}  `,
      ...RECIPIENTS,
      text(random, 384),
    ]);
  },
  'no links': (_random, row) => {
    row.links = [];
  },
  'a user who is not there': (random, { links }) => {
    links.push(link({ cmli_comm_userid: random.pick(NUMBERS), cmli_status: random.pick(NUMBERS) }));
  },
  'the same user again and again': (random, { links }, { users }) => {
    const again = random.pick(users);
    for (let i = random.int(2, 5); i > 0; i -= 1)
      links.push(
        link({
          cmli_comm_userid: again,
          cmli_status: random.pick(NUMBERS),
          cmli_comm_notifytime: random.pick(WORST_TIMES),
        }),
      );
  },
  'several organisers': (_random, { links }, { users }) => {
    for (const user of users) links.push(link({ cmli_comm_userid: user, cmli_status: 6 }));
  },
  'deleted links': (random, { links }) => {
    for (const one of links) one.cmli_deleted = random.pick(DELETED);
  },
  'outsiders without an address': (random, { links }) => {
    for (let i = random.int(1, 6); i > 0; i -= 1)
      links.push(
        link({
          cmli_isexternalattendee: random.pick(FLAGS),
          cmli_recipient: random.pick(RECIPIENTS),
          cmli_externalpersonid: random.pick(NUMBERS),
          cmli_status: random.pick(NUMBERS),
        }),
      );
  },
  'hundreds of outsiders': (random, { links }) => {
    const count = random.chance(0.1) ? 300 : 10;
    for (let i = 0; i < count; i += 1)
      links.push(link({ cmli_isexternalattendee: 'Y', cmli_recipient: `guest${i}@elsewhere.example` }));
  },
};

export const KINDS: readonly string[] = Object.keys(SPOILS);

/** A row as the CRM's own screens write it. */
export function healthyRow(n: number, subject: string, { users, at }: Cast): Row {
  const user = users[n % users.length]!;
  return {
    columns: {
      comm_type: 'Appointment',
      comm_action: n % 7 === 0 ? 'ToDo' : 'Meeting',
      comm_status: 'Pending',
      comm_priority: 'Normal',
      comm_datetime: at(n),
      comm_todatetime: at(n + 1),
      comm_private: null,
      comm_note: 'Text',
      comm_createdby: user,
      comm_updateddate: at(-100),
      comm_updatedby: user,
      comm_deleted: null,
      comm_notifytime: null,
      comm_recurrenceid: null,
      comm_crmonly: null,
      comm_organizer: `${user}`,
      comm_isalldayevent: null,
      comm_subject: subject,
      comm_location: 'Room',
    },
    links: [link({ cmli_comm_userid: user, cmli_status: 6 })],
    spoilt: [],
  };
}

/** The same with one to three things wrong. */
export function spoiltRow(random: Random, n: number, cast: Cast): Row {
  const row = healthyRow(n, `Spoilt ${n}`, cast);
  row.spoilt = random.sample(KINDS, random.int(1, 3));
  for (const kind of row.spoilt) SPOILS[kind]!(random, row, cast);
  return row;
}
