/** Carries out a plan on one session, as the script rendered from it would. */
import type { DeployPlan, PlanPart, PlanStep } from './plan.ts';

export interface PlanSession {
  holds(condition: string): Promise<boolean>;
  run(batch: string): Promise<void>;
  /** Rolls back and throws what `work` throws. */
  inTransaction(work: () => Promise<void>): Promise<void>;
}

const isDue = async (session: PlanSession, { pending }: PlanPart | PlanStep): Promise<boolean> =>
  pending === null || (await session.holds(pending));

const runSteps = async (session: PlanSession, steps: readonly PlanStep[], ran: PlanStep[]): Promise<void> => {
  for (const step of steps) {
    if (!(await isDue(session, step))) continue;
    for (const batch of step.batches) await session.run(batch);
    ran.push(step);
  }
};

/**
 * Returns the steps that were due, in order. `before` is called before each part that is due, and may carry it out by
 * other means: it is then asked again whether it is due. `fault` makes the error of a step that failed.
 */
export const executePlan = async (
  session: PlanSession,
  plan: DeployPlan,
  options: {
    before?: (part: PlanPart) => Promise<void>;
    after?: (steps: readonly PlanStep[]) => void;
    fault?: (error: unknown, step: PlanStep) => unknown;
  } = {},
): Promise<PlanStep[]> => {
  const { before, after, fault = (error: unknown) => error } = options;
  const all: PlanStep[] = [];
  for (const part of plan.parts) {
    if (!(await isDue(session, part))) continue;
    if (before !== undefined) {
      await before(part);
      if (!(await isDue(session, part))) continue;
    }
    const ran: PlanStep[] = [];
    let current: PlanStep | undefined;
    const work = async (): Promise<void> => {
      for (const step of part.steps) {
        current = step;
        await runSteps(session, [step], ran);
      }
    };
    try {
      await (part.transaction ? session.inTransaction(work) : work());
    } catch (error) {
      throw current === undefined ? error : fault(error, current);
    }
    after?.(ran);
    all.push(...ran);
  }
  return all;
};
