/**
 * Users who were made anew in the CRM and go on with their mail file under another number (`take_over` in the database): the
 * entries that were made for them bear the former one in uid or sync key, and are theirs all the same.
 */
import type { CrmUser } from '../crm/contract.ts';
import type { MailboxContext } from './context.ts';

/** The numbers that enabled users had before, by the one they have now. */
export type FormerUsers = ReadonlyMap<number, ReadonlySet<number>>;

export function formerUsers(users: readonly CrmUser[]): FormerUsers {
  const former = new Map<number, ReadonlySet<number>>();
  for (const user of users) {
    const ids = user.enabled ? formerIds(users, user) : [];
    if (ids.length > 0) former.set(user.crm_user_id, new Set(ids));
  }
  return former;
}

/** As `former_users` in the database decides it. */
export function formerIds(
  users: readonly CrmUser[],
  user: Pick<CrmUser, 'crm_user_id' | 'mail_file' | 'email'>,
): number[] {
  const email = lower(user.email);
  return users
    .filter(({ enabled, refusal }) => !enabled && refusal !== null && GONE.has(refusal))
    .filter((one) => one.mail_file !== null && lower(one.mail_file) === lower(user.mail_file))
    .filter((one) => email !== null && (email === lower(one.enabled_email) || email === lower(one.email)))
    .map((one) => one.crm_user_id)
    .filter((id) => id !== user.crm_user_id);
}

const GONE: ReadonlySet<string> = new Set([
  'deleted in the CRM',
  'disabled in the CRM',
  'removed from the CRM',
]);

const lower = (text: string | null): string | null => text?.trim().toLowerCase() ?? null;

/** Whether this number in a uid means the owner of the mailbox. */
export const isOwner = (
  { mailbox, former }: Pick<MailboxContext, 'mailbox' | 'former'>,
  crmUserId: number,
): boolean => crmUserId === mailbox.crm_user_id || (former.get(mailbox.crm_user_id)?.has(crmUserId) ?? false);
