import { CODE_GROUPS, ACCEPTABLE, codeText } from '../../../../src/crm/deploy/preflight/codes.ts';
import { fine, row, runProbes, type PreflightRow } from '../../../../src/crm/deploy/preflight/row.ts';
import { offsetAt, timeZoneRows } from '../../../../src/crm/deploy/preflight/time-zone.ts';
import {
  columnRows,
  SOMETIMES_EMPTY,
  VENDOR_SHAPE,
} from '../../../../src/crm/deploy/preflight/vendor-shape.ts';
import { CrmError } from '../../../../src/crm/contract.ts';
import { readMssqlObjects, readPostgresObjects } from '../../../../src/crm/deploy/sql-objects.ts';
import { codeOf } from '../../../../src/crm/deploy/tsql-text.ts';
import { VENDOR_COLUMNS } from '../../../../src/crm/deploy/vendor-columns.ts';

describe('the columns asked for', () => {
  // names of our own that begin like columns of Sage's
  const OURS = /^(comm_link|user_(address|name|status|enabled|id|type_id))$/;

  test.each([
    ['postgres', readPostgresObjects],
    ['mssql', readMssqlObjects],
  ])('are those that our SQL for %s names', (_, readObjects) => {
    const used = readObjects().flatMap(({ text }) =>
      [...codeOf(text).matchAll(/(?<![\w@])(?:comm|cmli|user|pers|emai|elink|bord)_\w+/gi)].map(([name]) =>
        name.toLowerCase(),
      ),
    );
    const known = Object.values(VENDOR_COLUMNS).flat();
    expect([...new Set(used)].filter((name) => !OURS.test(name)).sort()).toEqual([...known].sort());
  });

  test('what our INSERTs fill is what the check for required columns goes by', () => {
    const files = readPostgresObjects();
    const inserted = ['apply/insert_appointments.sql', 'apply/write_people.sql'].flatMap((path) => {
      const text = files.find((file) => file.path === path)?.text ?? '';
      const [, list = ''] = /insert into public\.\w+ \(([^)]+)\)/i.exec(text) ?? [];
      return list.split(',').map((name) => name.trim());
    });
    expect(inserted.length).toBeGreaterThan(30);
    const sometimes = [...SOMETIMES_EMPTY].filter((name) => !name.endsWith('_deleted'));
    expect(inserted).toEqual(expect.arrayContaining(sometimes));
    // an INSERT of what it names into a table where nothing else exists and all is NOT NULL: only those may be missing
    const found = inserted.map((column) => ({
      table: column.startsWith('comm_') ? 'communication' : 'comm_link',
      column,
      type: 'x',
      holds: 'other' as const,
      length: null,
      loses: null,
      nullable: false,
      filledByItself: true,
      computed: false,
    }));
    const required = columnRows('dbo', found)
      .filter(({ code }) => code === 'vendor_column_required')
      .map(({ object }) => object.split('.')[2]);
    expect(required.sort()).toEqual(sometimes.sort());
  });

  test('hold what their names promise', () => {
    expect(VENDOR_SHAPE['communication']).toMatchObject({
      comm_communicationid: 'whole number',
      comm_datetime: 'date and time',
      comm_timestamp: 'date and time',
      comm_status: 40,
      comm_crmonly: 'text',
      comm_note: 'long text',
      comm_deleted: 'whole number',
    });
    expect(VENDOR_SHAPE['comm_link']).toMatchObject({ cmli_status: 'whole number', cmli_recipient: 255 });
    expect(VENDOR_SHAPE['users']).toMatchObject({ user_logon: 'text', user_disabled: 'text' });
  });
});

describe('the time zone', () => {
  const facts = {
    zone: 'Europe/Berlin',
    knownToServer: true,
    clock: '2026-07-01T10:00:00Z',
    serverOffset: 120,
    newestCreated: '2026-07-01T12:05:00',
  };
  const severities = (changed: Partial<typeof facts>): string[] =>
    timeZoneRows({ ...facts, ...changed }).map(({ severity, code }) => `${severity} ${code}`);

  test('fits, with a newest appointment of five minutes ahead', () => {
    expect(severities({})).toEqual(['ok time_zone']);
  });

  test('does not fit a server with another offset, nor appointments from the future', () => {
    expect(severities({ serverOffset: 60 })).toEqual(['warning time_zone']);
    expect(severities({ newestCreated: '2026-07-01T12:30:00' })).toEqual(['warning time_zone']);
    expect(severities({ knownToServer: false })).toEqual(['error time_zone_invalid']);
  });

  test('has the offset of the season, east positive', () => {
    expect(offsetAt('Europe/Berlin', '2026-01-01T00:00:00Z')).toBe(60);
    expect(offsetAt('Asia/Kolkata', '2026-01-01T00:00:00Z')).toBe(330);
    expect(offsetAt('America/New_York', '2026-07-01T00:00:00Z')).toBe(-240);
  });
});

describe('probes', () => {
  const probe = (name: string, answer: PreflightRow[] | Error) => ({
    name,
    run: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
  });
  const asCrmError = (code: CrmError['code']) => (error: unknown) =>
    new CrmError(code, `told: ${String(error)}`, { transient: false });

  test('one that fails says so, and the others are heard', async () => {
    const rows = await runProbes(
      [probe('a', new Error('no such view')), probe('b', [fine('encoding', 'x', 'UTF8.')])],
      null,
      { forDeploy: true },
      asCrmError('crm_refused'),
    );
    expect(rows.map(({ severity, code, object }) => [severity, code, object])).toEqual([
      ['warning', 'not_checked', 'a'],
      ['ok', 'encoding', 'x'],
    ]);
    expect(rows[0]?.what).toMatch(/no such view/);
  });

  test('a database that is gone ends it', async () => {
    await expect(
      runProbes([probe('a', new Error('x'))], null, { forDeploy: true }, asCrmError('crm_unreachable')),
    ).rejects.toMatchObject({ code: 'crm_unreachable' });
  });
});

test('only errors can be accepted, and whatever is to be mended says how', () => {
  for (const code of ACCEPTABLE) expect(codeText(code).severity).toBe('error');
  for (const { codes } of CODE_GROUPS)
    for (const { severity, code, remedy, means, why } of codes) {
      expect([code, /^\S.*\.$/.test(means), /^\S.*\.$/.test(why)]).toEqual([code, true, true]);
      expect([code, severity === 'info' || remedy !== '']).toEqual([code, true]);
    }
  expect(row('collation', 'x', 'y').severity).toBe('info');
});
