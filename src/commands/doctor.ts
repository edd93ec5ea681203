/**
 * `doctor`: each prerequisite on both sides as a row: severity, what, why, what to do. It changes nothing and goes on
 * after a failure, so that one run shows everything that has to be mended.
 */
import { requireDatabase, type Config } from '../config.ts';
import { CrmError, type CrmDatabase, type CrmUser } from '../crm/contract.ts';
import type { PreflightCode, Severity } from '../crm/deploy/preflight/codes.ts';
import { checkDeployment, openCrmDatabase, preflightOf } from '../crm/open.ts';
import type { DominoServer } from '../domino/port.ts';
import { EXIT, UserError, errorText, type ExitCode } from '../errors.ts';
import { typedSettings } from '../runner/settings.ts';
import { openDomino, userFacing } from './connections.ts';
import { print, type Output } from './output.ts';
import { taskFindings } from './task-findings.ts';
import { findingLines } from './preflight.ts';

export interface Finding {
  severity: Severity;
  /** Of the preflight: docs/preflight.md. */
  code?: PreflightCode;
  what: string;
  why: string;
  remedy: string;
}

const CALL_MS = 30_000;
/** Beyond it, times compared across the two servers mislead: `newest` and the overlap of the change feed. */
const LARGEST_SKEW_SECONDS = 60;

export async function doctor(config: Config, output: Output): Promise<ExitCode> {
  const findings: Finding[] = [];
  const users = await examineCrm(config, findings);
  await examineDomino(config, users, findings);
  const mend = findings.filter(({ severity }) => severity === 'error' || severity === 'warning').length;
  print(output, findings, () => [
    ...findingLines(
      findings.map(({ severity, code, what, why, remedy }) => ({
        severity,
        object: code === undefined ? what : `${code} ${what}`,
        what: why,
        why: '',
        remedy,
      })),
    ),
    '',
    mend === 0 ? 'Everything that can be checked from here is in order.' : `${mend} to mend.`,
  ]);
  return findings.some((finding) => finding.severity === 'error') ? EXIT.findings : EXIT.ok;
}

async function examineCrm(config: Config, findings: Finding[]): Promise<CrmUser[]> {
  const examined = await attempt(findings, 'CRM database', async () => {
    const rows = await preflightOf(requireDatabase(config), { forDeploy: false });
    findings.push(
      ...rows.map(({ severity, code, object, what, why, remedy }) => ({
        severity,
        code,
        what: object,
        why: `${what} ${why}`.trim(),
        remedy,
      })),
    );
  });
  if (!examined) return [];
  let crm: CrmDatabase;
  try {
    crm = await openCrmDatabase(requireDatabase(config));
  } catch (error) {
    findings.push(failed('CRM database', error));
    return [];
  }
  try {
    findings.push(fine('CRM database', `${crm.engine}, everything of ours answers`));
    await attempt(findings, 'Deployment', async () => {
      const drift = await deploymentDrift(requireDatabase(config));
      if (drift === null) {
        findings.push({
          severity: 'info',
          what: 'Deployment',
          why: 'this login may not look at our objects, as it should be for a runner',
          remedy: 'To compare them too, run deploy --check with the login of the DBA.',
        });
        return;
      }
      findings.push(
        ...drift.map((one): Finding => ({
          severity: 'error',
          what: one.object,
          why: one.message,
          remedy: one.remedy,
        })),
      );
      if (drift.length === 0) findings.push(fine('Deployment', 'every object is as deployed'));
    });
    await attempt(findings, 'Capture', async () => examineCapture(await crm.captureState(), findings));
    await attempt(findings, 'Settings', async () => {
      const settings = await crm.readSettings();
      const { crm_time_zone: zone } = typedSettings(settings);
      const host = Intl.DateTimeFormat().resolvedOptions().timeZone;
      findings.push(
        zone === host
          ? fine('CRM time zone', `${zone}, as this host`)
          : note(
              'CRM time zone',
              `the setting is ${zone}, this host runs in ${host}`,
              'Right if the CRM server runs in the zone of the setting.',
            ),
      );
    });
    await attempt(findings, 'Tasks of the CRM', async () => {
      findings.push(...taskFindings(await crm.taskDates()));
    });
    const users = (await crm.listUsers()).filter((user) => user.enabled);
    if (users.length === 0) {
      findings.push(
        note('Users', 'nobody is enabled, so nothing is synchronised', 'crm-domino-sync users enable LOGON'),
      );
    }
    findings.push(...users.flatMap(examineUser));
    const open = users.filter((user) => (user.open_differences ?? 0) > 0);
    for (const user of open)
      findings.push({
        severity: 'warning',
        what: `Mailbox ${user.mail_file}`,
        why: `${user.open_differences} differences between both sides are open`,
        remedy: 'The report view parked_items names them; crm-domino-sync why ID tells the whole story.',
      });
    return users;
  } catch (error) {
    findings.push(failed('CRM database', error));
    return [];
  } finally {
    await crm.close();
  }
}

