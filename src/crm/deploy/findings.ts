/** What `deploy` and `deploy --check` say, whatever the engine. */

export interface DeployOptions {
  /** Of a login that owns the database, or may create schemas, roles and triggers on the vendor's tables. */
  connectionString: string;
  log?: (line: string) => void;
  /** Told once when another deployment is waited for. */
  waiting?: (line: string) => void;
  /** How long to wait for the vendor's tables. Default 60. For another deployment it is ten minutes. */
  timeoutSeconds?: number;
  /** How long it waits before it says so. Default 10. */
  tellAfterSeconds?: number;
}

export interface DeployResult {
  /** Names of the migrations applied now. */
  migrations: string[];
  /** Re-creatable objects applied now, as paths below sql/<engine>. */
  applied: string[];
  /** Objects of an earlier version, removed now. */
  removed: string[];
}

export type FindingCode =
  | 'server_unsupported'
  | 'vendor_column_missing'
  | 'not_deployed'
  | 'migration_pending'
  | 'migration_edited'
  | 'migration_unknown'
  | 'object_pending'
  | 'object_missing'
  | 'object_altered'
  | 'object_stale'
  | 'trigger_missing'
  | 'trigger_disabled'
  | 'role_missing'
  | 'grants_altered'
  | 'vendor_rights';

export interface Finding {
  /** warning: works, but is not as it should be. */
  severity: 'error' | 'warning' | 'info';
  code: FindingCode;
  object: string;
  /** One sentence. */
  message: string;
  remedy: string;
}

const WARNINGS: ReadonlySet<FindingCode> = new Set(['migration_unknown', 'object_stale', 'vendor_rights']);

export const DEPLOY = 'run "deploy"';

export const finding = (code: FindingCode, object: string, message: string, remedy: string): Finding => ({
  severity: WARNINGS.has(code) ? 'warning' : 'error',
  code,
  object,
  message,
  remedy,
});

interface MigrationFile {
  id: number;
  fileName: string;
  hash: string;
}

/** `rows` are those of `domino_sync.migrations`. */
export const migrationFindings = (
  wanted: readonly MigrationFile[],
  rows: readonly { id: number; name: string; hash: string }[],
): Finding[] => {
  const applied = new Map(rows.map((row) => [row.id, row]));
  const known = new Set(wanted.map(({ id }) => id));
  const findings = wanted.flatMap(({ id, fileName, hash }) => {
    const row = applied.get(id);
    if (row === undefined)
      return finding('migration_pending', fileName, `Migration ${fileName} is not applied.`, DEPLOY);
    if (row.hash === hash) return [];
    return finding(
      'migration_edited',
      fileName,
      `Migration ${fileName} is not the file that was applied.`,
      'restore the released file; changes belong in a new migration',
    );
  });
  const unknown = rows
    .filter(({ id }) => !known.has(id))
    .map(({ name }) =>
      finding(
        'migration_unknown',
        name,
        `Migration ${name} is applied, but this version does not know it.`,
        'use the version of crm-domino-sync that made it, or a newer one',
      ),
    );
  return [...findings, ...unknown];
};

interface KnownFile {
  checksum: string;
  definition_digest: string | null;
}

interface WantedFile {
  path: string;
  checksum: string;
  objects: readonly { kind: string }[];
}

/** `definitions`: digests of what the database holds now, by path; null when an object of the file is missing. */
export const objectFindings = (
  files: readonly WantedFile[],
  grantsPath: string,
  deployed: ReadonlyMap<string, KnownFile>,
  definitions: ReadonlyMap<string, string | null>,
): Finding[] => {
  const findings = files.flatMap(({ path, checksum, objects }) => {
    const known = deployed.get(path);
    const now = definitions.get(path) ?? null;
    if (known === undefined) return finding('object_pending', path, `${path} is not applied.`, DEPLOY);
    if (known.checksum !== checksum)
      return finding('object_pending', path, `${path} is newer than what is applied.`, DEPLOY);
    if (path === grantsPath && now !== known.definition_digest)
      return finding(
        'grants_altered',
        path,
        'Rights of the domino_sync roles, or of everybody, were changed.',
        DEPLOY,
      );
    if (objects.length === 0) return [];
    if (now === null) {
      // Missing triggers have findings of their own, by name.
      return objects.some(({ kind }) => kind === 'trigger')
        ? []
        : finding('object_missing', path, `The object of ${path} is missing in the database.`, DEPLOY);
    }
    return now === known.definition_digest
      ? []
      : finding('object_altered', path, `The object of ${path} was changed in the database.`, DEPLOY);
  });
  const paths = new Set(files.map(({ path }) => path));
  const stale = [...deployed.keys()]
    .filter((path) => !paths.has(path))
    .map((path) => finding('object_stale', path, `${path} belongs to another version.`, DEPLOY));
  return [...findings, ...stale];
};

/** `table` with its schema. `state` is what became of the trigger. */
export const triggerFindings = (
  triggers: readonly { table: string; trigger: string; state: 'enabled' | 'disabled' | 'missing' }[],
): Finding[] =>
  triggers.flatMap(({ table, trigger, state }) => {
    const what = `${table}: ${trigger}`;
    const which = `Trigger ${trigger} on ${table.slice(table.indexOf('.') + 1)}`;
    if (state === 'missing')
      return finding(
        'trigger_missing',
        what,
        `${which} is missing: changes are not captured.`,
        `${DEPLOY}, then "reconcile"`,
      );
    if (state === 'disabled')
      return finding(
        'trigger_disabled',
        what,
        `${which} is disabled: changes are not captured.`,
        'run "capture enable", then "reconcile"',
      );
    return [];
  });
