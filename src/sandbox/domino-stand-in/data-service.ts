/** The Data service: documents as they are, with its gates and its silence. */
import { flag, integer, mayDelete, mayWrite, type ApiRequest } from './api-request.ts';
import { httpDate, isoInstant } from './dates.ts';
import {
  applyBody,
  documentJson,
  parseDocumentBody,
  type DocumentFormat,
  type DocumentView,
} from './document-json.ts';
import {
  addDocument,
  computeTask,
  deleteDocument,
  documentStamps,
  findDocument,
  storeItems,
} from './documents.ts';
import type { Items } from './entry-document.ts';
import { emptyReply, frameworkRefusal, grouped, jsonReply, Refusal, type Reply } from './http-reply.ts';
import type { MailFile } from './mail-file.ts';
import type { World } from './world.ts';

/** Any NotesException is a 400, even what one would call 403. */
const notesRefusal = (message: string): Refusal =>
  new Refusal(400, message, { exception: 'lotus.domino.NotesException' });

const gate = (mailFile: MailFile, needed: 1 | 2): void => {
  const granted = mailFile.state.dataAccess;
  if (granted === 0) throw new Refusal(403, 'The Domino data service is not enabled for this database.');
  if (granted < needed) throw new Refusal(403, 'Cannot access resource');
};

const formatOf = (query: URLSearchParams): DocumentFormat => {
  const fields = query.get('fields');
  return {
    hidden: flag(query, 'hidden', false),
    strongType: flag(query, 'strongtype', false),
    lowerCase: flag(query, 'lowercasefields', false),
    multipart: flag(query, 'multipart', true),
    fields: fields === null ? null : new Set(fields.split(',').map((name) => name.trim().toLowerCase())),
  };
};

/** `since` goes through the Notes date parser after `Z` became ` GMT`; what exactly it takes is unknown, so only this. */
const sinceMillis = (value: string): number => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value))
    throw notesRefusal('Unable to interpret Time or Date');
  return Date.parse(value);
};

const listDocuments = (world: World, request: ApiRequest, mailFile: MailFile): Reply => {
  gate(mailFile, 1);
  if (request.query.has('search')) throw notesRefusal('Database is not full text indexed.');
  const since = request.query.get('since');
  const from = since === null ? -Infinity : sinceMillis(since);
  const seconds = (at: number): number => Math.floor(at / 1000) * 1000;
  const changed = documentStamps(mailFile).filter(({ modified }) =>
    world.knobs.sinceInclusive ? seconds(modified) >= from : seconds(modified) > from,
  );
  return jsonReply(
    200,
    changed.map(({ unid, modified }) => ({
      '@modified': isoInstant(modified),
      '@unid': unid,
      '@href': `${request.base}/documents/unid/${unid}`,
    })),
  );
};

const compute = (world: World, request: ApiRequest, form: string, items: Items): Items => {
  if (!flag(request.query, 'computewithform', false)) return items;
  if (world.knobs.computeWithForm === 'refused') throw notesRefusal('Field validation failed');
  return world.knobs.computeWithForm === 'items' && form === 'Task' ? computeTask(items) : items;
};

const createDocument = (world: World, request: ApiRequest, mailFile: MailFile): Reply => {
  gate(mailFile, 2);
  if (!mayWrite(request.access)) throw notesRefusal('You are not authorized to perform that operation');
  const form = request.query.get('form') ?? '';
  const options = { replace: false, formDeclaresDates: world.knobs.formDeclaresDates };
  const { items } = applyBody({}, parseDocumentBody(request.body), options);
  const document = addDocument(
    world,
    mailFile,
    form,
    request.identity.name,
    compute(world, request, form, items),
    request.query.get('parentid'),
  );
  return emptyReply(201, { Location: `${request.origin}${request.base}/documents/unid/${document.unid}` });
};

/** Only the identical text passes; the same second in another format, or nonsense, is 412 without a body. */
const requireUnmodified = (request: ApiRequest, document: DocumentView): void => {
  const header = request.headers['if-unmodified-since'];
  if (header !== undefined && header !== httpDate(document.modified)) throw frameworkRefusal(412);
};

const readDocument = (request: ApiRequest, document: DocumentView): Reply => {
  const lastModified = httpDate(document.modified);
  const known = Date.parse(request.headers['if-modified-since'] ?? '');
  if (known >= Math.floor(document.modified / 1000) * 1000)
    return emptyReply(304, { 'Last-Modified': lastModified });
  if (flag(request.query, 'markread', true) && !document.readBy.includes(request.identity.name)) {
    document.readBy.push(request.identity.name);
  }
  return jsonReply(200, documentJson(request.base, document, formatOf(request.query)), {
    'Last-Modified': lastModified,
  });
};

