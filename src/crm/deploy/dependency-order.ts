/** The order in which T-SQL objects are made: a view or an inline function needs what it names to be there. */
import type { SqlFile } from './sql-objects.ts';
import { codeOf } from './tsql-text.ts';

const nameOf = ({ schema, name }: { schema: string; name: string }): string =>
  `${schema}.${name}`.toLowerCase();

/** For each path, the paths of the files whose objects it names. Triggers and scripts come after all anyway. */
export const dependenciesOf = (
  files: readonly SqlFile[],
  /** The part of a file that has to find what it names already when it is applied. */
  bindingText: (file: SqlFile) => string = ({ text }) => text,
): Map<string, string[]> => {
  const makers = new Map(files.flatMap((file) => file.objects.map((object) => [nameOf(object), file.path])));
  return new Map(
    files.map((file) => {
      const names = codeOf(bindingText(file))
        .toLowerCase()
        .matchAll(/\b(domino_sync\w*)\.(\w+)/g);
      const paths = [...names].flatMap(([, schema, name]) => makers.get(`${schema}.${name}`) ?? []);
      return [file.path, [...new Set(paths)].filter((path) => path !== file.path)];
    }),
  );
};

const isProcedure = (file: SqlFile): boolean =>
  file.objects.length > 0 && file.objects.every(({ kind }) => kind === 'procedure' || kind === 'trigger');

/**
 * Each file after those it needs, otherwise in the given order. Procedures bind at run time, so two that call each other
 * are no circle. Throws Error that names the files of a circle.
 */
export const inDependencyOrder = (
  files: readonly SqlFile[],
  needs: ReadonlyMap<string, readonly string[]> = dependenciesOf(files),
): SqlFile[] => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const ordered = new Set<SqlFile>();
  const visit = (file: SqlFile, open: readonly SqlFile[]): void => {
    if (ordered.has(file)) return;
    if (open.includes(file)) {
      const circle = open.slice(open.indexOf(file));
      if (circle.some(isProcedure)) return;
      throw new Error(`these need each other: ${circle.map(({ path }) => path).join(', ')}`);
    }
    for (const path of needs.get(file.path) ?? []) {
      const needed = byPath.get(path);
      if (needed !== undefined) visit(needed, [...open, file]);
    }
    ordered.add(file);
  };
  for (const file of files) visit(file, []);
  return [...ordered];
};

/**
 * The changed files and the views and functions that are built on them, directly or not: SQL Server keeps the columns
 * of a view as they were when it was made.
 */
export const withDependents = (files: readonly SqlFile[], changed: readonly SqlFile[]): SqlFile[] => {
  const needs = dependenciesOf(files);
  const bound = new Set(changed.map(({ path }) => path));
  const bindsEarly = (file: SqlFile): boolean =>
    file.objects.some(({ kind }) => kind === 'view' || kind === 'function');
  for (let before = -1; before !== bound.size;) {
    before = bound.size;
    for (const file of files)
      if (bindsEarly(file) && (needs.get(file.path) ?? []).some((path) => bound.has(path)))
        bound.add(file.path);
  }
  return files.filter(({ path }) => bound.has(path));
};
