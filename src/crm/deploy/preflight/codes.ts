/** Every finding of the preflight: how bad, why it matters, what to do. docs/preflight.md is made from this. */
import type { CodeText } from './code-text.ts';
import { DATABASE_CODES } from './database-codes.ts';
import { TABLE_CODES } from './table-codes.ts';

export type { Severity } from './code-text.ts';

const GROUPS = { ...DATABASE_CODES, ...TABLE_CODES };

type Groups = typeof GROUPS;
type KeysOfEach<T> = T extends unknown ? keyof T : never;
export type PreflightCode = KeysOfEach<Groups[keyof Groups]>;

export const CODE_GROUPS: readonly {
  title: string;
  codes: readonly (CodeText & { code: PreflightCode })[];
}[] = Object.entries(GROUPS).map(([title, codes]) => ({
  title,
  codes: Object.entries<CodeText>(codes).map(([code, text]) => ({ code: code as PreflightCode, ...text })),
}));

const BY_CODE = new Map(CODE_GROUPS.flatMap(({ codes }) => codes.map((code) => [code.code, code])));

export const codeText = (code: PreflightCode): CodeText => BY_CODE.get(code)!;

export const ACCEPTABLE: readonly PreflightCode[] = [...BY_CODE.values()]
  .filter(({ acceptable }) => acceptable === true)
  .map(({ code }) => code);
