/**
 * Reads entries side by side. One that is never answered is the item's fault as long as the server answers otherwise, for
 * here all of them together cost one time-out: its neighbours go on, however many of its kind there are.
 */
import type { DominoEntry, EntryKey } from '../item/domino-entry.ts';
import type { MailboxContext } from './context.ts';
import { faultOf, type Fault } from './faults.ts';

export interface ReadTogether {
  /** In the order asked for; null: gone since it was listed; undefined: see `faults`. */
  entries: (DominoEntry | null | undefined)[];
  /** Of single items, by their place. */
  faults: Map<number, Fault>;
  /** Nothing at all is answered, and that is no single item's fault: to be thrown once the faults are stored. */
  silence: { error: unknown } | null;
}

/** Throws at once what is the mailbox's, the server's or the database's fault. */
export async function readTogether(
  context: Pick<MailboxContext, 'mailFile' | 'calls' | 'gate' | 'unanswered'>,
  keys: readonly EntryKey[],
): Promise<ReadTogether> {
  const faults = new Map<number, Fault>();
  const silent: { no: number; fault: Fault; error: unknown }[] = [];
  const entries = await Promise.all(
    keys.map(async (key, no) => {
      try {
        return await context.mailFile.read(key, { signal: context.calls });
      } catch (error) {
        const met = faultOf(error);
        const fault = await context.gate.judge(met);
        if (fault.scope !== 'item') throw error;
        if (met.scope === 'server') silent.push({ no, fault, error });
        else faults.set(no, fault);
        return undefined;
      }
    }),
  );
  for (const { no, fault } of silent) faults.set(no, fault);
  if (silent.length < keys.length || silent.length === 0) return { entries, faults, silence: null };
  context.unanswered.items += silent.length;
  return { entries, faults, silence: context.unanswered.items > 1 ? silent[0]! : null };
}
