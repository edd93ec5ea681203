/** `preview`: what the next cycle, or enabling a user, would do. Reads both sides and writes nothing anywhere. */
import { requireDatabase, type Config } from '../config.ts';
import { openPreviewDatabase } from '../crm/open.ts';
import type { PreviewDatabase, ReasonText } from '../crm/contract.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { createLog } from '../log.ts';
import { previewEnabling } from '../runner/preview/enabling.ts';
import type { Preview } from '../runner/preview/item.ts';
import { previewCycle } from '../runner/preview/preview.ts';
import { withDomino } from './connections.ts';
import { print, type Output } from './output.ts';
import { shownPreview } from './preview/shown.ts';
import { enablingOf, findUser, type EnableOptions } from './users.ts';

export interface PreviewArguments {
  /** Logon, e-mail address or user id; undefined: all mailboxes. */
  who: string | undefined;
  /** Suppose that this user is enabled. */
  enable: (EnableOptions & { who: string }) | null;
}

/** Exit code 1: something would be parked or retried, a mailbox would be stopped, or Domino cannot be reached. */
export async function preview(config: Config, output: Output, asked: PreviewArguments): Promise<ExitCode> {
  // What goes wrong with an item is told in the preview itself; the log is for a developer.
  const log = createLog(
    config.log.level === 'debug' || config.log.level === 'trace' ? config.log.level : 'silent',
  );
  return withPreviewDatabase(config, (crm) =>
    withDomino(config, async (domino) => {
      const options = { crm, domino, log };
      const [found, reasons] = await Promise.all([
        asked.enable === null
          ? cycleOf(options, asked.who)
          : enablingOf(crm, domino, asked.enable.who, asked.enable).then((user) =>
              previewEnabling(options, user),
            ),
        crm.previewReasons(),
      ]);
      const names = new Map((await crm.listUsers()).map((user) => [user.crm_user_id, user.name]));
      const zone = (await crm.readSettings()).values['crm_time_zone'] ?? null;
      print(output, told(found, names), () => shownPreview(found, { reasons: byCode(reasons), names, zone }));
      return isClear(found) ? EXIT.ok : EXIT.findings;
    }),
  );
}

async function cycleOf(
  options: Parameters<typeof previewCycle>[0],
  who: string | undefined,
): Promise<Preview> {
  const user = who === undefined ? null : await findUser(options.crm, who);
  return previewCycle(options, user?.crm_user_id ?? null);
}

const byCode = (reasons: readonly ReasonText[]) => new Map(reasons.map((reason) => [reason.code, reason]));

const told = (found: Preview, names: ReadonlyMap<number, string>) => ({
  ...found,
  mailboxes: found.mailboxes.map((mailbox) => ({ name: names.get(mailbox.crm_user_id) ?? null, ...mailbox })),
});

const isClear = ({ mailboxes }: Preview): boolean =>
  mailboxes.every(
    ({ stop, items }) =>
      stop === null && items.every(({ action }) => action !== 'parked' && action !== 'retried'),
  );

async function withPreviewDatabase<T>(
  config: Config,
  work: (crm: PreviewDatabase) => Promise<T>,
): Promise<T> {
  const crm = await openPreviewDatabase(requireDatabase(config));
  try {
    return await work(crm);
  } finally {
    await crm.close();
  }
}
