/** The tables in `docs/mapping.md`: fields from `item/field-mapping.ts`, groups from `item/merge-rules.ts`, captions from SQL. Pure. */
import { FIELD_MAPPING, NOT_MAPPED } from '../item/field-mapping.ts';
import { FIELD_GROUPS, GROUP_OF } from '../item/merge-rules.ts';
import { MERGED_FIELDS } from '../item/sync-item.ts';
import { markdownTable } from './markdown.ts';

const code = (names: readonly string[]): string =>
  names.length === 0 ? '–' : names.map((name) => `\`${name}\``).join(', ');
const words = (text: string): string => text || '–';

const places = (): readonly string[] =>
  markdownTable(
    ['Field', 'CRM', 'Notes meeting or appointment', 'Notes To Do', 'Merged with'],
    MERGED_FIELDS.map((field) => {
      const { label, crm, event, todo } = FIELD_MAPPING[field];
      return [label, code(crm), code(event), code(todo), `\`merge_policy_${GROUP_OF[field]}\``];
    }),
  );

const ways = (): readonly string[] =>
  markdownTable(
    ['Field', 'CRM → Notes', 'Notes → CRM', 'Limits', 'Lost'],
    MERGED_FIELDS.map((field) => {
      const { label, toDomino, toCrm, limits, losses } = FIELD_MAPPING[field];
      return [label, toDomino, toCrm, words(limits), losses];
    }),
  );

const tasks = (): readonly string[] =>
  markdownTable(
    ['Field', 'Of a Task'],
    MERGED_FIELDS.flatMap((field) => {
      const { label, task } = FIELD_MAPPING[field];
      return task === undefined ? [] : [[label, task]];
    }),
  );

const notMapped = (): readonly string[] =>
  markdownTable(
    ['Not mapped', 'Instead'],
    NOT_MAPPED.map(({ what, instead }) => [what, instead]),
  );

const groups = (): readonly string[] =>
  markdownTable(
    ['Group', 'Setting', 'Fields'],
    FIELD_GROUPS.map((group) => [
      `\`${group}\``,
      `\`merge_policy_${group}\``,
      code(MERGED_FIELDS.filter((field) => GROUP_OF[field] === group)),
    ]),
  );

/** Rows of `admin/caption_defaults.sql`. Throws when there are none: then its form has changed. */
function captions(sql: string): readonly string[] {
  const rows = [...sql.matchAll(/^ {4}\('(\w+)', '([^']*)', '([^']*)', (true|false), (true|false)\)/gm)];
  if (rows.length === 0) throw new Error('caption_defaults.sql has no rows');
  const arrow = (toItem: boolean, toCrm: boolean): string => (toItem && toCrm ? '↔' : toItem ? '→' : '←');
  return markdownTable(
    ['Family', 'Caption of the CRM', '', 'Means'],
    rows.map(([, family, crm, item, toItem, toCrm]) => [
      `\`${family}\``,
      `\`${crm}\``,
      arrow(toItem === 'true', toCrm === 'true'),
      item!,
    ]),
  );
}

/** The page with its tables made anew. Throws when a place for one is missing. */
export function withMappingTables(page: string, captionDefaults: string): string {
  const tables = {
    places,
    ways,
    tasks,
    'not mapped': notMapped,
    groups,
    captions: () => captions(captionDefaults),
  };
  return Object.entries(tables).reduce((text, [name, table]) => {
    const place = new RegExp(`(<!-- ${name} -->\n\n)[\\s\\S]*?(\n\n<!-- end of ${name} -->)`);
    if (!place.test(text)) throw new Error(`docs/mapping.md has no place for the table "${name}"`);
    return text.replace(place, (_, before: string, after: string) => before + table().join('\n') + after);
  }, page);
}
