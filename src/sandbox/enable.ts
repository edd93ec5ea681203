/** Enables the sample's users, as an administrator would one by one. */
import type { BothSides } from './sandbox.ts';

/** Those not enabled yet; answers how many appointments wait for their first synchronisation. */
export async function enableAll(sandbox: BothSides): Promise<number> {
  const enabled = new Set((await sandbox.crm.listUsers()).filter((u) => u.enabled).map((u) => u.crm_user_id));
  let enqueued = 0;
  for (const user of sandbox.users) {
    if (enabled.has(user.userId)) continue;
    const answer = await sandbox.crm.enableUser({
      crm_user_id: user.userId,
      mail_file: user.mailFile,
      notes_name: user.notesName,
      direction: 'both',
      past_days: null,
    });
    enqueued += answer.enqueued;
  }
  return enqueued;
}
