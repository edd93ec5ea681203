/** `deploy --script` and `undeploy --script`: SQL for the DBA's own tools. No database is asked. */
import { writeFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import type { EngineName } from '../crm/deploy/plan/plan.ts';
import { deployScript, undeployScript } from '../crm/deploy/plan/scripts.ts';
import { EXIT, UserError, errorText, type ExitCode } from '../errors.ts';
import { print, type Output } from './output.ts';

function engineOf(config: Config, named: EngineName | undefined): EngineName {
  if (named !== undefined) return named;
  if (config.crmDatabaseUrl !== undefined)
    return config.crmDatabaseUrl.startsWith('mssql:') ? 'mssql' : 'postgres';
  throw new UserError(
    'the engine of the CRM database is not known',
    'Add --engine postgres or --engine mssql (SQL Server), or set CRM_DATABASE_URL.',
  );
}

/** SSMS takes a file without a byte order mark for one of the Windows code page; psql needs none. */
function write(file: string, engine: EngineName, script: string): void {
  try {
    writeFileSync(file, engine === 'mssql' ? `\uFEFF${script}` : script);
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${errorText(error)}`, 'Name another file.', EXIT.usage, {
      cause: error,
    });
  }
}

const RUN: Record<EngineName, (file: string, how: string) => string> = {
  postgres: (file, how) => `psql -X ${how}-f ${file} "host=… dbname=CRM user=…"`,
  mssql: (file) => `sqlcmd -S SERVER -d CRM -E -b -f 65001 -i ${file}   (or open it in SSMS)`,
};

export async function writeDeployScript(
  config: Config,
  output: Output,
  file: string,
  named: EngineName | undefined,
): Promise<ExitCode> {
  const engine = engineOf(config, named);
  const { text, migrations, files } = await deployScript(engine);
  write(file, engine, text);
  print(output, { file, engine, migrations, files }, () => [
    `${file}: ${migrations} migrations and ${files} scripts of procedures, views, triggers and data, for ${engine}.`,
    `Review it, then: ${RUN[engine](file, '')}`,
  ]);
  return EXIT.ok;
}

export async function writeUndeployScript(
  config: Config,
  output: Output,
  file: string,
  named: EngineName | undefined,
): Promise<ExitCode> {
  const engine = engineOf(config, named);
  write(file, engine, await undeployScript(engine));
  print(output, { file, engine }, () => [
    `${file}: shows what it would remove, until it is told the name of the database (its first lines say how).`,
    `Review it, then: ${RUN[engine](file, '-v remove_from=CRM ')}`,
  ]);
  return EXIT.ok;
}
