/**
 * Every await of the runner that touches the outside is two points at which a process can die: before the call, and after
 * the other side has done it but before the runner knows. Inside a call to Domino the client's own requests are two
 * points each as well.
 */
import type { CrmDatabase } from '../../src/crm/contract.ts';
import type { DominoServer, MailFile } from '../../src/domino/port.ts';

/** Called at each point in the order they are passed; the runner goes on when it resolves. */
export type Reach = (point: string) => void | Promise<void>;

export const crashingCrm = (crm: CrmDatabase, reach: Reach): CrmDatabase => wrapped(crm, 'crm', reach);

export function crashingDomino(domino: DominoServer, reach: Reach): DominoServer {
  const mailFile: DominoServer['mailFile'] = (path, owner): MailFile =>
    wrapped(domino.mailFile(path, owner), 'domino', reach);
  return { ...wrapped(domino, 'domino', reach), mailFile };
}

/** Members that ask nothing of the outside: whoever calls them does not wait for an answer. */
const INSIDE: readonly string[] = ['close', 'mailFile', 'isOlder', 'modifiedAt', 'clock'];

/** The same object, with a point before and after each of its methods that answers a promise. */
function wrapped<T extends object>(target: T, side: string, reach: Reach): T {
  return Object.fromEntries(
    Object.entries(target).map(([name, member]: [string, unknown]) => {
      if (typeof member !== 'function' || INSIDE.includes(name)) return [name, member];
      const call = async (...args: unknown[]): Promise<unknown> => {
        await reach(`before ${side}.${name}`);
        const asked: unknown = (member as (...args: unknown[]) => unknown).apply(target, args);
        // A caller that takes the promise of ours for the answer would see something else than it does otherwise.
        if (!(asked instanceof Promise)) throw new TypeError(`${side}.${name} is no call to the outside`);
        const answer: unknown = await asked;
        await reach(`after ${side}.${name}`);
        return answer;
      };
      return [name, call];
    }),
  ) as T;
}
