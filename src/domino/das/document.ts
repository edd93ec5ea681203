/** The JSON of a document of the Data service, read with `strongtype=true` (domino.md §2.4). */
import { TextDecoder } from 'node:util';
import { z } from 'zod';
import { garbled } from './answer.ts';
import { htmlToText } from './html-text.ts';
import { isDay, toInstant } from './times.ts';

export const documentSchema = z.looseObject({ '@unid': z.string().min(1) });
export type NotesDocument = z.infer<typeof documentSchema>;

/** `strongtype=true` wraps `@modified` as well (§10.23). */
const stamp = z.union([z.string(), z.looseObject({ data: z.string() }).transform(({ data }) => data)]);

export const modifiedListSchema = z.array(z.looseObject({ '@unid': z.string(), '@modified': stamp }));

/** An item by name, whatever its case: `lowercasefields` and templates differ in it. */
export function itemOf(document: NotesDocument, name: string): unknown {
  if (document[name] !== undefined) return document[name];
  const wanted = name.toLowerCase();
  const found = Object.keys(document).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : document[found];
}

/** All values of a text or number item, as text. */
export function textsOf(document: NotesDocument, name: string): string[] {
  const values = [unwrap(itemOf(document, name))].flat();
  return values.filter((value) => typeof value === 'string' || typeof value === 'number').map(String);
}

export const textOf = (document: NotesDocument, name: string): string =>
  (textsOf(document, name)[0] ?? '').replace(/\r\n?/g, '\n');

export type NotesTime = { kind: 'date'; date: string } | { kind: 'instant'; at: string };

/**
 * First value of a date item; null when it is absent or empty. Throws DominoError for anything else: taken for "no date",
 * it would clear the date on the other side.
 */
export function timeOf(document: NotesDocument, name: string): NotesTime | null {
  const text = textsOf(document, name)[0] ?? '';
  if (text.trim() === '') return null;
  if (isDay(text)) return { kind: 'date', date: text };
  const at = Date.parse(text);
  if (!isDay(text.slice(0, 10)) || text[10] !== 'T' || Number.isNaN(at))
    throw garbled(`document ${document['@unid']}`, `item ${name} holds no date`);
  return { kind: 'instant', at: toInstant(at) };
}

/** A rich-text item as plain text; '' when it is absent, null when it holds nothing that can be shown as text. */
export function plainBodyOf(document: NotesDocument, name: string): string | null {
  const item = itemOf(document, name);
  if (item === undefined) return '';
  if (typeof item === 'string' || Array.isArray(item))
    return textsOf(document, name).join('\n').replace(/\r\n?/g, '\n');
  if (typeof item !== 'object' || item === null) return null;
  const parsed = richTextSchema.safeParse(item);
  if (!parsed.success) return null;
  const parts = parsed.data.content ?? [parsed.data];
  for (const wanted of ['text/plain', 'text/html']) {
    const part = parts.find(
      ({ contentType, data }) => data !== undefined && mediaType(contentType) === wanted,
    );
    if (part === undefined) continue;
    const text = transferDecoded(part);
    // An empty body is written by Domino as a single blank.
    return (wanted === 'text/html' ? htmlToText(text) : text.replace(/\r\n?/g, '\n')).replace(/\s+$/, '');
  }
  return parts.some(({ data }) => data !== undefined) ? null : '';
}

const partSchema = z.looseObject({
  contentType: z.string().optional(),
  contentTransferEncoding: z.string().optional(),
  contentDisposition: z.string().optional(),
  data: z.string().optional(),
});
const richTextSchema = partSchema.extend({ content: z.array(partSchema).optional() });

/** Without a type Domino means HTML (its own default when writing). */
const mediaType = (contentType: string | undefined): string =>
  (contentType ?? 'text/html').split(';')[0]!.trim().toLowerCase();

function transferDecoded({
  data = '',
  contentTransferEncoding,
  contentType,
}: z.infer<typeof partSchema>): string {
  switch ((contentTransferEncoding ?? '').trim().toLowerCase()) {
    case 'base64':
      return decoded(Buffer.from(data, 'base64'), contentType);
    case 'quoted-printable': {
      const joined = data.replace(/=\r?\n/g, '');
      const bytes = joined.replace(/=([\dA-F]{2})/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      return decoded(Buffer.from(bytes, 'latin1'), contentType);
    }
    default:
      return data;
  }
}

/** Of windows-1252, 0x80 to 0x9F. Versions of Node decode it as Latin 1, where control characters are in their place. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** What mail from everywhere is written in; UTF-8 where nothing is said, or something that nobody knows. */
function decoded(bytes: Buffer, contentType: string | undefined): string {
  const charset = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '')?.[1];
  const decoder = decoderOf(charset ?? 'utf-8');
  // What is named Latin 1 is windows-1252, here as in browsers.
  if (decoder.encoding === 'windows-1252')
    return bytes.toString('latin1').replace(/[\u0080-\u009f]/g, (c) => WINDOWS[c.charCodeAt(0) - 0x80]!);
  return decoder.decode(bytes);
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}

const unwrap = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'data' in value
    ? value.data
    : value;

export const formOf = (document: NotesDocument): string => textOf(document, '@form');

export const modifiedOf = (document: NotesDocument): string => textOf(document, '@modified');
