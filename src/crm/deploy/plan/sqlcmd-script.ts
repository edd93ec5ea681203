/**
 * Renders a plan for SQL Server as a script for SSMS and sqlcmd. Neither stops at an error by itself, and a variable ends with
 * its batch, so the script keeps its own progress: the number of the last part that is done, in a temporary table, written in
 * the transaction of the part. What must not run is skipped by SET NOEXEC, which only SET NOEXEC OFF ends.
 */
import { OLDEST } from '../mssql-server.ts';
import { readMssqlObjects } from '../sql-objects.ts';
import { VERSION } from '../../../version.ts';
import { dropTemporarySql } from './mssql-steps.ts';
import { literal, stepsOf, type DeployPlan, type PlanPart, type PlanStep } from './plan.ts';
import { banner, heading, planDigest, VENDOR_TABLES, wrapped } from './script-text.ts';

const GO = '\nGO\n';
const PROGRESS = `OBJECT_ID(N'tempdb..#domino_sync_progress')`;

const PROGRESS_DROP = `IF ${PROGRESS} IS NOT NULL\n    DROP TABLE #domino_sync_progress;`;

const say = (text: string): string => `PRINT ${literal(text, 'N')};`;

/** After a batch of a step, before the next. */
const STOP_AT_ERROR = `IF @@ERROR <> 0 OR @@TRANCOUNT <> 1
BEGIN
    IF @@TRANCOUNT > 0
        ROLLBACK TRANSACTION;
    SET NOEXEC ON;
END;`;

/** Under NOEXEC the first line is not carried out; nothing has failed then. */
const AFTER_STEP = `DECLARE @error int = @@ERROR;
SET NOEXEC OFF;
IF @error <> 0 AND ${PROGRESS} IS NOT NULL AND @@TRANCOUNT > 0
    ROLLBACK TRANSACTION;`;

const beforeStep = (step: PlanStep): string => {
  const says = step.kind === 'file' ? [`ELSE`, `    ${say(`applied ${step.name}`)}`] : [];
  const conditions = [
    `${PROGRESS} IS NULL OR @@TRANCOUNT <> 1`,
    ...(step.pending === null ? [] : [`NOT (${step.pending})`]),
  ];
  return [
    AFTER_STEP,
    conditions.map((condition) => `IF ${condition}\n    SET NOEXEC ON;`).join('\nELSE '),
    ...says,
  ].join('\n');
};

const checksumLine = ({ kind, name, checksum }: PlanStep): string =>
  `-- ${name}${checksum === null ? '' : ` (${kind === 'migration' ? 'SHA-1' : 'SHA-256'} ${checksum})`}`;

/** Above its gate, not above the object: what stands in the batch of an object becomes part of it. */
const stepBatches = (step: PlanStep): string[] => [
  `${checksumLine(step)}\n${beforeStep(step)}`,
  ...step.batches.flatMap((batch, index) => (index === 0 ? [batch.trim()] : [STOP_AT_ERROR, batch.trim()])),
];

const beforePart = (part: PlanPart, number: number): string =>
  [
    heading(part.title),
    'SET NOEXEC OFF;',
    `IF ${PROGRESS} IS NOT NULL AND @@TRANCOUNT > 0`,
    '    ROLLBACK TRANSACTION;',
    `IF ${PROGRESS} IS NULL`,
    '    SET NOEXEC ON;',
    `ELSE IF NOT EXISTS (SELECT 1 FROM #domino_sync_progress AS p WHERE p.part = ${number - 1})`,
    '    SET NOEXEC ON;',
    ...(part.pending === null
      ? []
      : [
          `ELSE IF NOT (${part.pending})`,
          'BEGIN',
          `    UPDATE #domino_sync_progress SET part = ${number};`,
          '    SET NOEXEC ON;',
          // no semicolon: an ELSE may follow
          'END',
        ]),
    ...(part.steps.some(({ kind }) => kind === 'migration') ? ['ELSE', `    ${say(part.title)}`] : []),
  ].join('\n');

const transactionPart = (part: PlanPart, number: number): string[] => [
  beforePart(part, number),
  'IF @@ERROR <> 0\n    SET NOEXEC ON;\nELSE\n    BEGIN TRANSACTION;',
  ...part.steps.flatMap(stepBatches),
  `${AFTER_STEP}
IF ${PROGRESS} IS NOT NULL AND @@TRANCOUNT = 1
BEGIN
    UPDATE #domino_sync_progress SET part = ${number};
    COMMIT TRANSACTION;
END;`,
];

const plainPart = (part: PlanPart, number: number): string[] => [
  beforePart(part, number),
  ...part.steps.flatMap((step) =>
    step.batches.flatMap((batch) => [batch.trim(), 'IF @@ERROR <> 0\n    SET NOEXEC ON;']),
  ),
  `UPDATE #domino_sync_progress SET part = ${number};`,
];

