/** `deploy` and `deploy --check`. */
import { requireDatabase, type Config } from '../config.ts';
import { checkDeployment, deployTo } from '../crm/open.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { print, table, type Output } from './output.ts';

export async function deploy(config: Config, output: Output, checkOnly: boolean): Promise<ExitCode> {
  const url = requireDatabase(config);
  if (!checkOnly) {
    const done = await deployTo(url);
    print(output, done, () => {
      const steps = [
        ...done.migrations.map((name) => `migration ${name}`),
        ...done.applied.map((name) => `applied ${name}`),
        ...done.removed.map((name) => `removed ${name}`),
      ];
      return steps.length === 0 ? 'Everything is up to date.' : [...steps, `${steps.length} steps applied.`];
    });
    return EXIT.ok;
  }
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
