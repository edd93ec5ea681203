/** Shared by the tests of To Dos: a document as the Data service shows it, and a store of them. */
import { type EntryKey } from '../../../src/item/domino-entry.ts';
import { documentSchema } from '../../../src/domino/das/document.ts';
import { entryOfTodo } from '../../../src/domino/das/todo.ts';
import { draft } from './harness.ts';
import { type ScriptedAnswer, type ScriptedRequest } from './scripted-server.ts';

export const DOCUMENTS = '/mail/foo.nsf/api/data/documents';
export const UNID = '8178B1C14B1E9B6B8525624F0062FE9F';
export const key: EntryKey = { form: 'todo', uid: UNID, recurrenceId: null };
export const DATE = 'Mon, 05 Jan 2026 09:00:00 GMT';
export const LAST_MODIFIED = 'Mon, 05 Jan 2026 08:10:00 GMT';
export const TOKEN = '2026-01-05T08:10:00Z';
export const strong = (data: string): object => ({ data, type: 'datetime' });
export const GONE: ScriptedAnswer = {
  status: 404,
  body: { code: 404, text: 'Not Found', message: 'The URI must refer to an existing document.' },
};

/** A document in the shape of the reference (§2.4), read with `strongtype=true`, which wraps the stamps too (§10.23). */
export const document = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  '@href': `${DOCUMENTS}/unid/${UNID}`,
  '@unid': UNID,
  '@noteid': '1926',
  '@created': strong('2026-01-05T08:00:00Z'),
  '@modified': strong(TOKEN),
  '@authors': 'CN=Jane Doe/O=Acme',
  '@form': 'Task',
  Subject: 'Call Bob',
  StartDateTime: strong('2026-01-09T15:00:00Z'),
  DueDateTime: strong('2026-01-09T16:00:00Z'),
  Categories: ['Sales', 'VIP'],
  Body: {
    type: 'multipart',
    content: [{ contentType: 'text/html; charset=UTF-8', data: '<p>one</p><p>two &amp; three</p>' }],
  },
  ...changes,
});
export const answered = (changes?: Record<string, unknown>): ScriptedAnswer => ({
  headers: { 'Last-Modified': LAST_MODIFIED, Date: DATE },
  body: document(changes),
});
export const token = entryOfTodo(documentSchema.parse(document()), 'UTC', null).token;
export const todo = draft({
  form: 'todo',
  subject: 'Call Bob',
  when: { allDay: false, start: '2026-01-09T15:00:00Z', end: '2026-01-09T16:00:00Z', timeZone: null },
});

/** A mail file's documents, kept as Domino keeps them: items set by PATCH and POST, read back typed. */
export function store(): {
  script: (request: ScriptedRequest) => ScriptedAnswer;
  documents: Map<string, Record<string, unknown>>;
} {
  const documents = new Map<string, Record<string, unknown>>();
  let clock = Date.parse('2026-01-05T08:00:00Z');
  const stamp = (): object => strong(new Date((clock += 1000)).toISOString().replace('.000Z', 'Z'));
  const script = ({ method, path, query, json }: ScriptedRequest): ScriptedAnswer => {
    const unid = path.split('/').at(-1)!;
    const now = stamp();
    if (method === 'POST') {
      const id = String(documents.size + 1).padStart(32, '0');
      documents.set(id, { '@unid': id, '@form': query['form'], '@created': now, '@modified': now, ...json });
      return { status: 201, headers: { Location: `http://host${DOCUMENTS}/unid/${id}` } };
    }
    if (path === DOCUMENTS) {
      const list = [...documents.values()].map((one) => ({
        '@modified': (one['@modified'] as { data: string }).data,
        '@unid': one['@unid'],
      }));
      return { headers: { Date: DATE }, body: list };
    }
    const found = documents.get(unid);
    if (found === undefined) return GONE;
    if (method === 'PATCH') documents.set(unid, { ...found, ...json, '@modified': now });
    return method === 'PATCH' ? {} : { headers: { 'Last-Modified': LAST_MODIFIED }, body: found };
  };
  return { script, documents };
}
