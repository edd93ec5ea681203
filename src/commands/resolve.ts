/** `resolve ID --take …`: the administrator's choice in the open conflicts of one appointment. */
import type { Config } from '../config.ts';
import type { ConflictResolution, CrmDatabase, Explanation, OpenConflict } from '../crm/contract.ts';
import { EXIT, UserError, type ExitCode } from '../errors.ts';
import { planResolution, type Choice, type Refusal, type Take } from '../item/conflict-resolution.ts';
import type { CrmContext } from '../item/crm-mapping.ts';
import { typedSettings, type SyncSettings } from '../runner/settings.ts';
import { shownValue } from './conflicts.ts';
import { withCrm } from './connections.ts';
import { print, type Output } from './output.ts';

/** `all` for the fields that are not named; both may be given. */
export interface Takes {
  all: Take | null;
  byField: ReadonlyMap<string, Take>;
}

interface Chosen extends Choice {
  conflict: OpenConflict;
}

/** Somebody may save the appointment in the very moment. */
const TRIES = 3;
const MOST = 1000;

const isTake = (text: string): text is Take => text === 'crm' || text === 'domino' || text === 'keep';

/** `crm`, `domino` or `keep`, for all fields or as `field=…`. Throws UserError. */
export function parseTakes(texts: readonly string[]): Takes {
  const byField = new Map<string, Take>();
  let all: Take | null = null;
  for (const text of texts) {
    const [field, side] = text.includes('=') ? text.split('=', 2) : [null, text];
    if (side === undefined || !isTake(side) || field === '') {
      throw new UserError(`--take ${text} says nothing`, 'Use crm, domino or keep, or field=crm and so on.');
    }
    if (field === null || field === undefined) all = side;
    else byField.set(field, side);
  }
  if (all === null && byField.size === 0) {
    throw new UserError('nothing to take', 'Add --take crm, --take domino, --take keep or --take field=crm.');
  }
  return { all, byField };
}

export async function resolve(
  config: Config,
  output: Output,
  appointmentId: number,
  texts: readonly string[],
): Promise<ExitCode> {
  const takes = parseTakes(texts);
  const lines = await withCrm(config, async (crm) => {
    const chosen = chooseFrom(appointmentId, await crm.listConflicts(appointmentId, MOST), takes);
    const settings = typedSettings(await crm.readSettings());
    const mailboxes = [...new Set(chosen.map(({ conflict }) => conflict.crm_user_id))];
    const told: string[] = [];
    for (const mailbox of mailboxes) {
      const own = chosen.filter(({ conflict }) => conflict.crm_user_id === mailbox);
      told.push(...(await resolveMailbox(crm, settings, own)));
    }
    return told;
  });
  const fields = Object.fromEntries(takes.byField);
  print(output, { appointment_id: appointmentId, take: takes.all, fields, did: lines }, () => lines);
  return EXIT.ok;
}

/** The newest conflict of a field decides; the older ones are closed with it. */
function chooseFrom(id: number, conflicts: readonly OpenConflict[], takes: Takes): Chosen[] {
  const newest = new Map<string, OpenConflict>();
  for (const conflict of conflicts) if (!newest.has(conflict.field)) newest.set(conflict.field, conflict);
  const unknown = [...takes.byField.keys()].find((field) => !newest.has(field));
  const open = [...newest.keys()].join(', ');
  if (newest.size === 0 || unknown !== undefined) {
    throw new UserError(
      newest.size === 0
        ? `appointment ${id} has no open conflict`
        : `appointment ${id} has no open conflict in ${unknown}`,
      newest.size === 0 ? 'List them: crm-domino-sync conflicts' : `Open: ${open}`,
      EXIT.findings,
    );
  }
  return [...newest.values()].flatMap((conflict) => {
    const take = takes.byField.get(conflict.field) ?? takes.all;
    return take === null ? [] : [{ conflict, take }];
  });
}

