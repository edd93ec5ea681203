/** `deploy` and `deploy --check`. */
import { requireDatabase, type Config } from '../config.ts';
import { refusals } from '../crm/deploy/preflight/row.ts';
import { checkDeployment, deployTo, preflightOf } from '../crm/open.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { print, table, type Output } from './output.ts';
import { preflightLines, refusalLines, requireAcceptable } from './preflight.ts';

/** `accept`: codes of the preflight that shall not keep it from deploying. */
export async function deploy(
  config: Config,
  output: Output,
  checkOnly: boolean,
  accept: readonly string[] = [],
): Promise<ExitCode> {
  requireAcceptable(accept);
  const url = requireDatabase(config);
  return checkOnly ? check(url, output) : apply(url, output, accept);
}

async function apply(url: string, output: Output, accept: readonly string[]): Promise<ExitCode> {
  const preflight = (await preflightOf(url, { forDeploy: true })).filter(
    ({ severity }) => severity === 'error' || severity === 'warning',
  );
  if (refusals(preflight, accept).length > 0) {
    const refused = { refused: true, migrations: [], applied: [], removed: [], preflight };
    print(output, refused, () => [...preflightLines(preflight), ...refusalLines(preflight, accept)]);
    return EXIT.findings;
  }
  const done = await deployTo(url, {
    waiting: (line) => process.stderr.write(`crm-domino-sync: ${line}\n`),
  });
  print(output, { refused: false, ...done, preflight }, () => {
    const steps = [
      ...done.migrations.map((name) => `migration ${name}`),
      ...done.applied.map((name) => `applied ${name}`),
      ...done.removed.map((name) => `removed ${name}`),
    ];
    return [
      ...preflightLines(preflight),
      ...(steps.length === 0 ? ['Everything is up to date.'] : [...steps, `${steps.length} steps applied.`]),
    ];
  });
  return EXIT.ok;
}

async function check(url: string, output: Output): Promise<ExitCode> {
  const findings = await checkDeployment(url);
  print(output, findings, () =>
    findings.length === 0
      ? 'No drift.'
      : table(
          ['code', 'object', 'what', 'what to do'],
          findings.map((finding) => [finding.code, finding.object, finding.message, finding.remedy]),
        ),
  );
  return findings.length > 0 ? EXIT.findings : EXIT.ok;
}
