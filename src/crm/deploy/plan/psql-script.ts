/** Renders a plan for PostgreSQL as a script for psql. */
import { readPostgresObjects } from '../sql-objects.ts';
import { TRIGGERS } from '../vendor-columns.ts';
import { VERSION } from '../../../version.ts';
import { stepsOf, type DeployPlan, type PlanPart, type PlanStep } from './plan.ts';
import { OLDEST_POSTGRES } from './postgres-steps.ts';
import { banner, heading, planDigest, VENDOR_TABLES, wrapped } from './script-text.ts';

/** What both scripts of psql begin with. AUTOCOMMIT may be off in somebody's psqlrc. */
export const PSQL_OPENING = String.raw`\set ON_ERROR_STOP on
\set AUTOCOMMIT on
\set QUIET on
\encoding UTF8`;

const ended = (sql: string): string => {
  const text = sql.trim();
  return text.endsWith(';') ? text : `${text}\n;`;
};

const guarded = (pending: string | null, text: string): string =>
  pending === null
    ? text
    : [
        `select ${pending} as domino_sync_due \\gset`,
        String.raw`\if :domino_sync_due`,
        text,
        String.raw`\endif`,
      ].join('\n');

const isReported = ({ kind }: PlanStep): boolean => kind === 'migration' || kind === 'file';

const stepText = (step: PlanStep): string => {
  const says = isReported(step)
    ? [`\\echo '${step.kind === 'file' ? 'applied' : step.kind} ${step.name}'`]
    : [];
  return [
    `-- ${step.name}${step.checksum === null ? '' : ` (${step.kind === 'migration' ? 'SHA-1' : 'SHA-256'} ${step.checksum})`}`,
    guarded(step.pending, [...says, ...step.batches.map(ended)].join('\n\n')),
  ].join('\n');
};

/** Also of other scripts: a part with its transaction. */
export const psqlPart = (part: PlanPart): string => {
  const steps = part.steps.map(stepText).join('\n\n');
  return [
    heading(part.title),
    guarded(part.pending, part.transaction ? `begin;\n\n${steps}\n\ncommit;` : steps),
  ].join('\n\n');
};

const deployBanner = (plan: DeployPlan): string => {
  const objects = readPostgresObjects().flatMap((file) => file.objects);
  const count = (kind: string): number => objects.filter((object) => object.kind === kind).length;
  return banner([
    `crm-domino-sync ${VERSION}: deployment to PostgreSQL ${OLDEST_POSTGRES} or later, for psql`,
    `SHA-256 of the plan: ${planDigest(plan)}`,
    '',
    ...wrapped(
      'Look first. This script does not search for what hinders triggers or is hindered by them: rules, triggers of others, ' +
        'columns of another type, replication roles. The preflight does, with the same login, and changes nothing; ' +
        'docs/preflight.md explains its findings:',
    ),
    '',
    "    CRM_DATABASE_URL='postgres://LOGIN:PASSWORD@HOST/CRM' crm-domino-sync doctor",
    '',
    "Run it in the CRM database, with a login that owns Sage CRM's tables and has CREATEROLE:",
    '',
    '    psql -X -f deploy.sql "host=... dbname=CRM user=..."',
    '',
    'Not with --single-transaction: each part has a transaction of its own. It stops at the first error; what was',
    'committed by then stays, and run again it goes on from there. Run on a database that is up to date it does nothing.',
    'It refuses, before it changes anything: a server that is too old, a database without the tables and columns of',
    'Sage CRM, migrations that were edited after they had been applied, a database deployed by a newer version.',
    '',
    'On the tables of Sage CRM it makes these triggers, and nothing else: no column, no index, no constraint, no right.',
    'Making them locks their tables against writing until the last part is committed.',
    ...TRIGGERS.map(({ table, trigger }) => `    ${trigger} on public.${table}`),
    ...wrapped(
      `Its procedures read ${VENDOR_TABLES.join(', ')}, and write communication and comm_link for the runner.`,
    ),
    '',
    `Its own: schemas domino_sync, domino_sync_api, domino_sync_report with ${count('function')} functions and ` +
      `${count('view')} views;`,
    'roles domino_sync_runner, domino_sync_reader, domino_sync_admin (of the whole server, without login).',
    `Migrations, each applied once: ${stepsOf(plan, 'migration').length}.`,
    '',
    'To remove all of it: crm-domino-sync undeploy --engine postgres --script undeploy.sql',
  ]);
};

/** The whole script; the same for the same version of the product, wherever and whenever it is made. */
export const psqlDeployScript = (plan: DeployPlan): string =>
  [
    deployBanner(plan),
    PSQL_OPENING,
    ...plan.parts.map(psqlPart),
    String.raw`\echo 'crm-domino-sync: this database is up to date.'`,
    '',
  ].join('\n\n');
