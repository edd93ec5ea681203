/** `status`: backlog, lag, health and the last runs at a glance. */
import type { Config } from '../config.ts';
import type { SyncStatus } from '../crm/contract.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { withCrm } from './connections.ts';
import { print, shownProgress, shownTime, table, type Output } from './output.ts';

export async function showStatus(config: Config, output: Output): Promise<ExitCode> {
  const status = await withCrm(config, (crm) => crm.syncStatus());
  print(output, status, statusLines);
  return EXIT.ok;
}

function verifiedText(verification: SyncStatus['verification']): string {
  const { verified, due, running, oldest_verified_at: oldest, healed, open_differences: open } = verification;
  const whole = `${verified} mailboxes compared in full, ${due} due, ${running} running`;
  if (oldest === null) return whole;
  return `${whole}; equal as of ${shownTime(oldest)} or later: ${healed} differences put right, ${open} open`;
}

function statusLines(status: SyncStatus): string[] {
  const { users, backlog, links, inbound_parked: inbound, capture } = status;
  const missing = capture.triggers.filter((trigger) => trigger.state !== 'enabled');
  const lines = [
    `Users      ${users.enabled} enabled: ${users.ok} ok, ${users.paused} paused, ${users.held} held`,
    ...status.first_syncs.map((one) => `           ${one.name}: ${shownProgress(one)} (${one.cause})`),
    `Verified   ${verifiedText(status.verification)}`,
    ...status.held_plans.map(
      (plan) =>
        `Held       ${plan.name}: ${plan.items} items of ${plan.linked} (a series counted once) would be deleted in ${plan.direction === 'to_domino' ? 'Domino' : 'the CRM'}: crm-domino-sync resolve --held ${plan.crm_user_id}`,
    ),
    `To Domino  ${backlog.due} due, ${backlog.waiting} waiting, ${backlog.leased} in hand, ${backlog.parked} parked` +
      (backlog.oldest_seconds === null
        ? ''
        : `; the oldest has waited ${Math.round(backlog.oldest_seconds)} s`),
    `To CRM     ${inbound.errors} parked for an error, ${inbound.skipped} skipped for a reason`,
    `Links      ${links.linked} linked, ${links.creating} being made, ${links.unlinked} kept apart`,
    `Conflicts  ${status.conflicts.open} decided and not looked at${status.conflicts.open === 0 ? '' : ': crm-domino-sync conflicts'}`,
    `Capture    ${missing.length === 0 ? 'on' : missing.map((t) => `${t.trigger_name} ${t.state}`).join(', ')}` +
      `; ${capture.log_rows} changes not folded, ${capture.faults} faults` +
      (capture.open_gap
        ? `; off since ${shownTime(capture.open_gap.opened_at)} (${capture.open_gap.reason})`
        : capture.unreconciled_gaps > 0
          ? `; was off, and not every mailbox is compared since`
          : ''),
    `Runners    ${
      status.runners
        .filter((runner) => runner.alive)
        .map(
          (r) =>
            `${r.host}:${r.process_id}${r.domino_reason === null ? '' : ` (Domino paused until ${shownTime(r.domino_paused_until!)}: ${r.domino_detail})`}`,
        )
        .join(', ') || 'none alive'
    }`,
    '',
  ];
  if (status.last_runs.length === 0) return [...lines, 'No run yet.'];
  return [
    ...lines,
    ...table(
      ['run', 'kind', 'started', 'seconds', 'did'],
      status.last_runs.map((run) => [
        run.run_id,
        run.kind,
        shownTime(run.started_at),
        run.finished_at === null
          ? 'running'
          : ((Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000).toFixed(1),
        run.error ??
          (Object.entries(run.counts ?? {})
            .map(([name, n]) => `${name} ${n}`)
            .join(', ') ||
            'nothing'),
      ]),
    ),
  ];
}