/** Batches that carry out the parts, and stop for good where one fails. */
export const sqlcmdParts = (parts: readonly PlanPart[]): string[] => [
  `${heading('progress of this script')}
SET NOEXEC OFF;
SET NOCOUNT ON;
${PROGRESS_DROP}`,
  `IF @@TRANCOUNT > 0
    RAISERROR (N'This session has an open transaction. Commit it or roll it back, then run the script again.', 16, 127);
ELSE
BEGIN
    CREATE TABLE #domino_sync_progress (part int NOT NULL);
    INSERT INTO #domino_sync_progress (part) VALUES (0);
END;`,
  ...parts.flatMap((part, index) =>
    part.transaction ? transactionPart(part, index + 1) : plainPart(part, index + 1),
  ),
];

/** Says how it ended, and gives back what the session holds. */
export const sqlcmdEnd = (parts: number, done: string): string => `${heading('end')}
SET NOEXEC OFF;
DECLARE @done bit = 0;
IF ${PROGRESS} IS NOT NULL
BEGIN
    IF @@TRANCOUNT > 0
        ROLLBACK TRANSACTION;
    IF EXISTS (SELECT 1 FROM #domino_sync_progress AS p WHERE p.part = ${parts})
        SET @done = 1;
    IF APPLOCK_MODE(N'public', N'domino_sync.deploy', N'Session') <> N'NoLock'
        EXECUTE sys.sp_releaseapplock @Resource = N'domino_sync.deploy', @LockOwner = N'Session',
            @DbPrincipal = N'public';
END;
${dropTemporarySql()}
${PROGRESS_DROP}
IF @done = 1
    ${say(done)}
ELSE
    RAISERROR (N'crm-domino-sync: stopped. The first error above says why; what was being done then is rolled back.', 16, 127);`;

export const sqlcmdScript = (head: string, batches: readonly string[]): string =>
  [head, ...batches].join(GO) + GO;

const deployBanner = (plan: DeployPlan): string => {
  const objects = readMssqlObjects().flatMap((file) => file.objects);
  const count = (kind: string): number => objects.filter((object) => object.kind === kind).length;
  return banner([
    `crm-domino-sync ${VERSION}: deployment to SQL Server 2016 SP1 (${OLDEST.join('.')}) or later, for SSMS and sqlcmd`,
    `SHA-256 of the plan: ${planDigest(plan)}`,
    '',
    ...wrapped(
      'Look first. This script does not search for what triggers would break or be broken by: procedures that use OUTPUT ' +
        'without INTO on these tables or read @@IDENTITY, triggers of others, columns of another type, a mixed collation. ' +
        'The preflight does, with the same login, and changes nothing; docs/preflight.md explains its findings:',
    ),
    '',
    '    set CRM_DATABASE_URL=mssql://LOGIN:PASSWORD@SERVER/CRM        (PowerShell: $env:CRM_DATABASE_URL = "...")',
    '    crm-domino-sync doctor',
    '',
    'Run it in the CRM database, as a member of db_owner. In SSMS: choose the database, then Execute. Or:',
    '',
    '    sqlcmd -S SERVER -d CRM -E -b -f 65001 -i deploy.sql',
    '',
    'Each part has a transaction of its own. After an error nothing else is done; what was committed by then stays, and run',
    'again the script goes on from there. Run on a database that is up to date it does nothing.',
    'It refuses, before it changes anything: a server or compatibility level that is too old, a database without the tables',
    'and columns of Sage CRM, migrations that were edited after they had been applied, a database deployed by a newer',
    'version.',
    '',
    'On the tables of Sage CRM it makes these triggers, and nothing else: no column, no index, no constraint.',
    'Making them locks their tables until the last part is committed.',
    ...objects
      .filter(({ kind }) => kind === 'trigger')
      .map(({ schema, name, table }) => `    ${schema}.${name} on ${schema}.${table ?? ''}`),
    ...wrapped(
      'Its roles get the right to see the definition of dbo.Communication and dbo.Comm_Link, none on their data; where new ' +
        'ids come from dbo.eware_get_identity_id, domino_sync_runner may execute it and write the tables of ids behind it.',
    ),
    ...wrapped(
      `Its procedures read ${VENDOR_TABLES.join(', ')}, and write communication and comm_link for the runner.`,
    ),
    '',
    `Its own: schemas domino_sync, domino_sync_api, domino_sync_report with ${count('procedure')} procedures, ` +
      `${count('function')} functions and`,
    `${count('view')} views; roles domino_sync_runner, domino_sync_reader, domino_sync_admin.`,
    `Migrations, each applied once: ${stepsOf(plan, 'migration').length}.`,
    '',
    'To remove all of it: crm-domino-sync undeploy --engine mssql --script undeploy.sql',
  ]);
};

/** The whole script; the same for the same version of the product, wherever and whenever it is made. */
export const sqlcmdDeployScript = (plan: DeployPlan): string =>
  sqlcmdScript(deployBanner(plan), [
    ...sqlcmdParts(plan.parts),
    sqlcmdEnd(plan.parts.length, 'crm-domino-sync: this database is up to date.'),
  ]);
