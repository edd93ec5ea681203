/** The commands as an administrator types them: what they answer, and what goes wrong with one clear line and its exit code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT } from '../../src/errors.ts';
import { runCli } from '../support/cli.ts';
import { createTestDatabase } from '../support/database.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'crm-domino-sync-commands-'));
  two = await openTwoSides({ users: 2 });
});
afterAll(async () => {
  await two.close();
  rmSync(directory, { recursive: true, force: true });
});

const environment = () => ({
  CRM_DATABASE_URL: two.sides.crmUrl,
  DOMINO_URL: two.sides.dominoAccess.url,
  DOMINO_USER: two.sides.dominoAccess.user,
  DOMINO_PASSWORD: two.sides.dominoAccess.password,
  LOG_LEVEL: 'silent',
});
const run = (args: string[], env: Record<string, string> = environment()) => runCli(args, env, directory);
const json = async <T>(args: string[]): Promise<T> => {
  const ended = await run([...args, '--json']);
  expect(ended.stdout.trim().split('\n')).toHaveLength(1);
  return JSON.parse(ended.stdout) as T;
};

describe('what goes wrong', () => {
  const configured = (value: unknown) => {
    writeFileSync(join(directory, 'wrong.json'), typeof value === 'string' ? value : JSON.stringify(value));
    return ['--config', 'wrong.json', 'status'];
  };
  const withPassword = (url: string, password: string) => {
    const changed = new URL(url);
    changed.password = password;
    return changed.href;
  };

  test.each<[string, () => string[], () => Record<string, string>, number, RegExp, RegExp]>([
    [
      'an unknown configuration key',
      () => configured({ domino: { adress: 'x' } }),
      () => ({}),
      EXIT.usage,
      /unknown configuration key "domino\.adress"/,
      /domino\.url/,
    ],
    [
      'a wrong value',
      () => configured({ runner: { mailboxes: 'many' } }),
      () => ({}),
      EXIT.usage,
      /"runner\.mailboxes" is wrong/,
      /Correct it in/,
    ],
    [
      'a file that is no JSON',
      () => configured('{'),
      () => ({}),
      EXIT.usage,
      /not valid JSON/,
      /Correct the file/,
    ],
    [
      'no database configured',
      () => ['status'],
      () => ({}),
      EXIT.usage,
      /no CRM database is configured/,
      /CRM_DATABASE_URL/,
    ],
    [
      'an unreachable database',
      () => ['status'],
      () => ({ CRM_DATABASE_URL: 'postgres://u:hush-hush@127.0.0.1:1/crm' }),
      EXIT.crm,
      /127\.0\.0\.1/,
      /host, port and database/,
    ],
    [
      'a wrong database password',
      () => ['status'],
      () => ({ CRM_DATABASE_URL: withPassword(two.sides.crmUrl, 'hush-hush') }),
      EXIT.crm,
      /password|login/i,
      /user and password/,
    ],
    [
      'a database login without our roles',
      () => ['status'],
      () => ({ CRM_DATABASE_URL: two.sides.sageUrl }),
      EXIT.crm,
      /right|permission/i,
      /Grant/,
    ],
    [
      'Domino not configured',
      () => ['once'],
      () => ({ CRM_DATABASE_URL: two.sides.crmUrl }),
      EXIT.usage,
      /DOMINO_URL, DOMINO_USER, DOMINO_PASSWORD/,
      /DOMINO_PASSWORD/,
    ],
    [
      'an unreachable Domino',
      () => ['users', 'enable', '1'],
      () => ({ ...environment(), DOMINO_URL: 'http://127.0.0.1:1' }),
      EXIT.domino,
      /127\.0\.0\.1:1/,
      /DOMINO_URL/,
    ],
    [
      'a wrong Domino password',
      () => ['users', 'enable', '1'],
      () => ({ ...environment(), DOMINO_PASSWORD: 'hush-hush' }),
      EXIT.domino,
      /refused/,
      /DOMINO_PASSWORD/,
    ],
    [
      'an unknown user',
      () => ['users', 'enable', 'nobody'],
      environment,
      EXIT.usage,
      /no CRM user "nobody"/,
      /users list --all/,
    ],
    [
      'an unknown setting',
      () => ['settings', 'set', 'colour', 'red'],
      environment,
      EXIT.usage,
      /colour/,
      /./,
    ],
    [
      'a wrong time zone',
      () => ['settings', 'set', 'crm_time_zone', 'Middle/Earth'],
      environment,
      EXIT.usage,
      /Middle\/Earth|crm_time_zone/,
      /./,
    ],
    [
      'an id that is none',
      () => ['retry', 'abc', '--recreate'],
      environment,
      EXIT.usage,
      /--recreate needs the id of one appointment/,
      /Comm_CommunicationId/,
    ],
    ['an unknown command', () => ['synchronise'], environment, EXIT.usage, /unknown command/, /--help/],
    [
      'an appointment nobody knows',
      () => ['why', 'NO-SUCH-UID'],
      environment,
      EXIT.findings,
      /nothing is known of "NO-SUCH-UID"/,
      /Comm_CommunicationId/,
    ],
  ])('%s: one clear line, the remedy, its exit code', async (_what, args, env, code, message, remedy) => {
    const ended = await run(args(), env());
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toMatch(remedy);
    expect(ended.code).toBe(code);
    expect(ended.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    expect(ended.stderr).not.toContain('hush-hush');
    expect(ended.stdout).toBe('');
  });

  test('a database without our objects says to deploy', async () => {
    const bare = await createTestDatabase({ deployed: false });
    const ended = await run(['status'], { CRM_DATABASE_URL: bare.url });
    await bare.drop();
    expect(ended.code).toBe(EXIT.crm);
    expect(ended.stderr).toMatch(/crm-domino-sync deploy/);
  });
});

test('deploy installs everything, says nothing the second time, and --check finds what was changed by hand', async () => {
  const bare = await createTestDatabase({ deployed: false });
  const env = { CRM_DATABASE_URL: bare.url };
  try {
    expect(await run(['deploy'], env)).toMatchObject({ code: EXIT.ok, stderr: '' });
    expect((await run(['deploy'], env)).stdout).toBe('Everything is up to date.\n');
    expect((await run(['deploy', '--check'], env)).code).toBe(EXIT.ok);
    await bare.admin.query('alter table communication disable trigger domino_sync_communication_update');
    const check = await run(['deploy', '--check'], env);
    expect(check.code).toBe(EXIT.findings);
    expect(check.stdout).toMatch(/domino_sync_communication_update/);
  } finally {
    await bare.drop();
  }
});

test('users are listed, disabled, enabled by logon with the mail file found in Domino, and tested', async () => {
  const [anna] = two.sides.users;
  expect((await json<unknown[]>(['users', 'list'])).length).toBe(2);
  expect((await run(['users', 'disable', anna!.logon])).code).toBe(EXIT.ok);
  expect((await json<unknown[]>(['users', 'list'])).length).toBe(1);
  expect(await json(['users', 'enable', anna!.email])).toMatchObject({
    crm_user_id: anna!.userId,
    mail_file: anna!.mailFile,
  });
  expect(await json(['users', 'test'])).toMatchObject([
    { calendar: { ok: true }, data: { ok: true } },
    { calendar: { ok: true }, data: { ok: true } },
  ]);
});

test('once does one cycle, status and why tell what it did', async () => {
  const [anna] = two.sides.users;
  const at = two.world.at(3, 9);
  const id = await two.world.crm.createAppointment(anna!.userId, {
    subject: 'Asked for',
    start: at.wall,
    end: at.wall,
  });
  expect(await json(['once'])).toMatchObject({ toDomino: { created: 1 }, failed: 0 });
  expect(await json(['status'])).toMatchObject({
    users: { enabled: 2, ok: 2 },
    backlog: { due: 0, parked: 0 },
    links: { linked: 1 },
  });
  const told = await run(['why', String(id)]);
  expect(told.stdout).toMatch(/"Asked for"/);
  expect(told.stdout).toMatch(/CRM → Domino {2}created: The appointment is new in the CRM/);
  const [entry] = two.world.calendarEntries(anna!, 'Asked for');
  expect((await run(['why', entry!.uid])).stdout).toBe(told.stdout);
});

test('doctor is content with a sound installation and names a closed service with its remedy', async () => {
  expect((await run(['doctor'])).code).toBe(EXIT.ok);
  two.sides.standIn.knobs.services.calendar = false;
  const ended = await run(['doctor', '--json']);
  two.sides.standIn.knobs.services.calendar = true;
  expect(ended.code).toBe(EXIT.findings);
  const findings = JSON.parse(ended.stdout) as { severity: string; why: string; remedy: string }[];
  const errors = findings.filter((finding) => finding.severity === 'error');
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) expect(error.remedy).not.toBe('');
});

test('a user who was deleted in the CRM, and one with another address there, are told by every command', async () => {
  const [anna, bert] = two.world.users;
  const change = (column: string, value: string | number | null, user = bert!) =>
    two.sides.vendor.query(`update users set ${column} = $2 where user_userid = $1`, [user.userId, value]);
  const at = two.world.at(3, 9).wall;
  const id = await two.world.crm.createAppointment(bert!.userId, { subject: 'His', start: at, end: at });
  await two.world.settle();
  await change('user_deleted', 1);
  await change('user_emailaddress', 'anna.married@acme.example', anna!);
  const found = async () => (await run(['doctor'])).stdout;
  // Even before a runner has looked.
  expect(await found()).toMatch(
    new RegExp(`is enabled, but deleted in the CRM[^]*users disable ${bert!.userId}`),
  );
  await two.world.settle();
  const findings = await found();
  expect(findings).toMatch(new RegExp(`is enabled, but deleted in the CRM[^]*users disable ${bert!.userId}`));
  expect(findings).not.toContain('resolve --held');
  expect(findings).toMatch(
    new RegExp(`changed it to anna.married@acme.example; in Notes he goes on as ${anna!.email}`),
  );
  const { stdout } = await run(['users', 'list']);
  expect(stdout).toContain('held: deleted in the CRM');
  expect(stdout).toContain(`anna.married@acme.example (Notes: ${anna!.email})`);
  expect((await run(['status'])).stdout).toMatch(/2 enabled: 1 ok, 0 paused, 1 held/);
  expect((await run(['why', String(id)])).stdout).toMatch(
    /held since .* because the CRM no longer lets this user take part.*\(deleted in the CRM\)/,
  );
  await change('user_deleted', null);
  await change('user_emailaddress', anna!.email, anna!);
  await two.world.settle();
  expect((await run(['doctor'])).code).toBe(EXIT.ok);
});

test('capture can be switched off and on around an upgrade, and the gap is remembered', async () => {
  expect(await json(['capture', 'disable', '--reason', 'upgrade'])).toMatchObject({
    open_gap: { reason: 'upgrade' },
  });
  expect((await run(['doctor'])).code).toBe(EXIT.findings);
  expect(await json(['capture', 'enable'])).toMatchObject({ open_gap: null, unreconciled_gaps: 1 });
});

test('settings, retry and purge answer what they did', async () => {
  expect(await json(['settings', 'set', 'window_past_days', '7'])).toEqual({
    name: 'window_past_days',
    value: '7',
  });
  expect(await json(['settings', 'list'])).toMatchObject({ window_past_days: '7' });
  expect(await json(['settings', 'changes', 'window_past_days'])).toMatchObject([
    { kind: 'setting', name: 'window_past_days', before: '14', after: '7' },
  ]);
  expect(await json(['retry'])).toEqual({ retried: 0 });
  expect(await json(['purge', '--keep-days', '1'])).toHaveProperty('purged');
});
