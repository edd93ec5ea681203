/** `reconcile`: asks the runners to compare both sides in full, and, if wanted, waits for what they find. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { CrmDatabase, CrmUser } from '../crm/contract.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { withCrm } from './connections.ts';
import { print, shownTime, table, type Output } from './output.ts';
import { findUser } from './users.ts';

const LOOK_MS = 1000;

export interface ReconcileOptions {
  wait: boolean;
  reason: string;
}

/** Ends with `findings` when, waited for, differences are left open. */
export async function reconcile(
  config: Config,
  output: Output,
  who: string | undefined,
  { wait, reason }: ReconcileOptions,
): Promise<ExitCode> {
  return withCrm(config, async (crm) => {
    const id = who === undefined ? null : (await findUser(crm, who)).crm_user_id;
    const requested = await crm.requestReconcile(id, reason);
    if (!wait) {
      print(
        output,
        { requested },
        () =>
          `${requested} ${requested === 1 ? 'mailbox is' : 'mailboxes are'} compared in full by the runners; users list tells how it went.`,
      );
      return EXIT.ok;
    }
    const users = await untilVerified(crm, id);
    const shown = users.map((user) => ({
      crm_user_id: user.crm_user_id,
      name: user.name,
      state: user.health === 'ok' ? user.verification : `${user.health}: ${user.health_reason}`,
      verified_at: user.verified_at,
      healed: user.healed,
      open_differences: user.open_differences,
    }));
    print(output, shown, () =>
      table(
        ['user', 'state', 'equal as of', 'put right', 'open'],
        shown.map((one) => [
          one.name,
          one.state,
          shownTime(one.verified_at),
          one.healed,
          one.open_differences,
        ]),
      ),
    );
    const clean = users.every((user) => user.verification === 'verified' && user.open_differences === 0);
    return clean ? EXIT.ok : EXIT.findings;
  });
}

/** A mailbox that was stopped for an administrator waits for him, and nobody waits for it here. */
async function untilVerified(crm: CrmDatabase, id: number | null): Promise<CrmUser[]> {
  for (;;) {
    const users = (await crm.listUsers()).filter(
      (user) => user.enabled && (id === null || user.crm_user_id === id),
    );
    if (users.every((user) => user.verification === 'verified' || user.health === 'held')) return users;
    await sleep(LOOK_MS);
  }
}
