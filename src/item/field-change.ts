/**
 * What was written, field by field, for the history: `activity.changes`. The history is read by administrators and put
 * into tickets, so it holds no more than it takes to tell the story: texts are shortened, of lists only what went and
 * what came is kept, and of a private item no words at all.
 */
import { fieldEqual } from './item-equality.ts';
import { MERGED_FIELDS, type MergedField, type SyncItem } from './sync-item.ts';

/** Characters of a text that are kept, around the first difference. */
export const LONGEST_TEXT = 200;
/** Entries of a list that are kept. */
export const LONGEST_LIST = 20;
/** Characters kept before the first difference, so that one sees where in the text it is. */
const LEAD_IN = 40;

export interface FieldChange {
  field: MergedField;
  /** null before a creation, and where the value is not known or masked. Of a list: what went. */
  before: unknown;
  /** Of a list: what came. */
  after: unknown;
  /** The item is or was private: that the field changed is told, its words are not. */
  masked?: true | undefined;
}

/**
 * Whether a field tells something about the person or the matter: of a private item nobody reads it. Times, flags and
 * levels stay readable.
 */
const TELLS: Readonly<Record<MergedField, boolean>> = {
  subject: true,
  body: true,
  location: true,
  regarding: true,
  categories: true,
  attendees: true,
  when: false,
  private: false,
  priority: false,
  status: false,
  busy: false,
  reminderMinutes: false,
};
export const WORDS: ReadonlySet<string> = new Set(MERGED_FIELDS.filter((field) => TELLS[field]));

/**
 * The fields that really differ, in the order given. `before` null = the item was not there: what is not empty
 * and not as usual is told. A body that is not revealed on one side is told as null there.
 */
export function fieldChanges(
  before: SyncItem | null,
  after: SyncItem,
  fields: readonly MergedField[],
): FieldChange[] {
  const isPrivate = after.private || before?.private === true;
  return fields.flatMap((field) => {
    if (before === null ? isUsual(field, after) : fieldEqual(field, before, after)) return [];
    if (isPrivate && WORDS.has(field)) return [{ field, before: null, after: null, masked: true as const }];
    const [had, has] = shown(field, before, after);
    return [{ field, before: had, after: has }];
  });
}

/** Empty, or what every new item has. */
const isUsual = (field: MergedField, { [field]: value }: SyncItem): boolean =>
  value === null ||
  value === '' ||
  value === (field === 'busy') ||
  value === 'normal' ||
  value === 'pending' ||
  (Array.isArray(value) && value.length === 0);

function shown(field: MergedField, before: SyncItem | null, after: SyncItem): [unknown, unknown] {
  switch (field) {
    case 'subject':
    case 'body':
    case 'location':
      return excerpts(before?.[field] ?? null, after[field]);
    case 'attendees':
      return difference(
        before?.attendees.map(({ email }) => email) ?? [],
        after.attendees.map(({ email }) => email),
      );
    case 'categories':
    case 'regarding':
      return difference(before?.[field] ?? [], after[field] ?? []);
    case 'when':
    case 'private':
    case 'priority':
    case 'status':
    case 'busy':
    case 'reminderMinutes':
      return [before?.[field] ?? null, after[field]];
  }
}

/** Both texts from shortly before the point where they part. */
function excerpts(before: string | null, after: string | null): [string | null, string | null] {
  const had = before === null ? null : [...before];
  const has = after === null ? null : [...after];
  const longest = Math.max(had?.length ?? 0, has?.length ?? 0);
  let from = 0;
  if (longest > LONGEST_TEXT && had !== null && has !== null) {
    while (from < had.length && from < has.length && had[from] === has[from]) from += 1;
    from = Math.max(0, from - LEAD_IN);
  }
  return [excerpt(had, from), excerpt(has, from)];
}

function excerpt(text: readonly string[] | null, from: number): string | null {
  if (text === null) return null;
  const part = text.slice(from, from + LONGEST_TEXT).join('');
  return `${from > 0 ? '…' : ''}${part}${text.length > from + LONGEST_TEXT ? '…' : ''}`;
}

function difference(before: readonly string[], after: readonly string[]): [string[], string[]] {
  const had = new Set(before);
  const has = new Set(after);
  return [
    listed(before.filter((value) => !has.has(value))),
    listed(after.filter((value) => !had.has(value))),
  ];
}

function listed(values: readonly string[]): string[] {
  const short = values.map((value) => excerpt([...value], 0) ?? '');
  if (short.length <= LONGEST_LIST) return short;
  return [...short.slice(0, LONGEST_LIST), `… and ${short.length - LONGEST_LIST} more`];
}
