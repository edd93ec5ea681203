/** `why ID`: the story of an appointment (by its id) or of a Domino entry (by uid or UNID), in plain words. */
import type { Config } from '../config.ts';
import type { CrmDatabase } from '../crm/contract.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';
import { withCrm } from './connections.ts';
import { print, type Output } from './output.ts';
import { storyLines, storyOf, type Story } from './story/story.ts';
import { isKnown } from './story/verdict.ts';

export async function why(config: Config, output: Output, id: string): Promise<ExitCode> {
  return withCrm(config, async (crm) => {
    const stories = await storiesOf(crm, id.trim());
    if (stories.length === 0) {
      throw new UserError(
        `nothing is known of "${id}"`,
        'Give a Comm_CommunicationId, or the uid or UNID of a Domino entry that was linked or parked. Entries that ended ' +
          'before the window, and those of a user with direction to_domino, are not looked at.',
        EXIT.findings,
      );
    }
    print(output, stories, () =>
      stories.flatMap((story, i) => [...(i > 0 ? ['', '─'.repeat(72), ''] : []), ...storyLines(id, story)]),
    );
    return EXIT.ok;
  });
}

async function storiesOf(crm: CrmDatabase, id: string): Promise<Story[]> {
  if (/^\d{1,9}$/.test(id)) {
    const explanation = await crm.explain(Number(id));
    if (isKnown(explanation)) return [storyOf(explanation)];
  }
  for (const uid of spellingsOf(id)) {
    const found = await crm.findByUid(uid);
    if (found.length === 0) continue;
    const ids = [...new Set(found.flatMap((row) => row.appointment_id ?? []))];
    const explanations =
      ids.length > 0 ? await Promise.all(ids.map((one) => crm.explain(one))) : [await crm.explain(null, uid)];
    return explanations.map(storyOf);
  }
  return [];
}

/**
 * An id as somebody may have copied it: Notes shows a UNID in the properties of a document in four parts, as
 * `OF0F3C3FD8:1A2B3C4D-ONC1258116:003ED56C`; we know it as 32 digits.
 */
export function spellingsOf(id: string): string[] {
  const parts = /^OF([0-9A-F]{8}):([0-9A-F]{8})-ON([0-9A-F]{8}):([0-9A-F]{8})$/i.exec(id);
  if (parts !== null) return [parts.slice(1).join('').toUpperCase()];
  return /^[0-9A-F]{32}$/i.test(id) ? [...new Set([id, id.toUpperCase(), id.toLowerCase()])] : [id];
}
