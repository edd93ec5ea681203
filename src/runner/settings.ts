/** The settings of the database, typed. A wrong value stops the cycle with a line that names it. */
import { z } from 'zod';
import type { Settings } from '../crm/contract.ts';
import { EXIT, UserError } from '../errors.ts';
import { buildCaptionMap, type CaptionMap } from '../item/caption-map.ts';
import { MERGE_POLICIES, mergeRules, type MergeRules } from '../item/merge-rules.ts';
import { PRIVATE_MODES } from '../item/privacy.ts';
import type { DeletePolicy } from '../item/delete-policy.ts';
import { isTimeZone } from '../item/time-zone.ts';

const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Not set: as merge_policy. */
const ofGroup = z.enum(MERGE_POLICIES).nullable().default(null);

const onDeletion = z.enum(['delete', 'unlink']);

const settingsSchema = z.object({
  instance_id: z.string().regex(/^[0-9a-f]{8}$/),
  crm_time_zone: z.string().refine(isTimeZone, 'is not an IANA time zone such as Europe/Berlin'),
  window_past_days: count(0, 3650),
  window_future_days: count(1, 3650),
  external_attendees: z.enum(['list', 'include', 'omit']),
  regarding: z.enum(['list', 'omit']),
  private_appointments: z.enum(PRIVATE_MODES),
  private_subject: z.string(),
  notices: z.enum(['never', 'always']),
  merge_policy: z.enum(MERGE_POLICIES),
  merge_policy_time: ofGroup,
  merge_policy_text: ofGroup,
  merge_policy_people: ofGroup,
  merge_policy_details: ofGroup,
  poll_seconds: count(1, 86_400),
  lease_seconds: count(5, 3600),
  max_attempts: count(1, 1000),
  mass_disappearance_count: count(0, 1_000_000),
  mass_disappearance_percent: count(0, 100),
  mass_disappearance_hours: count(0, 168),
  recheck_hours: count(1, 8760),
  max_occurrences: count(1, 10_000),
  todos: z.enum(['on', 'read', 'off']),
  tasks: z.enum(['off', 'sync']),
  notes_todos: z.enum(['appointment', 'task']),
  deleted_in_notes_invited: onDeletion,
  deleted_in_notes_alone: onDeletion,
  deleted_in_crm: onDeletion,
  deleted_past: onDeletion,
  deletion_meets_edit: z.enum(['edit', 'deletion']),
  opt_out_category: z.string(),
});

export type SyncSettings = z.infer<typeof settingsSchema> & {
  captions: CaptionMap;
  /** Who wins what both sides changed. */
  mergeRules: MergeRules;
  databaseIdentity: string;
  /** What a deletion on one side means for the other. */
  deletePolicy: DeletePolicy;
  /** Mails invitations, updates and cancellations through Domino. */
  notify: boolean;
};

export function typedSettings(settings: Settings): SyncSettings {
  const parsed = settingsSchema.safeParse(settings.values);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const name = String(issue.path[0]);
    const unset = settings.values[name] === null || settings.values[name] === undefined;
    throw new UserError(
      `setting ${name} ${unset ? 'is not set' : `is wrong: ${issue.message}`}`,
      `Run: crm-domino-sync settings set ${name} VALUE`,
      EXIT.usage,
    );
  }
  return {
    ...parsed.data,
    captions: buildCaptionMap(settings.captions),
    mergeRules: mergeRules(parsed.data),
    databaseIdentity: settings.database_identity,
    deletePolicy: {
      inNotesInvited: parsed.data.deleted_in_notes_invited,
      inNotesAlone: parsed.data.deleted_in_notes_alone,
      inCrm: parsed.data.deleted_in_crm,
      past: parsed.data.deleted_past,
      meetsEdit: parsed.data.deletion_meets_edit,
    },
    notify: parsed.data.notices === 'always',
  };
}
