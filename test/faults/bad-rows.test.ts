/**
 * Thousands of rows in Sage's tables that no screen would write, each beside a healthy one: none of them stops a cycle, a
 * mailbox or its neighbour; each ends applied, or with a reason of `reason_code`, or concerns nobody who is enabled. What
 * Domino then shows is read back without an edit of the CRM, and one more cycle writes nothing.
 *
 * BAD_ROWS: how many; `npm run test:faults` takes 20,000. BAD_SEED: the same rows again.
 */
import { effects } from '../../src/runner/counts.ts';
import { createRandom } from '../../src/sandbox/crm/random.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';
import { insertRows, overwriteRows } from './bulk-rows.ts';
import { healthyRow, KINDS, spoiltRow, type Cast, type Row } from './spoil-rows.ts';

const WANTED = Number(
  process.env['BAD_ROWS'] ?? (process.env['npm_lifecycle_event'] === 'test:faults' ? 20_000 : 500),
);
const SEED = Number(process.env['BAD_SEED'] ?? Date.now() % 1_000_000);
const CHUNK = 500;
/** Of them every third is spoilt only after it has become a pair. */
const LATER = 3;
const HOURS = 3 * 3_600_000;

interface Written {
  id: number;
  row: Row;
  healthy: boolean;
}

let two: TwoSides;
let cast: Cast;
const written: Written[] = [];
let prototype: string;

beforeAll(async () => {
  two = await openTwoSides({ users: 4, settings: { mass_disappearance_percent: '100' } });
  const { world, sides } = two;
  cast = {
    users: world.users.map(({ userId }) => userId),
    addresses: world.users.map(({ email }) => email),
    at: (n) => world.at(2 + (Math.floor(n / 16) % 300), 6 + (n % 16)).wall,
  };
  await sides.vendor.query('create table canary (sings text); grant all on canary to public');
  await world.settle();
  prototype = Object.getOwnPropertyNames(Object.prototype).join();
});
afterAll(() => two.close());

const query = async <R extends object>(sql: string, ...values: unknown[]): Promise<R[]> =>
  (await two.sides.vendor.query<R>(sql, values)).rows;

/** Everything of Sage's that we might have written. */
const crm = () =>
  query(
    `select (select md5(string_agg(c::text, ',' order by c.comm_communicationid)) from communication as c) as rows,
            (select md5(string_agg(l::text, ',' order by l.cmli_commlinkid)) from comm_link as l) as links`,
  );

async function playChunk(first: number): Promise<void> {
  const { world } = two;
  const random = createRandom(SEED + first);
  const spoilt = Array.from({ length: Math.min(CHUNK, WANTED - first) }, (_, i) => {
    const n = first + i;
    return { n, row: spoiltRow(random, n, cast), later: n % LATER === 0 };
  });
  const rows = spoilt.flatMap(({ n, row, later }) => [
    { row: later ? healthyRow(n, `Spoilt ${n}`, cast) : row, healthy: false },
    { row: healthyRow(n, `Healthy ${n}`, cast), healthy: true },
  ]);
  const ids = await insertRows(
    world,
    rows.map(({ row }) => row),
  );
  await world.settle();
  const after = spoilt.filter(({ later }) => later);
  await overwriteRows(
    world,
    after.map(({ n }) => ids[2 * (n - first)]!),
    after.map(({ row }) => row),
  );
  const before = await crm();
  await world.settle();
  expect(await crm()).toEqual(before);
  for (const [i, { row, healthy }] of rows.entries())
    written.push({ id: ids[i]!, row: healthy ? row : spoilt[i >> 1]!.row, healthy });
}

test(
  `${WANTED} spoilt rows go through whole cycles`,
  async () => {
    for (let first = 0; first < WANTED; first += CHUNK) {
      try {
        await playChunk(first);
      } catch (error) {
        throw new Error(`BAD_SEED=${SEED}, from row ${first}: ${String(error)}`, { cause: error });
      }
    }
    // What waits for another attempt gets it now, until it is applied or parked.
    for (let round = 0; round < 12; round += 1) {
      await query('update domino_sync.delivery set next_attempt_at = now() where parked_at is null');
      await two.world.settle();
    }
    expect(written).toHaveLength(2 * WANTED);
    // Each kind of damage was there, or it proves nothing.
    expect(new Set(written.flatMap(({ row }) => row.spoilt)).size).toBe(KINDS.length);
  },
  HOURS,
);

interface Outcome {
  id: number;
  state: string | null;
  uid: string | null;
  form: string | null;
  mail_file: string | null;
  parked: string | null;
  error: string | null;
  told: string | null;
  action: string | null;
  holders: number;
  subject: string | null;
  location: string | null;
}

