/** `sandbox --exercise`: plays the seed rules in a small sandbox of its own and says which hold. */
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorText } from '../../errors.ts';
import { VERSION } from '../../version.ts';
import { enableAll } from '../enable.ts';
import { removeEmbeddedPostgres } from '../embedded-postgres.ts';
import { openSandbox } from '../sandbox.ts';
import { RULES } from './rules.ts';
import { createWorld, type World } from './world.ts';

export interface RuleResult {
  rule: string;
  pass: boolean;
  detail: { text: string; checks: number; failed: string[]; seconds: number };
}

/** Reports each rule as it ends. Leaves nothing behind. */
export async function playExercise(
  report: (result: RuleResult) => void,
  progress: (line: string) => void,
): Promise<RuleResult[]> {
  const directory = mkdtempSync(join(tmpdir(), 'crm-domino-sync-exercise-'));
  const sandbox = await openSandbox({
    directory,
    fresh: true,
    size: { users: 40, enabled: 6, communications: 300 },
    notesEntries: true,
    progress,
  });
  const results: RuleResult[] = [];
  let world: World | null = null;
  try {
    await sandbox.crm.registerRunner({ host: hostname(), process_id: process.pid, version: VERSION });
    await enableAll(sandbox);
    world = createWorld(sandbox, await findOutsider(sandbox.vendor));
    progress('First synchronisation');
    await world.settle();
    for (const rule of RULES) {
      const started = Date.now();
      const failed: string[] = [];
      let checks = 0;
      try {
        await rule.play(world, {
          check: (statement, holds) => {
            checks += 1;
            if (!holds) failed.push(statement);
          },
        });
      } catch (error) {
        failed.push(errorText(error));
      }
      const pass = failed.length === 0 && checks > 0;
      const result = {
        rule: rule.rule,
        pass,
        detail: { text: rule.text, checks, failed, seconds: Math.round((Date.now() - started) / 100) / 10 },
      };
      results.push(result);
      report(result);
    }
    return results;
  } finally {
    await world?.close();
    await sandbox.stop();
    await removeEmbeddedPostgres(join(directory, 'postgres'));
    rmSync(directory, { recursive: true, force: true });
  }
}

async function findOutsider(pool: World['vendor']): Promise<World['outsider']> {
  const { rows } = await pool.query<{ userId: number; email: string }>(
    `select user_userid as "userId", user_emailaddress as email from users
     where user_deleted is null and user_disabled is null and user_resource is null and user_emailaddress is not null
       and not exists (select from domino_sync.sync_user where crm_user_id = user_userid)
     order by 1 limit 1`,
  );
  if (!rows[0]) throw new Error('the sample has nobody who is not enabled');
  return rows[0];
}
