/** `users list · enable · disable · test`: who takes part (S1). */
import type { Config } from '../config.ts';
import type { CrmDatabase, CrmUser, EnableUser } from '../crm/contract.ts';
import type { DominoServer, MailFileCheck } from '../domino/port.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';
import { withCrm, withDomino } from './connections.ts';
import { print, shownProgress, shownTime, table, type Output } from './output.ts';

export async function listUsers(config: Config, output: Output, all: boolean): Promise<ExitCode> {
  const users = await withCrm(config, (crm) => crm.listUsers());
  const shown = all ? users : users.filter((user) => user.enabled);
  print(output, shown, () =>
    shown.length === 0
      ? 'Nobody is enabled. Enable a CRM user: crm-domino-sync users enable LOGON'
      : table(
          [
            'id',
            'logon',
            'e-mail',
            'mail file',
            'direction',
            'health',
            'linked',
            'pending',
            'parked',
            'last poll',
            'verified',
          ],
          shown.map((user) => [
            user.crm_user_id,
            user.logon,
            shownAddress(user),
            user.mail_file,
            user.enabled ? user.direction : `(${user.refusal ?? 'not enabled'})`,
            user.enabled ? shownHealth(user) : null,
            user.linked,
            user.pending,
            user.parked,
            user.enabled ? shownTime(user.last_poll_at) : null,
            user.enabled ? shownVerification(user) : null,
          ]),
        ),
  );
  return EXIT.ok;
}

/** With the one that Notes knows, where the CRM has changed it since. */
const shownAddress = ({ enabled, email, enabled_email: notes }: CrmUser): string | null =>
  enabled && notes !== null && notes !== email ? `${email} (Notes: ${notes})` : email;

function shownVerification(user: CrmUser): string {
  if (user.verified_at === null) return user.verification ?? '–';
  const state = user.verification === 'verified' ? '' : ` (${user.verification})`;
  return `${shownTime(user.verified_at)}: ${user.healed ?? 0} put right, ${user.open_differences ?? 0} open${state}`;
}

function shownHealth(user: CrmUser): string {
  if (user.refusal !== null) return `held: ${user.refusal}`;
  const health = user.health_reason ? `${user.health}: ${user.health_reason}` : String(user.health);
  if (user.first_sync_done) return health;
  return `${health}; ${shownProgress({
    total: user.first_sync_total,
    compared: user.first_sync_compared,
    read: user.first_sync_read,
  })}`;
}

export interface EnableOptions {
  mailFile?: string;
  notesName?: string;
  direction: 'both' | 'to_domino' | 'to_crm';
  pastDays?: number;
}

export async function enableUser(
  config: Config,
  output: Output,
  who: string,
  options: EnableOptions,
): Promise<ExitCode> {
  return withCrm(config, async (crm) => {
    const { name, ...user } = await withDomino(config, (domino) => enablingOf(crm, domino, who, options));
    const { enqueued, taken_over } = await crm.enableUser(user);
    print(output, { crm_user_id: user.crm_user_id, mail_file: user.mail_file, enqueued, taken_over }, () =>
      [
        `${name} is enabled with ${user.mail_file}; ${enqueued} appointments wait for the first synchronisation.`,
        ...(taken_over === 0
          ? []
          : [`${taken_over} appointments of the user that ${name} was in the CRM before were taken over.`]),
      ].join('\n'),
    );
    return EXIT.ok;
  });
}

/** What enabling takes: the user, and his mail file as given or as Domino finds it. Throws UserError, DominoError. */
export async function enablingOf(
  crm: Pick<CrmDatabase, 'listUsers'>,
  domino: DominoServer,
  who: string,
  options: EnableOptions,
): Promise<EnableUser & { name: string }> {
  const user = await findUser(crm, who, ({ refusal }) => refusal === null);
  if (user.refusal !== null) {
    throw new UserError(
      `CRM user ${who} cannot be enabled: ${user.refusal}`,
      'Correct the user in the CRM, or choose another.',
    );
  }
  const owner = await locate(domino, user, options);
  return {
    name: user.name,
    crm_user_id: user.crm_user_id,
    mail_file: owner.mailFile,
    notes_name: owner.notesName,
    direction: options.direction,
    past_days: options.pastDays ?? null,
  };
}