const outcomes = () =>
  query<Outcome>(`
    select c.comm_communicationid as id, l.state, l.domino_uid as uid, l.form, u.mail_file,
        d.last_reason_code as parked, d.last_error as error,
        a.reason_code as told, a.action, c.comm_subject as subject, c.comm_location as location,
        (select count(*)::int from domino_sync.appointment_holder as h where h.appointment_id = c.comm_communicationid) as holders
    from communication as c
    left join domino_sync.item_link as l on l.appointment_id = c.comm_communicationid
    left join domino_sync.sync_user as u on u.crm_user_id = l.crm_user_id
    left join lateral (
        select x.last_reason_code, x.last_error from domino_sync.delivery as x
        where x.appointment_id = c.comm_communicationid and (l.crm_user_id is null or x.crm_user_id = l.crm_user_id) limit 1
    ) as d on true
    left join lateral (
        select x.reason_code, x.action from domino_sync.activity as x
        where x.appointment_id = c.comm_communicationid and (l.crm_user_id is null or x.crm_user_id = l.crm_user_id)
        order by x.activity_id desc limit 1
    ) as a on true`);

/** A pair whose row has been spoilt since stays as it was, with the reason. */
const endOf = ({ parked, state, action, told, holders }: Outcome): string =>
  parked ??
  (state === 'linked' && action !== 'skipped' ? 'applied' : (told ?? (holders === 0 ? 'nobody' : 'nothing')));

/** Letters alone: what either side does to blanks and control characters is told in docs/mapping.md. */
const letters = (text: string | null): string => (text ?? '').replace(/[\s\p{Cc}]/gu, '');

test('each is applied, or has a reason that is known, or concerns nobody', async () => {
  const known = new Set(
    (await query<{ code: string }>('select code from domino_sync.reason_code')).map((r) => r.code),
  );
  const healthyIds = new Set(written.filter(({ healthy }) => healthy).map(({ id }) => id));
  const rowOf = new Map(written.map(({ id, row }) => [id, row]));
  const shown = new Map<string, { subject: string; location: string }>(
    two.world.users.flatMap((user) => [
      ...two.world
        .notes(user)
        .calendar()
        .map((one) => [`${user.mailFile}/${one.uid}`, one] as const),
      ...two.world
        .notes(user)
        .todos()
        .map((one) => [`${user.mailFile}/${one.unid}`, { ...one, location: '' }] as const),
    ]),
  );
  const wrong: string[] = [];
  const tally = new Map<string, number>();
  for (const one of await outcomes()) {
    const entry = shown.get(`${one.mail_file}/${one.uid}`);
    const ended = endOf(one);
    if (!healthyIds.has(one.id)) tally.set(ended, (tally.get(ended) ?? 0) + 1);
    const tell = (what: string) =>
      wrong.push(
        `${one.id} ${what}: ${JSON.stringify(one)} ${JSON.stringify(rowOf.get(one.id))}`.slice(0, 1500),
      );
    if (healthyIds.has(one.id) && (ended !== 'applied' || entry === undefined))
      tell('is healthy and did not arrive');
    if (!['applied', 'nobody'].includes(ended) && !known.has(ended)) tell('has no reason that is known');
    if (one.state === 'creating') tell('is neither made nor given up');
    if (one.state === 'linked' && entry === undefined) tell('is linked with nothing');
    if (ended !== 'applied' || entry === undefined) continue;
    const subject = letters(one.subject) === '' ? '(nosubject)' : letters(one.subject);
    if (letters(entry.subject) !== subject) tell(`shows the subject ${entry.subject}`);
    if (/[\r\n]/.test(entry.subject)) tell('breaks the line of its subject');
    if (one.form === 'event' && letters(entry.location) !== letters(one.location))
      tell(`shows the location ${entry.location}`);
  }
  console.info(
    `BAD_SEED=${SEED}: of ${WANTED} spoilt rows ${[...tally].map(([ended, n]) => `${n} ${ended}`).join(', ')}`,
  );
  if (wrong.length > 0)
    throw new Error(`BAD_SEED=${SEED}: ${wrong.length}\n${wrong.slice(0, 20).join('\n')}`);
});

test('nobody was stopped, nothing was carried out, nobody was invited who was not named', async () => {
  const users = await two.sides.crm.listUsers();
  expect(users.filter(({ enabled }) => enabled).map(({ health }) => health)).toEqual(Array(4).fill('ok'));
  expect(await query('select * from canary')).toEqual([]);
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototype);
  const invited = two.world.users.flatMap((user) =>
    two.world
      .notes(user)
      .calendar()
      .flatMap(({ attendees }) => attendees.map(({ email }) => email.toLowerCase())),
  );
  expect(invited.filter((email) => email.includes('injected'))).toEqual([]);
  expect(two.sides.standIn.outbox).toEqual([]);
  const markup = two.world.users.flatMap((user) =>
    two.world
      .notes(user)
      .todos()
      .filter(({ richBody }) => /<(script|img)/i.test(JSON.stringify(richBody))),
  );
  expect(markup).toEqual([]);
});

test(
  'all of it is read back in full without an edit of the CRM, and one more cycle writes nothing',
  async () => {
    const before = await crm();
    await query("update domino_sync.item_link set checked_at = now() - interval '2 days'");
    await two.world.settle();
    expect(await crm()).toEqual(before);
    two.sides.standIn.requests.reset();
    expect(effects(await two.world.cycle())).toBe(0);
    expect(two.sides.standIn.requests.count().write).toBe(0);
    expect(await crm()).toEqual(before);
  },
  HOURS,
);
