/**
 * One cycle of the runner in a process of its own that kills itself at a numbered point.
 *
 * Environment: CRM_DATABASE_URL, DOMINO_URL, DOMINO_USER, DOMINO_PASSWORD; CRASH_AT, the number of the point, or 0 for
 * none. Prints the points it passed, one a line.
 */
import { writeSync } from 'node:fs';
import { openCrmDatabase } from '../../src/crm/open.ts';
import { connectDas } from '../../src/domino/das/connect.ts';
import { silentLog } from '../../src/log.ts';
import { runOnce } from '../../src/runner/runner.ts';
import { crashingCrm, crashingDomino } from './crash-points.ts';

const { CRM_DATABASE_URL, DOMINO_URL, DOMINO_USER, DOMINO_PASSWORD, CRASH_AT } = process.env;
const crashAt = Number(CRASH_AT);
let passed = 0;

/** SIGKILL: no handler runs, no connection is closed in good order, nothing is flushed. */
const reach = (point: string): void => {
  passed += 1;
  writeSync(1, `${point}\n`);
  if (passed === crashAt) process.kill(process.pid, 'SIGKILL');
};

const main = async (): Promise<void> => {
  const crm = await openCrmDatabase(CRM_DATABASE_URL!);
  const domino = connectDas({
    url: DOMINO_URL!,
    user: DOMINO_USER!,
    password: DOMINO_PASSWORD!,
    todoSweepSeconds: 0,
  });
  await runOnce(
    {
      crm: crashingCrm(crm, reach),
      domino: crashingDomino(domino, reach),
      log: silentLog(),
      // One mailbox after the other, so that a number means the same point in each run.
      parallel: 1,
    },
    new AbortController().signal,
  );
  await domino.close();
  await crm.close();
};

void main();
