/** `preview` as an administrator types it, in a database session that cannot write. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Preview } from '../../src/runner/preview/item.ts';
import { EXIT } from '../../src/errors.ts';
import { runCli } from '../support/cli.ts';
import { everything, happenedSince, lastActivity, saidOf } from '../support/preview.ts';
import { openTwoSides, type TwoSides, type TwoSidesOptions } from '../support/two-sides.ts';

let two: TwoSides;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'crm-domino-sync-preview-'));
});
afterEach(() => two.close());
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type User = TwoSides['world']['users'][number];

const open = async (options: TwoSidesOptions = {}) => {
  two = await openTwoSides({ users: 2, ...options });
  const [anna, bert] = two.world.users as [User, User];
  return { ...two, anna, bert };
};

/** The command, with both sides unchanged by it. */
async function run(args: string[], env: Record<string, string> = {}) {
  const url = new URL(two.sides.crmUrl);
  url.searchParams.set('options', '-c default_transaction_read_only=on');
  const before = await everything(two);
  two.sides.standIn.requests.reset();
  const ended = await runCli(
    ['preview', ...args],
    {
      CRM_DATABASE_URL: url.href,
      DOMINO_URL: two.sides.dominoAccess.url,
      DOMINO_USER: two.sides.dominoAccess.user,
      DOMINO_PASSWORD: two.sides.dominoAccess.password,
      LOG_LEVEL: 'silent',
      ...env,
    },
    directory,
  );
  expect(two.sides.standIn.requests.count().write).toBe(0);
  expect(await everything(two)).toEqual(before);
  return ended;
}
const json = async (args: string[], env: Record<string, string> = {}) => {
  const ended = await run([...args, '--json'], env);
  expect(ended.stdout.trim().split('\n')).toHaveLength(1);
  return { ...ended, preview: JSON.parse(ended.stdout) as Preview };
};

async function create(user: User, subject: string, day = 3, more: object = {}): Promise<number> {
  const at = two.world.at(day, 9);
  return two.world.crm.createAppointment(user.userId, { subject, start: at.wall, end: at.wall, ...more });
}

test('counts by direction, deletions first and in full, long lists cut, private words kept', async () => {
  const { world, anna } = await open();
  const gone: number[] = [];
  for (let i = 0; i < 12; i += 1) gone.push(await create(anna, `goes away ${i}`));
  const moved = await create(anna, 'moves');
  await world.settle();
  for (const id of gone) await world.crm.deleteAppointment(anna.userId, id);
  await world.crm.editAppointment(anna.userId, moved, { location: 'Hall 5' });
  for (let i = 0; i < 13; i += 1) await create(anna, `comes ${i}`);
  await create(anna, 'secret words', 4, { private: true });

  const { stdout, code } = await run([]);
  expect(code).toBe(EXIT.ok);
  expect(stdout).toMatch(/^What the next cycle would do\. Nothing was written\.$/m);
  expect(stdout).toMatch(/CRM → Domino: delete 12, create 14, update 1 \(location\)/);
  expect(stdout.match(/delete: goes away/g)).toHaveLength(12);
  expect(stdout.indexOf('delete: goes away')).toBeLessThan(stdout.indexOf('create: '));
  expect(stdout).toMatch(/… and 4 more to create \(--json shows all\)/);
  expect(stdout).toMatch(/update: moves, .*\n +because .*crm_changed.*\n +location: (nothing|"") → "Hall 5"/);
  expect(stdout).not.toMatch(/secret words/);

  const { preview } = await json([anna.logon]);
  expect(preview.mailboxes).toHaveLength(1);
  expect(preview.mailboxes[0]!.items.filter(({ action }) => action === 'created')).toHaveLength(14);
  expect(JSON.stringify(preview)).not.toMatch(/secret words/);
});

