/** To Dos of a Notes user: documents of Form Task with the items the client writes. */
import { isoInstant, parseStrictInstant } from './dates.ts';
import { canonical } from './directory.ts';
import { addDocument, computeTask, deleteDocument } from './documents.ts';
import {
  datetimeItem,
  formatted,
  numberItem,
  plainText,
  richText,
  textItem,
  type Items,
} from './entry-document.ts';
import type { MailFile } from './mail-file.ts';
import type { NotesDocument, RichBody } from './model.ts';
import type * as input from './notes-user-input.ts';
import type { World } from './world.ts';

export interface TodoItem {
  unid: string;
  subject: string;
  body: string | null;
  richBody: RichBody | null;
  /** UTC instants; null = not set. */
  start: string | null;
  due: string | null;
  completed: string | null;
  categories: string[];
  importance: string;
  private: boolean;
  modified: string;
}

export interface NotesTodos {
  /** Answers the UNID. With assignees it is a group To Do. */
  createTodo(todo: input.NewTodoInput): string;
  editTodo(change: input.EditTodoInput): void;
  completeTodo(which: input.TodoKeyInput): void;
  reopenTodo(which: input.TodoKeyInput): void;
  deleteTodo(which: input.TodoKeyInput): void;
  todos(): TodoItem[];
}

const stamp = (text: string): string => isoInstant(Date.parse(text));

const contentItems = (todo: Partial<input.TodoInput>): Items => ({
  ...(todo.subject === undefined ? {} : { Subject: textItem(todo.subject) }),
  ...(todo.body === undefined ? {} : { Body: richText(todo.body) }),
  ...(todo.richBody === undefined
    ? {}
    : { Body: formatted({ html: todo.richBody.html, attachments: todo.richBody.attachments ?? [] }) }),
  ...(todo.start === undefined
    ? {}
    : { StartDateTime: datetimeItem(stamp(todo.start)), StartDate: datetimeItem(stamp(todo.start)) }),
  ...(todo.due === undefined
    ? {}
    : { DueDateTime: datetimeItem(stamp(todo.due)), DueDate: datetimeItem(stamp(todo.due)) }),
  ...(todo.categories === undefined ? {} : { Categories: textItem(...todo.categories) }),
  ...(todo.importance === undefined ? {} : { Importance: textItem(todo.importance) }),
  ...(todo.private === undefined ? {} : { OrgConfidential: textItem(todo.private ? '1' : '') }),
});

const first = (document: NotesDocument, name: string): string | null => {
  const value = document.items[name]?.values[0];
  return value === undefined || value === '' ? null : String(value);
};

const date = (document: NotesDocument, name: string): string | null => {
  const value = document.items[name]?.type === 'datetime' ? first(document, name) : null;
  const at = value === null ? null : parseStrictInstant(value);
  return at === null ? value : isoInstant(at);
};

const bodyText = (document: NotesDocument): string | null => {
  const body = document.items['Body'];
  return body === undefined ? null : plainText(body);
};

const richBodyOf = ({ items: { Body: body } }: NotesDocument): RichBody | null =>
  body?.attachments === undefined ? null : { html: String(body.values[0]), attachments: body.attachments };

export const createTodos = (world: World, mailFile: MailFile): NotesTodos => {
  const find = (unid: string): NotesDocument => {
    const document = mailFile.document(unid);
    if (document?.form !== 'Task') throw new RangeError(`${mailFile.state.path} has no To Do ${unid}`);
    return document;
  };
  const store = (document: NotesDocument, items: Items): void => {
    document.items = computeTask({ ...document.items, ...items });
    document.modified = world.now();
  };
  return {
    createTodo: ({ assignees = [], ...todo }) => {
      const { ownerName } = mailFile.state;
      const owner = textItem(ownerName);
      const people = assignees.map((name) => ({ name, user: world.directory.find(name) }));
      const names = people.map(({ name, user }) => (user === undefined ? name : canonical(user.notesName)));
      const items = {
        Chair: owner,
        From: owner,
        Principal: owner,
        ...contentItems(todo),
        ...(assignees.length === 0 ? {} : { TaskType: textItem('2'), AssignedTo: textItem(...names) }),
      };
      const add = (file: MailFile): string => {
        const document = addDocument(world, file, 'Task', ownerName, computeTask({ ...items }));
        document.items['SequenceNum'] = numberItem(1);
        return document.unid;
      };
      // Each assignee gets a document of his own. The notice that brings it, what he answers, and what follows an edit of
      // the assigner are known by the names of their items only, so none of that is played.
      for (const { user } of people) {
        const file = user === undefined ? undefined : world.mailFile(user.mailFile);
        if (file !== undefined && file !== mailFile) add(file);
      }
      return add(mailFile);
    },
    editTodo: ({ unid, ...change }) => store(find(unid), contentItems(change as Partial<input.TodoInput>)),
    completeTodo: ({ unid }) =>
      store(find(unid), { CompletedDateTime: datetimeItem(isoInstant(world.now())) }),
    reopenTodo: ({ unid }) => {
      const document = find(unid);
      delete document.items['CompletedDateTime'];
      store(document, {});
    },
    deleteTodo: ({ unid }) => {
      deleteDocument(mailFile, find(unid).unid, world.now());
    },
    todos: () =>
      mailFile.state.documents
        .filter((document) => document.form === 'Task')
        .map((document) => ({
          unid: document.unid,
          subject: first(document, 'Subject') ?? '',
          body: bodyText(document),
          richBody: richBodyOf(document),
          start: date(document, 'StartDateTime'),
          due: date(document, 'DueDateTime'),
          completed: date(document, 'CompletedDateTime'),
          categories: (document.items['Categories']?.values ?? []).map(String),
          importance: first(document, 'Importance') ?? '',
          private: first(document, 'OrgConfidential') === '1',
          modified: isoInstant(document.modified),
        })),
  };
};
