/**
 * A database whose files were put back from a bare copy calls itself by the same name as before. This process knows better
 * when it has seen a run there that the database does not know any more, and says so before anything is done in it.
 */
import type { CrmDatabase, DatabaseWitness } from '../crm/contract.ts';
import type { Log } from '../log.ts';

type Watched = Pick<CrmDatabase, 'watchRestore' | 'startRun' | 'finishRun'>;

export interface RestoreWatch<T extends Watched> {
  /** The database as it was given, but what is begun and ended in it is remembered. */
  crm: T;
  /** To be called before each cycle. Throws CrmError. */
  look(): Promise<void>;
}

export function createRestoreWatch<T extends Watched>(crm: T, log: Log): RestoreWatch<T> {
  let seen: DatabaseWitness | null = null;
  return {
    crm: {
      ...crm,
      startRun: async (kind) => {
        const runId = await crm.startRun(kind);
        // A smaller number than was seen is itself a sign, which the next look shall find.
        if (seen && runId > seen.run_id) seen = { ...seen, run_id: runId, started_at: null, finished: false };
        return runId;
      },
      finishRun: async (runId, counts, error) => {
        await crm.finishRun(runId, counts, error);
        if (seen?.run_id === runId) seen = { ...seen, finished: true };
      },
    },
    async look() {
      const { restored, ...witness } = await crm.watchRestore(seen);
      if (restored)
        log.warn(
          { reason: 'reconcile', lastSeen: seen?.run_id, last: witness.run_id },
          'the CRM database is older than it was: its files were put back; both sides of every mailbox are compared',
        );
      seen = witness;
    },
  };
}
