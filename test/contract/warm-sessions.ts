/**
 * A Babelfish compiles every procedure anew in every session, which takes it half a minute a test. There the tests of a
 * file hand on the sessions they have left as they found them; on a SQL Server each test opens its own.
 */
import type { CrmDatabase } from '../../src/crm/contract.ts';
import type { MssqlTestDatabase } from '../support/mssql-database.ts';

interface Warm {
  crm: CrmDatabase;
  /** Of the session that stands for a runner, where it is known. */
  sessionId: number | undefined;
}

export interface WarmSessions {
  /** What is opened under one kind does for whoever asks for that kind: it has the role, and is a runner or is none. */
  open(kind: string, make: () => Promise<Warm>): Promise<Warm>;
  /** Sessions were ended from outside: none of this test's is handed on. */
  spoil(): void;
  /** At the end of a test. */
  giveBack(): Promise<void>;
}

const spare = new Map<string, Warm[]>();

const closeSpare = async (key: string): Promise<void> => {
  const left = spare.get(key) ?? [];
  spare.delete(key);
  await Promise.all(left.map(({ crm }) => crm.close()));
};

export const warmSessions = ({ name, babelfish, beforeItGoes }: MssqlTestDatabase): WarmSessions => {
  const used: { key: string; warm: Warm; handedOn: boolean }[] = [];
  let spoilt = !babelfish;
  return {
    open: async (kind, make) => {
      const key = `${name} ${kind}`;
      const warm = spare.get(key)?.pop() ?? (await make());
      const use = { key, warm, handedOn: true };
      used.push(use);
      const crm: CrmDatabase = {
        ...warm.crm,
        onWork: (wake) => {
          use.handedOn = false;
          return warm.crm.onWork(wake);
        },
        close: () => {
          use.handedOn = false;
          return warm.crm.close();
        },
      };
      return { crm, sessionId: warm.sessionId };
    },
    spoil: () => {
      spoilt = true;
    },
    giveBack: async () => {
      for (const { key, warm, handedOn } of used.splice(0)) {
        if (!handedOn || spoilt) {
          await warm.crm.close();
          continue;
        }
        spare.set(key, [...(spare.get(key) ?? []), warm]);
        beforeItGoes(() => closeSpare(key));
      }
    },
  };
};
