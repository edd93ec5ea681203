/**
 * Errors meant for the person at the terminal: one clear line, the remedy, and a documented exit code.
 * Everything else that reaches `cli.ts` is a defect and ends with exit code 70.
 */

/** Documented in docs/commands.md; a scheduler can act on them. */
export const EXIT = {
  ok: 0,
  /** The command ran and found something wrong (a failed rule, drift, a failed check). */
  findings: 1,
  /** Wrong arguments or configuration. */
  usage: 2,
  /** The CRM database cannot be reached, refuses the login, or lacks a right or the deployed objects. */
  crm: 3,
  /** Domino cannot be reached, refuses the login or a right. */
  domino: 4,
  /** A defect of this program. */
  internal: 70,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export class UserError extends Error {
  override readonly name = 'UserError';
  constructor(
    message: string,
    readonly remedy: string,
    readonly exitCode: ExitCode = EXIT.usage,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The text of anything thrown, on one line. */
export const errorText = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