test('says of an enabling what it would link, make and leave alone, and enables nobody', async () => {
  const { world, sides, anna } = await open();
  await sides.crm.disableUser(anna.userId);
  const at = world.at(3, 9);
  await create(anna, 'on both sides');
  world.notes(anna).createAppointment({ subject: 'on both sides', start: at.utc, end: at.utc });
  await create(anna, 'only in the CRM');
  const { stdout, code } = await run(['--enable', anna.logon, '--past-days', '30']);
  expect(code).toBe(EXIT.ok);
  expect(stdout).toMatch(/What enabling Anna Adler would do\. Nothing was written, and nobody is enabled\./);
  expect(stdout).toMatch(/both sides are compared first/);
  expect(stdout).toMatch(/Domino → CRM: link 1/);
  expect(stdout).toMatch(/CRM → Domino: create 1/);
  expect((await sides.crm.listUsers()).find((user) => user.crm_user_id === anna.userId)!.enabled).toBe(false);
});

test('tells that deletions would be held, and then they are', async () => {
  const { world, sides, anna } = await open({ settings: { mass_disappearance_count: '3' } });
  for (let i = 0; i < 6; i += 1) await create(anna, `falls ${i}`);
  await world.settle();
  for (const { uid } of world.notes(anna).calendar()) world.notes(anna).delete({ uid, notify: false });
  const { preview, code } = await json([]);
  expect(code).toBe(EXIT.findings);
  const [mailbox] = preview.mailboxes.filter(({ crm_user_id: id }) => id === anna.userId);
  expect(mailbox!.stop?.reason_code).toBe('mass_disappearance');
  expect(mailbox!.items.filter(({ action }) => action === 'deleted' || action === 'unlinked')).toEqual([]);
  await world.cycle();
  expect((await sides.crm.listUsers()).find((user) => user.crm_user_id === anna.userId)!.health).toBe('held');
  const held = await run([]);
  expect(held.code).toBe(EXIT.findings);
  expect(held.stdout).toMatch(/stopped: .*mass_disappearance/);
});

test('leaves alone what the direction forbids and whoever is disabled, as the cycle does', async () => {
  const { world, sides, anna, bert } = await open();
  await create(anna, 'of Anna');
  await create(bert, 'of Bert');
  await world.settle();
  await sides.crm.enableUser({
    crm_user_id: anna.userId,
    mail_file: anna.mailFile,
    notes_name: anna.notesName,
    direction: 'to_domino',
    past_days: null,
  });
  await world.settle();
  await sides.crm.disableUser(bert.userId);
  const [entry] = world.calendarEntries(anna, 'of Anna');
  world.notes(anna).edit({ uid: entry!.uid, location: 'changed in Notes' });
  world
    .notes(anna)
    .createAppointment({ subject: 'new in Notes', start: world.at(6, 9).utc, end: world.at(6, 9).utc });
  await create(anna, 'new in the CRM');
  await create(bert, 'new of Bert');
  const { preview } = await json([]);
  expect(preview.mailboxes.map(({ crm_user_id: id }) => id)).toEqual([anna.userId]);
  const last = await lastActivity(two);
  await world.cycle();
  expect(saidOf(preview)).toEqual(await happenedSince(two, last));
});

test('says what the CRM alone tells while Domino cannot be reached, and the fault', async () => {
  const { world, anna } = await open();
  const gone = await create(anna, 'goes');
  await world.settle();
  await world.crm.deleteAppointment(anna.userId, gone);
  await create(anna, 'comes');
  const { stdout, code } = await run([], { DOMINO_URL: 'http://127.0.0.1:9' });
  expect(code).toBe(EXIT.findings);
  expect(stdout).toMatch(/stopped: .*domino_unreachable/);
  expect(stdout).toMatch(/delete: goes/);
  expect(stdout).toMatch(/create: comes[\s\S]*as far as the CRM alone tells/);
});

test('refuses what belongs to --enable, and whom enabling refuses', async () => {
  const { bert, world } = await open();
  const wrong = await run(['--direction', 'to_crm']);
  expect([wrong.code, wrong.stderr]).toEqual([EXIT.usage, expect.stringMatching(/belong to --enable/)]);
  const nobody = await run(['nobody']);
  expect([nobody.code, nobody.stderr]).toEqual([EXIT.usage, expect.stringMatching(/no CRM user "nobody"/)]);
  const shared = await run(['--enable', String(world.outsider.userId), '--mail-file', bert.mailFile]);
  expect([shared.code, shared.stderr]).toEqual([EXIT.usage, expect.stringMatching(/belongs to .* already/)]);
});
