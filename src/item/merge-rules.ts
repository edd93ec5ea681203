/** Who wins when both sides changed one field: a policy for each group of fields, and the setting it comes from. */
import type { MergedField } from './sync-item.ts';

/** newest: the side that was changed last; a tie is the CRM's. */
export const MERGE_POLICIES = ['newest', 'crm', 'domino'] as const;
export type MergePolicy = (typeof MERGE_POLICIES)[number];

export const FIELD_GROUPS = ['time', 'text', 'people', 'details'] as const;
export type FieldGroup = (typeof FIELD_GROUPS)[number];

/** Which group decides a field (docs/mapping.md). */
export const GROUP_OF: Readonly<Record<MergedField, FieldGroup>> = {
  when: 'time',
  subject: 'text',
  body: 'text',
  location: 'text',
  regarding: 'text',
  attendees: 'people',
  private: 'details',
  priority: 'details',
  status: 'details',
  busy: 'details',
  categories: 'details',
  reminderMinutes: 'details',
};

export interface MergeRule {
  policy: MergePolicy;
  /** What made it the policy; stored with the conflict. At most 128 characters. */
  decidedBy: string;
}
export type MergeRules = Readonly<Record<FieldGroup, MergeRule>>;

/** The settings as the database holds them: a group without a policy of its own follows `merge_policy`. */
export type MergeSettings = { merge_policy: MergePolicy } & Readonly<
  Record<`merge_policy_${FieldGroup}`, MergePolicy | null>
>;

export function mergeRules(settings: MergeSettings): MergeRules {
  const rule = (group: FieldGroup): MergeRule => {
    const name = `merge_policy_${group}` as const;
    const own = settings[name];
    return own === null
      ? { policy: settings.merge_policy, decidedBy: `setting merge_policy: ${settings.merge_policy}` }
      : { policy: own, decidedBy: `setting ${name}: ${own}` };
  };
  return { time: rule('time'), text: rule('text'), people: rule('people'), details: rule('details') };
}

/** The same policy for every field. */
export const oneRule = (policy: MergePolicy, decidedBy: string): MergeRules => {
  const rule = { policy, decidedBy };
  return { time: rule, text: rule, people: rule, details: rule };
};
