/** What an unchanged mailbox costs: list calls per 100 entries, single reads, and time per mailbox. */
import { createWorld } from '../../src/sandbox/exercise/world.ts';
import { enableAll } from '../../src/sandbox/enable.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Measured } from './bench.ts';
import { timed } from './measure.ts';

const ENTRIES = 500;

export async function benchMailbox(box: Sandbox): Promise<Measured[]> {
  const [user] = box.users;
  await box.crm.registerRunner({ host: 'bench', process_id: process.pid, version: 'bench' });
  await enableAll(box);
  const world = createWorld(box, { userId: 0, email: '' });
  try {
    const notes = world.notes(user!);
    const before = notes.calendar().length;
    for (let i = before; i < ENTRIES; i += 1) {
      const at = world.at(1 + (i % 60), 6 + (i % 12));
      notes.createAppointment({ subject: `Entry ${i}`, start: at.utc, end: at.utc });
    }
    const first = await timed(() => world.settle());
    // Domino's times have whole seconds: what was written in the last one is looked at once more.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await world.settle();
    box.standIn.requests.reset();
    const quiet = await timed(() => world.settle());
    const count = box.standIn.requests.count({ service: 'calendar', mailFile: user!.mailFile });
    const entries = notes.calendar().length;
    return [
      {
        name: `unchanged mailbox of ${entries} entries: lists a 100 entries`,
        value: count.list / Math.ceil(entries / 100),
        unit: 'lists',
        target: { most: 1 },
      },
      { name: 'unchanged mailbox: single reads', value: count.read, unit: 'reads', target: { most: 0 } },
      {
        name: `unchanged cycle over ${box.users.length} mailboxes, against the first synchronisation`,
        value: quiet / first,
        unit: 'times',
        target: null,
      },
    ];
  } finally {
    await world.close();
  }
}
