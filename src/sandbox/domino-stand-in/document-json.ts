/** Documents of the Data service as JSON, and the traps of reading them back. */
import { isoInstant } from './dates.ts';
import type { Items } from './entry-document.ts';
import { Refusal } from './http-reply.ts';
import type { Item } from './model.ts';

type Json = Record<string, unknown>;

/** What every document has, whatever it is stored as. */
export interface DocumentView {
  unid: string;
  noteId: string;
  created: number;
  modified: number;
  form: string;
  authors: string;
  parent: string | null;
  items: Items;
  readBy: string[];
}

const scalar = <T>(values: readonly T[]): T | readonly T[] | '' =>
  values.length === 0 ? '' : values.length === 1 ? (values[0] as T) : values;

const itemJson = (item: Item, strongType: boolean, multipart: boolean): unknown => {
  if (item.type === 'richtext') {
    const data = String(item.values[0] ?? '');
    const contentType = item.contentType ?? 'text/html; charset=UTF-8';
    return multipart
      ? { type: 'multipart', content: [{ contentType, data }] }
      : { type: 'richtext', contentType, data };
  }
  const value = scalar(item.values);
  return strongType && item.type === 'datetime' ? { data: value, type: 'datetime' } : value;
};

export interface DocumentFormat {
  hidden: boolean;
  strongType: boolean;
  lowerCase: boolean;
  multipart: boolean;
  fields: Set<string> | null;
}

export const documentJson = (base: string, document: DocumentView, format: DocumentFormat): Json => {
  const stamp = (at: number): unknown =>
    format.strongType ? { data: isoInstant(at), type: 'datetime' } : isoInstant(at);
  const json: Json = {
    '@href': `${base}/documents/unid/${document.unid}`,
    '@unid': document.unid,
    '@noteid': document.noteId,
    ...(document.parent === null ? {} : { '@parentid': document.parent }),
    '@created': stamp(document.created),
    '@modified': stamp(document.modified),
    '@authors': document.authors,
    '@form': document.form,
  };
  for (const [name, item] of Object.entries(document.items)) {
    if (name.startsWith('$') && (!format.hidden || name === '$FONTS')) continue;
    if (format.fields !== null && !format.fields.has(name.toLowerCase())) continue;
    json[format.lowerCase ? name.toLowerCase() : name] = itemJson(item, format.strongType, format.multipart);
  }
  return json;
};

const DATE_FIELD = /date|time/i;

/** A date as written: 20 characters ending in Z are read as they are, a bare date by the server's own parser. */
const dateValue = (value: unknown): string => {
  const text = String(value);
  if (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ||
    /^\d{4}-\d\d-\d\d$/.test(text) ||
    /^\d\d:\d\d:\d\d$/.test(text)
  ) {
    return text;
  }
  throw new Refusal(400, `Unable to interpret Time or Date`, { exception: 'lotus.domino.NotesException' });
};

/** A MIME part is stored as it is, whatever its type. */
const richTextFrom = (part: Json): Item => ({
  type: 'richtext',
  values: [String(part['data'] ?? '')],
  ...(typeof part['contentType'] === 'string' ? { contentType: part['contentType'] } : {}),
});

const itemFrom = (name: string, value: unknown, formDeclaresDates: boolean): Item => {
  if (Array.isArray(value)) {
    const values = value.map((one) => (typeof one === 'number' ? one : String(one)));
    return { type: values.every((one) => typeof one === 'number') ? 'number' : 'text', values };
  }
  if (typeof value === 'number') return { type: 'number', values: [value] };
  if (typeof value === 'object' && value !== null) {
    const { type, data, content } = value as Json;
    const list = Array.isArray(data) ? data : [data];
    if (type === 'datetime') return { type: 'datetime', values: list.map(dateValue) };
    if (type === 'richtext') return richTextFrom(value as Json);
    if (type === 'multipart' && Array.isArray(content)) {
      const parts = content as Json[];
      const part = parts.find((one) => /^text\/html/i.test(String(one['contentType'] ?? ''))) ?? parts[0];
      return richTextFrom(part ?? {});
    }
    return itemFrom(name, data ?? '', formDeclaresDates);
  }
  // A bare string is a date only where the form's design says so; otherwise it becomes text and views break on it.
  if (typeof value === 'string' && formDeclaresDates && DATE_FIELD.test(name) && value !== '') {
    return { type: 'datetime', values: [dateValue(value)] };
  }
  return { type: 'text', values: [value === null || value === undefined ? '' : String(value)] };
};

/**
 * Applies a body to items. Members that start with `$` or `@`, and Form, are ignored without a word. `replace` (PUT) then
 * removes every other item whose name is not in the body in exactly that spelling, even one just written in another.
 */
export const applyBody = (
  items: Items,
  body: Json,
  options: { replace: boolean; formDeclaresDates: boolean },
): { items: Items; written: string[] } => {
  const result: Items = { ...items };
  const written: string[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith('$') || name.startsWith('@') || name.toLowerCase() === 'form') continue;
    const stored = Object.keys(result).find((one) => one.toLowerCase() === name.toLowerCase()) ?? name;
    result[stored] = itemFrom(stored, value, options.formDeclaresDates);
    written.push(stored);
  }
  if (options.replace) {
    for (const name of Object.keys(result)) if (!name.startsWith('$') && !(name in body)) delete result[name];
  }
  return { items: result, written };
};

export const parseDocumentBody = (body: string): Json => {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Json;
  } catch {
    // Refused below, with the same words as a body that is no object.
  }
  throw new Refusal(400, 'Error while parsing the JSON content', {
    exception: 'com.ibm.domino.services.ServiceException',
  });
};
