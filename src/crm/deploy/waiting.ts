/** Who waits for another deployment is told so once: ten minutes of silence look like a program that hangs. */
import type { DeployOptions } from './findings.ts';
import { OTHER_DEPLOYMENT_SECONDS } from './plan/plan.ts';

export type Waiting = Pick<DeployOptions, 'waiting' | 'tellAfterSeconds'>;

const TELL_AFTER_SECONDS = 10;

/** Answers what `work` answers. */
export const tellingOfWait = async <T>(
  work: () => Promise<T>,
  { waiting, tellAfterSeconds = TELL_AFTER_SECONDS }: Waiting,
): Promise<T> => {
  if (waiting === undefined) return work();
  const timer = setTimeout(() => {
    waiting(
      `another deployment is at work in this database: waiting for it, ${OTHER_DEPLOYMENT_SECONDS / 60} minutes at most`,
    );
  }, tellAfterSeconds * 1000);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
};
