/** Issue 3: the two engines have the same files and the same contract. Read from the files alone: no server is needed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSON_COLUMNS } from '../../src/crm/mssql/calls.ts';
import { resultColumns, type Engine } from '../support/sql-columns.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const ENGINES: readonly Engine[] = ['postgres', 'mssql'];

/** The files that one engine alone has, and why the other needs none. */
const ENGINE_ONLY: Readonly<Record<Engine, Readonly<Record<string, string>>>> = {
  postgres: {
    'capture/comm_link_triggers.sql':
      'a trigger needs a function, and with transition tables one for each event',
    'capture/communication_triggers.sql':
      'a trigger needs a function, and with transition tables one for each event',
    'apply/has_columns.sql':
      'T-SQL takes a missing column from outside, and compiles what names a missing table when it runs',
    'queue/trim_change_log.sql': 'dead rows wait for vacuum; SQL Server cleans up ghosts by itself',
    'queue/trim_delivery.sql': 'dead rows wait for vacuum; SQL Server cleans up ghosts by itself',
  },
  mssql: {
    'admin/capture_state_json.sql': 'capture_state for sync_status: a procedure cannot be read from',
    'admin/explain_lists.sql': 'the lists of explain_item, which PostgreSQL aggregates in place',
    'admin/explain_mailboxes.sql': 'the lists of explain_item, which PostgreSQL aggregates in place',
    'queue/look_for_work.sql': 'nothing notifies a client: the runner asks',
    'queue/put_deliveries.sql': 'stands for INSERT … ON CONFLICT DO UPDATE',
    'queue/seconds_after.sql': 'stands for make_interval',
    'apply/json_member.sql': 'stands for the operator ->',
    'apply/appointment_json.sql': 'one appointment as JSON; PostgreSQL aggregates it in place',
    'apply/inbound_work.sql': 'what jsonb carries along with an item in PostgreSQL',
    'apply/windows_time_zone.sql': 'AT TIME ZONE knows Windows names only',
  },
};

const sqlFiles = (folder: string): string[] =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.sql'))
    .sort();

const objectFiles: Record<Engine, string[]> = {
  postgres: sqlFiles('sql/postgres'),
  mssql: sqlFiles('sql/mssql'),
};

const read = (engine: Engine, path: string): string =>
  readFileSync(join(PROJECT, 'sql', engine, path), 'utf8');

const without = (paths: readonly string[], table: Readonly<Record<string, string>>): string[] =>
  paths.filter((path) => !(path in table));

interface Procedure {
  parameters: string[];
  columns: string[];
}

const DECLARED: Record<Engine, RegExp> = {
  postgres: /^create or replace function domino_sync_api\.(\w+)\s*\(([^)]*)\)/im,
  mssql: /^CREATE OR ALTER PROCEDURE domino_sync_api\.(\w+)\s*([\s\S]*?)^AS\b/im,
};

/** `docs/contract.md` names the result of the functions that return a bare value. */
const contractText = readFileSync(join(PROJECT, 'docs', 'contract.md'), 'utf8');
const contractColumns = (procedure: string): string[] => {
  const row = contractText
    .split('\n')
    .find((line) => line.startsWith('|') && line.includes(`\`${procedure}\``));
  const cells = row?.split('|').map((cell) => cell.trim()) ?? [];
  // `start_run` / `finish_run` share a row
  const position = cells[1]?.split(' / ').indexOf(`\`${procedure}\``) ?? 0;
  const cell = cells[3]?.split(' / ')[position] ?? '';
  return [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? '');
};

const proceduresOf = (engine: Engine): Map<string, Procedure> =>
  new Map(
    objectFiles[engine].flatMap((path) => {
      const text = read(engine, path);
      const [, name, parameters] = DECLARED[engine].exec(text) ?? [];
      if (name === undefined || parameters === undefined) return [];
      const columns = resultColumns(engine, text);
      return [
        [
          name,
          {
            parameters: [...parameters.matchAll(/@?\b(p_\w+)/g)].map(([, parameter]) => parameter ?? ''),
            columns: columns === 'value' ? contractColumns(name) : columns,
          },
        ] as const,
      ];
    }),
  );

const viewsOf = (engine: Engine): Map<string, string[]> =>
  new Map(
    objectFiles[engine]
      .filter((path) => path.startsWith('report/'))
      .map((path) => [path, resultColumns(engine, read(engine, path)) as string[]]),
  );

test('the migrations have the same numbers and names', () => {
  expect(sqlFiles('migrations/mssql')).toEqual(sqlFiles('migrations/postgres'));
});

test('each object has its twin, but for those listed with a reason', () => {
  expect(without(objectFiles.mssql, ENGINE_ONLY.mssql)).toEqual(
    without(objectFiles.postgres, ENGINE_ONLY.postgres),
  );
});

test.each(ENGINES)('the list of files that only %s has is up to date', (engine) => {
  const other = engine === 'postgres' ? 'mssql' : 'postgres';
  const listed = Object.keys(ENGINE_ONLY[engine]);
  expect(listed.filter((path) => !objectFiles[engine].includes(path))).toEqual([]);
  expect(listed.filter((path) => objectFiles[other].includes(path))).toEqual([]);
});

describe('the procedures', () => {
  const postgres = proceduresOf('postgres');
  const mssql = proceduresOf('mssql');

  test('are the same, but for look_for_work', () => {
    expect([...mssql.keys()].filter((name) => name !== 'look_for_work').sort()).toEqual(
      [...postgres.keys()].sort(),
    );
    expect(postgres.size).toBeGreaterThan(25);
  });

  test.each([...postgres.keys()].sort())('%s has the same parameters and result columns', (name) => {
    expect(mssql.get(name)).toEqual(postgres.get(name));
  });
});

test('a column that is JSON on PostgreSQL is read as JSON on SQL Server, where it is text', () => {
  const columns = objectFiles.postgres.flatMap((path) => {
    const text = read('postgres', path);
    const [, name] = DECLARED.postgres.exec(text) ?? [];
    const [, list = ''] = /^returns table\s*\(([^)]*)\)/im.exec(text) ?? [];
    const json = [...list.matchAll(/"?(\w+)"? jsonb?\b/g)].map(([, column]) => column ?? '');
    return name === undefined || json.length === 0 ? [] : [[name, json] as const];
  });
  expect(columns.length).toBeGreaterThan(8);
  expect(JSON_COLUMNS).toEqual(Object.fromEntries(columns));
});

describe('the report views', () => {
  const postgres = viewsOf('postgres');
  const mssql = viewsOf('mssql');

  test.each([...postgres.keys()])('%s has the same columns', (path) => {
    expect(postgres.get(path)).not.toEqual([]);
    expect(mssql.get(path)).toEqual(postgres.get(path));
  });
});

test.each(ENGINES)('every object of %s is named like its file', (engine) => {
  const wrong = objectFiles[engine].filter((path) => {
    const file = /(\w+)\.sql$/.exec(path)?.[1] ?? '';
    const names = [
      ...read(engine, path).matchAll(
        /^create or (?:replace|alter) (?:function|procedure|view) \w+\.(\w+)/gim,
      ),
    ].map(([, name]) => name);
    return names.length > 0 && (names.length > 1 || names[0] !== file);
  });
  expect(wrong).toEqual([]);
});
