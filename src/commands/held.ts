/** `resolve --held`: shows the deletions that wait for an administrator, and takes his word on them. */
import type { Config } from '../config.ts';
import type { HeldDecision, HeldPlan } from '../crm/contract.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';
import { withCrm } from './connections.ts';
import { print, shownTime, table, type Output } from './output.ts';
import { findUser } from './users.ts';

export interface HeldOptions {
  allow?: boolean;
  refuse?: boolean;
  recreate?: boolean;
}

/** Without a decision it shows what waits. Throws UserError. */
export async function resolveHeld(
  config: Config,
  output: Output,
  who: string,
  options: HeldOptions,
): Promise<ExitCode> {
  return withCrm(config, async (crm) => {
    const user = await findUser(crm, who);
    const plans = await crm.listHeld(user.crm_user_id);
    if (plans.length === 0) {
      throw new UserError(
        `no deletions of ${user.name} wait for anybody`,
        'status tells who is held.',
        EXIT.findings,
      );
    }
    const decision = decisionOf(options);
    if (decision === null) {
      print(output, plans, () => plans.flatMap(planLines));
      return EXIT.ok;
    }
    const decided: { plan_id: number; decision: string; items: number }[] = [];
    for (const { plan_id } of plans)
      decided.push({ plan_id, decision, items: await crm.decideHeld(plan_id, decision) });
    print(output, decided, () =>
      decided.map(({ plan_id, items }) => `Plan ${plan_id}: ${CONSEQUENCES[decision](items)}`),
    );
    return EXIT.ok;
  });
}

const decisionOf = ({ allow, refuse, recreate }: HeldOptions): HeldDecision | null => {
  if (allow === true) return 'allow';
  if (refuse === true) return 'refuse';
  return recreate === true ? 'recreate' : null;
};

const CONSEQUENCES: Record<HeldDecision, (items: number) => string> = {
  allow: (items) => `its ${items} deletions are carried out, and no others.`,
  refuse: (items) => `its ${items} items stay where they are, and their pairs are kept apart.`,
  recreate: (items) => `its ${items} entries are made in Domino again, as far as the CRM writes them.`,
};

function planLines(plan: HeldPlan): string[] {
  const left = plan.items - plan.appointments.length;
  return [
    `Plan ${plan.plan_id}, ${shownTime(plan.held_at)}, ${plan.reason_code}: ${plan.items} linked items would be deleted in ${
      plan.direction === 'to_domino' ? 'Domino' : 'the CRM'
    }, of ${plan.linked} in the mailbox, a series counted once${
      plan.earlier === 0 ? '' : `; ${plan.earlier} were deleted in the hours before`
    }`,
    ...table(
      ['appointment', 'start (CRM)', 'subject'],
      plan.appointments.map((one) => [one.appointment_id, one.start_at, one.subject]),
    ),
    ...(left > 0 ? [`… and ${left} more`] : []),
  ];
}