async function resolveMailbox(
  crm: CrmDatabase,
  settings: SyncSettings,
  chosen: readonly Chosen[],
): Promise<string[]> {
  const { appointment_id: id, crm_user_id: mailbox } = chosen[0]!.conflict;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const explanation = await crm.explain(id);
    const row = explanation.appointment;
    if (row === null) throw new UserError(`appointment ${id} cannot be read`, 'Try again.', EXIT.crm);
    const plan = planResolution(row, contextOf(explanation, settings, mailbox), chosen);
    if ('refused' in plan) throw refusal(id, plan, explanation, chosen[0]!.conflict);
    const outcome = await crm.resolveConflicts(mailbox, {
      appointment_id: id,
      fingerprint: row.fingerprint,
      operation: plan.operation,
      fields: plan.fields,
      attendees_add: plan.add,
      attendees_remove: plan.remove,
      choices: chosen.map(choiceOf),
      detail: chosen.map(({ conflict, take }) => `${conflict.field}: ${TAKEN[take]}`).join('; '),
      changes: plan.changes,
    });
    if (outcome === 'gone')
      throw new UserError(
        `a conflict of appointment ${id} was closed meanwhile`,
        `Look again: crm-domino-sync conflicts ${id}`,
        EXIT.findings,
      );
    if (outcome === 'resolved') return report(chosen, plan, explanation, mailbox);
  }
  throw new UserError(`appointment ${id} keeps changing in the CRM`, 'Try again.', EXIT.findings);
}

function contextOf({ links, appointment }: Explanation, settings: SyncSettings, mailbox: number): CrmContext {
  const link = links.find((one) => one.crm_user_id === mailbox);
  const user = appointment?.users.find((one) => one.user_id === mailbox);
  return {
    zone: settings.crm_time_zone,
    captions: settings.captions,
    owner: { crm_user_id: mailbox, email: link?.email ?? user?.email ?? '' },
    role: link?.role ?? 'organiser',
    externalAttendees: settings.external_attendees,
    regarding: settings.regarding,
  };
}

const TAKEN: Record<Take, string> = {
  crm: 'the value of the CRM taken',
  domino: 'the value of Notes taken',
  keep: 'left as it is',
};

const choiceOf = ({ conflict, take }: Chosen): ConflictResolution['choices'][number] => ({
  field: conflict.field,
  conflict_id: conflict.conflict_id,
  resolution: take === 'keep' ? 'value' : take,
});

function refusal(id: number, plan: Refusal, { links }: Explanation, conflict: OpenConflict): UserError {
  const link = links.find((one) => one.crm_user_id === conflict.crm_user_id);
  const seen: Record<string, unknown> = { ...link?.base_item?.domino };
  const shows = (value: unknown) => (conflict.private ? '(private)' : shownValue(value));
  const sides =
    plan.now === undefined ? '' : `: the CRM shows ${shows(plan.now)}, Notes ${shows(seen[plan.field])}`;
  return new UserError(
    `appointment ${id}, ${plan.field}: ${plan.refused}${sides}`,
    `Nothing was written. To close the conflict as it stands: crm-domino-sync resolve ${id} --take ${plan.field}=keep`,
    EXIT.findings,
  );
}

function report(
  chosen: readonly Chosen[],
  plan: Exclude<ReturnType<typeof planResolution>, Refusal>,
  { links }: Explanation,
  mailbox: number,
): string[] {
  const taken = chosen.map(({ conflict, take }) => {
    const value = take === 'crm' ? conflict.crm_value : conflict.domino_value;
    const shown = take === 'keep' || conflict.private ? '' : `: ${shownValue(value)}`;
    return `Appointment ${conflict.appointment_id}, ${conflict.field}: ${TAKEN[take]}${shown}`;
  });
  const linked = links.some((one) => one.crm_user_id === mailbox && one.state === 'linked');
  const next = {
    keep: 'The CRM holds this already; nothing was written.',
    write: 'Written to the CRM; the next cycle brings it to Notes.',
    delete: 'Deleted in the CRM; the next cycle does what that means for Notes.',
  }[plan.operation];
  return [
    ...taken,
    ...plan.cut.map(
      (field) => `${field}: the CRM cannot hold all of it, so Notes gets no more than the CRM shows.`,
    ),
    next,
    ...(linked || plan.operation === 'keep' ? [] : ['The pair is no longer linked: Notes is not written.']),
  ];
}
