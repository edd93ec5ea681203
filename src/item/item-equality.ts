/** When two values of a field are the same to both sides, and a text that is equal exactly when the items are. */
import { MERGED_FIELDS, type Attendee, type MergedField, type SyncItem, type When } from './sync-item.ts';

export type ItemFields = Pick<SyncItem, MergedField>;

/**
 * A value in the form that is compared: instants without the zone's name, attendees as their addresses (names and
 * responses differ from side to side), texts without what editors add at line ends and at the end, categories as a
 * set. An unknown body is equal only to an unknown body.
 */
function comparable<F extends MergedField>(field: F, item: ItemFields): unknown {
  switch (field) {
    case 'when':
      return comparableWhen(item.when);
    case 'attendees':
      return addresses(item.attendees);
    case 'body':
      return item.body === null ? null : item.body.replace(/[ \t]+$/gm, '').trimEnd();
    case 'categories':
      return [...new Set(item.categories)].sort();
    case 'regarding':
    case 'subject':
    case 'location':
    case 'private':
    case 'priority':
    case 'status':
    case 'busy':
    case 'reminderMinutes':
      return item[field];
  }
}

const comparableWhen = (when: When): unknown[] => [when.allDay, when.start, when.end];

const addresses = (attendees: readonly Attendee[]): string[] =>
  [...new Set(attendees.map(({ email }) => email))].sort();

/** Stable text of one field; equal texts mean equal values. */
export const fieldText = (field: MergedField, item: ItemFields): string =>
  JSON.stringify(comparable(field, item));

/** What one of them does not know makes no difference there: a To Do, or a link that an earlier version stored. */
const unknown = (field: MergedField, item: ItemFields): boolean =>
  (field === 'regarding' || field === 'busy') && item[field] === null;

export const fieldEqual = (field: MergedField, a: ItemFields, b: ItemFields): boolean =>
  unknown(field, a) || unknown(field, b) || fieldText(field, a) === fieldText(field, b);

/** The fields in which two items differ, in the order of `MERGED_FIELDS`. */
export const differingFields = (a: ItemFields, b: ItemFields): MergedField[] =>
  MERGED_FIELDS.filter((field) => !fieldEqual(field, a, b));

export const itemEqual = (a: ItemFields, b: ItemFields): boolean => differingFields(a, b).length === 0;

/** Stable text of all merged fields, to be hashed by the caller. Equal exactly when the items are equal. */
export const canonicalText = (item: ItemFields): string =>
  JSON.stringify(MERGED_FIELDS.map((field) => [field, comparable(field, item)]));