/** The mail file of a user: as given, else asked of Domino by Notes name or e-mail. It must open. */
async function locate(
  domino: DominoServer,
  user: CrmUser,
  options: EnableOptions,
): Promise<{ mailFile: string; notesName: string | null }> {
  const signal = AbortSignal.timeout(60_000);
  let mailFile = options.mailFile;
  let notesName = options.notesName ?? user.notes_name;
  if (mailFile === undefined) {
    const name = notesName ?? user.email!;
    const owner = await domino.findOwner(name, { signal });
    if (owner === null) {
      throw new UserError(`Domino does not know "${name}"`, 'Give --notes-name or --mail-file.', EXIT.domino);
    }
    mailFile = owner.mailFile;
    notesName = owner.distinguishedName;
  }
  const check = await domino.mailFile(mailFile, { email: user.email! }).test({ signal });
  if (!check.calendar.ok)
    throw new UserError(`${mailFile}: ${check.calendar.reason}`, check.calendar.remedy, EXIT.domino);
  return { mailFile, notesName: notesName ?? null };
}

export async function disableUser(config: Config, output: Output, who: string): Promise<ExitCode> {
  return withCrm(config, async (crm) => {
    const user = await findUser(crm, who, ({ enabled }) => enabled);
    await crm.disableUser(user.crm_user_id);
    print(
      output,
      { crm_user_id: user.crm_user_id, enabled: false },
      () => `${user.name} no longer takes part. Nothing was deleted on either side.`,
    );
    return EXIT.ok;
  });
}

export async function testUsers(config: Config, output: Output, who: string | undefined): Promise<ExitCode> {
  return withCrm(config, (crm) =>
    withDomino(config, async (domino) => {
      const users =
        who === undefined
          ? (await crm.listUsers()).filter((user) => user.enabled)
          : [await findUser(crm, who)];
      const results: { user: string; mail_file: string; calendar: MailFileCheck; data: MailFileCheck }[] = [];
      for (const user of users) {
        const mailFile = user.mail_file ?? (await locate(domino, user, { direction: 'both' })).mailFile;
        const file = domino.mailFile(mailFile, { email: user.email ?? '' });
        results.push({
          user: user.logon ?? user.name,
          mail_file: mailFile,
          ...(await file.test({ signal: AbortSignal.timeout(60_000) })),
        });
      }
      print(output, results, () =>
        table(
          ['user', 'mail file', 'calendar', 'To Dos'],
          results.map((r) => [r.user, r.mail_file, shownCheck(r.calendar), shownCheck(r.data)]),
        ),
      );
      return results.every((result) => result.calendar.ok) ? EXIT.ok : EXIT.findings;
    }),
  );
}

const shownCheck = (check: MailFileCheck): string => (check.ok ? 'ok' : `${check.reason}. ${check.remedy}`);

/**
 * By id, logon or e-mail; throws UserError unless exactly one user fits. Of several, such as a user and the deleted row he had
 * before, the one that is `meant`.
 */
export async function findUser(
  crm: Pick<CrmDatabase, 'listUsers'>,
  who: string,
  meant: (user: CrmUser) => boolean = () => true,
): Promise<CrmUser> {
  const wanted = who.trim().toLowerCase();
  const fitting = (await crm.listUsers()).filter(
    (user) =>
      String(user.crm_user_id) === wanted ||
      user.logon?.toLowerCase() === wanted ||
      user.email?.toLowerCase() === wanted,
  );
  const users = fitting.length > 1 && fitting.some(meant) ? fitting.filter(meant) : fitting;
  if (users.length === 1) return users[0]!;
  throw new UserError(
    users.length === 0 ? `no CRM user "${who}"` : `"${who}" fits ${users.length} CRM users`,
    'Give the logon, the e-mail address or the user id; `users list --all` shows them.',
  );
}