const writeDocument = (
  world: World,
  request: ApiRequest,
  mailFile: MailFile,
  document: DocumentView,
): Reply => {
  if (!mayWrite(request.access)) throw notesRefusal('You are not authorized to perform that operation');
  requireUnmodified(request, document);
  const files = document.items['Body']?.attachments ?? [];
  if (files.length > 0 && 'Body' in parseDocumentBody(request.body))
    throw notesRefusal('Updating embedded objects is not supported.');
  const { items, written } = applyBody(document.items, parseDocumentBody(request.body), {
    replace: request.method === 'PUT',
    formDeclaresDates: world.knobs.formDeclaresDates,
  });
  const form = request.query.get('form') ?? document.form;
  const computed = compute(world, request, form, items);
  // The server ignores that saving failed.
  if (request.effects.some((one) => one.effect === 'silent save conflict')) return emptyReply(200);
  storeItems(world, mailFile, document.unid, computed, written);
  return emptyReply(200);
};

const documentResource = (world: World, request: ApiRequest, mailFile: MailFile, unid: string): Reply => {
  gate(mailFile, 2);
  const document = findDocument(mailFile, unid);
  if (document === null) throw new Refusal(404, 'The URI must refer to an existing document.');
  if (request.method === 'GET') return readDocument(request, document);
  if (request.method === 'PUT' || request.method === 'PATCH')
    return writeDocument(world, request, mailFile, document);
  if (request.method === 'DELETE') {
    if (!mayDelete(request.access)) throw notesRefusal('You are not authorized to perform that operation');
    requireUnmodified(request, document);
    deleteDocument(mailFile, document.unid, world.now());
    return emptyReply(200);
  }
  throw frameworkRefusal(405);
};

const VIEWS: Record<string, string> = { '($Calendar)': 'Appointment', '($ToDo)': 'Task' };

const listViews = (mailFile: MailFile): Reply => {
  gate(mailFile, 1);
  return jsonReply(
    200,
    Object.keys(VIEWS).map((title) => ({
      '@title': title,
      '@folder': false,
      '@private': false,
      '@modified': isoInstant(0),
      '@unid': Buffer.from(title).toString('hex').toUpperCase().padEnd(32, '0').slice(0, 32),
      '@href': `/${mailFile.state.path}/api/data/collections/name/${encodeURIComponent(title)}`,
    })),
  );
};

const listView = (request: ApiRequest, mailFile: MailFile, name: string): Reply => {
  gate(mailFile, 1);
  const form = VIEWS[name];
  if (form === undefined) throw new Refusal(404, 'The URI must refer to an existing view.');
  if (!mailFile.state.openViews.includes(name)) {
    throw new Refusal(403, `The Domino data service is not enabled for this view [${name}].`);
  }
  const range = /^items=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  const start = range === null ? (integer(request.query, 'start') ?? 0) : Number(range[1]);
  const count = range === null ? (integer(request.query, 'count') ?? 10) : Number(range[2]) - start + 1;
  if (count > 100) throw new Refusal(400, `Limit exceeded.  Cannot read more than ${grouped(100)} entries.`);
  const documents = documentStamps(mailFile)
    .map(({ unid }) => findDocument(mailFile, unid))
    .filter((document) => document?.form === form) as DocumentView[];
  const page = documents.slice(start, start + count);
  const entries = page.map((document, index) => ({
    '@entryid': `${start + index + 1}-${document.unid}`,
    '@unid': document.unid,
    '@noteid': document.noteId,
    '@position': String(start + index + 1),
    '@form': document.form,
    '@href': `${request.base}/documents/unid/${document.unid}`,
    Subject: document.items['Subject']?.values[0] ?? '',
  }));
  if (page.length === 0) return jsonReply(200, []);
  return jsonReply(200, entries, {
    'Content-Range': `items ${start}-${start + page.length - 1}/${documents.length}`,
  });
};

/** Everything under `/{mail file}/api/data`. */
export const dataService = (world: World, request: ApiRequest, mailFile: MailFile): Reply => {
  const [resource, by, name, ...rest] = request.segments;
  const { method } = request;
  if (resource === 'documents' && by === undefined) {
    if (method === 'GET') return listDocuments(world, request, mailFile);
    if (method === 'POST') return createDocument(world, request, mailFile);
    throw frameworkRefusal(405);
  }
  if (resource === 'documents' && by === 'unid' && name !== undefined && rest.length === 0) {
    return documentResource(world, request, mailFile, name);
  }
  if (resource === 'collections' && method !== 'GET') throw frameworkRefusal(405);
  if (resource === 'collections' && by === undefined) return listViews(mailFile);
  if (resource === 'collections' && by === 'name' && name !== undefined && rest.length === 0) {
    return listView(request, mailFile, name);
  }
  throw frameworkRefusal(404);
};

/** GET /api/data: the databases of the server. */
export const listDatabases = (world: World): Reply =>
  jsonReply(
    200,
    [...world.mailFiles()].map(({ state }) => ({
      '@title': state.title,
      '@filepath': state.path,
      '@replicaid': state.replicaId,
      '@template': 'StdR9Mail',
      '@href': `/${state.path}/api/data/collections`,
    })),
  );