/** A user whom the CRM refuses, whose mailbox stands still, or whose address the CRM has changed. */
function examineUser(user: CrmUser): Finding[] {
  const findings: Finding[] = [];
  if (user.refusal !== null)
    findings.push({
      severity: 'error',
      what: `User ${user.name}`,
      why: `is enabled, but ${user.refusal}: ${user.mail_file} and his appointments are left as they are`,
      remedy: `If he does not come back: crm-domino-sync users disable ${user.crm_user_id}`,
    });
  else if (user.health !== 'ok')
    findings.push({
      severity: user.health === 'held' ? 'error' : 'warning',
      what: `Mailbox ${user.mail_file}`,
      why: `${user.health}: ${user.health_reason ?? ''} ${user.health_detail ?? ''}`.trim(),
      remedy:
        user.health === 'held'
          ? `crm-domino-sync resolve --held ${user.crm_user_id}`
          : 'crm-domino-sync users test shows whether it opens now.',
    });
  if (user.refusal === null && user.enabled_email !== null && user.enabled_email !== user.email)
    findings.push(
      note(
        `Address of ${user.name}`,
        `the CRM has changed it to ${user.email}; in Notes he goes on as ${user.enabled_email}`,
        `Once Notes knows the new one: crm-domino-sync users enable ${user.crm_user_id}`,
      ),
    );
  return findings;
}

/** null when the login has no right to compare: least privilege is no fault. */
async function deploymentDrift(url: string): Promise<Awaited<ReturnType<typeof checkDeployment>> | null> {
  try {
    // what the preflight tells need not be told twice
    return (await checkDeployment(url)).filter(
      ({ code }) => code !== 'vendor_column_missing' && code !== 'server_unsupported',
    );
  } catch (error) {
    if (error instanceof CrmError && error.code === 'crm_forbidden') return null;
    throw error;
  }
}

function examineCapture(state: Awaited<ReturnType<CrmDatabase['captureState']>>, findings: Finding[]): void {
  for (const trigger of state.triggers.filter((one) => one.state !== 'enabled')) {
    findings.push({
      severity: 'error',
      what: `Trigger ${trigger.trigger_name} on ${trigger.table_name}`,
      why: `it is ${trigger.state}: changes of the CRM are not seen`,
      remedy: trigger.state === 'missing' ? 'crm-domino-sync deploy' : 'crm-domino-sync capture enable',
    });
  }
  if (state.faults > 0) {
    findings.push({
      severity: 'warning',
      what: 'Capture',
      why: `${state.faults} faults were caught inside the triggers; the saves went through, their changes were not seen`,
      remedy: 'The database server’s log names each fault.',
    });
  }
  if (state.unreconciled_gaps > 0) {
    findings.push({
      severity: 'warning',
      what: 'Capture',
      why: 'it was off, and not every mailbox was compared in full since',
      remedy: state.open_gap === null ? 'crm-domino-sync reconcile --wait' : 'crm-domino-sync capture enable',
    });
  }
  if (state.triggers.every((trigger) => trigger.state === 'enabled') && state.faults === 0) {
    findings.push(fine('Capture', 'all triggers are enabled'));
  }
}

async function examineDomino(config: Config, users: readonly CrmUser[], findings: Finding[]): Promise<void> {
  let domino: DominoServer;
  try {
    domino = openDomino(config);
  } catch (error) {
    findings.push(failed('Domino', error));
    return;
  }
  try {
    const reachable = await attempt(findings, 'Domino', async () => {
      const info = await domino.info({ signal: AbortSignal.timeout(CALL_MS) });
      findings.push(
        fine(
          'Domino',
          `${info.product} at ${domino.url}; Calendar service ${info.calendarService}, Data service ${info.dataService}`,
        ),
      );
      const skew = Math.round((Date.parse(info.clock) - Date.now()) / 1000);
      if (Math.abs(skew) > LARGEST_SKEW_SECONDS) {
        findings.push({
          severity: 'warning',
          what: 'Clocks',
          why: `Domino's clock is ${skew} s off this host's`,
          remedy: 'Set both by NTP: "the newest wins" compares them.',
        });
      }
    });
    if (!reachable) return;
    for (const user of users) {
      await attempt(findings, `Mail file ${user.mail_file}`, async () => {
        const file = domino.mailFile(user.mail_file!, { email: user.email ?? '' });
        const { calendar, data } = await file.test({ signal: AbortSignal.timeout(CALL_MS) });
        if (!calendar.ok)
          findings.push({
            severity: 'error',
            what: `Mail file ${user.mail_file}`,
            why: calendar.reason,
            remedy: calendar.remedy,
          });
        else if (!data.ok)
          findings.push({
            severity: 'warning',
            what: `To Dos of ${user.mail_file}`,
            why: data.reason,
            remedy: data.remedy,
          });
        else findings.push(fine(`Mail file ${user.mail_file}`, 'calendar and To Dos open'));
      });
    }
  } finally {
    await domino.close();
  }
}

async function attempt(findings: Finding[], what: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    findings.push(failed(what, error));
    return false;
  }
}

const fine = (what: string, why: string): Finding => ({ severity: 'ok', what, why, remedy: '' });

const note = (what: string, why: string, remedy: string): Finding => ({
  severity: 'warning',
  what,
  why,
  remedy,
});

function failed(what: string, error: unknown): Finding {
  const shown = userFacing(error);
  return {
    severity: 'error',
    what,
    why: errorText(shown),
    remedy: shown instanceof UserError ? shown.remedy : 'This is a defect: please report it.',
  };
}
