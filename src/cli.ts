#!/usr/bin/env -S npx tsx
/** Starts the command that was typed, and turns what goes wrong into one line, a remedy and an exit code. */
import { EXIT, UserError, errorText, type ExitCode } from './errors.ts';
import { buildProgram } from './program.ts';

async function report(error: unknown): Promise<ExitCode> {
  const { userFacing } = await import('./commands/connections.ts');
  const shown = userFacing(error);
  if (shown instanceof UserError) {
    process.stderr.write(`crm-domino-sync: ${shown.message}\n  ${shown.remedy}\n`);
    return shown.exitCode;
  }
  process.stderr.write(`crm-domino-sync: internal error: ${errorText(shown)}\n`);
  if (shown instanceof Error && shown.stack) process.stderr.write(`${shown.stack}\n`);
  return EXIT.internal;
}

async function main(): Promise<void> {
  let code: ExitCode = EXIT.ok;
  try {
    await buildProgram((ended) => (code = ended)).parseAsync();
  } catch (error) {
    code = await report(error);
  }
  process.exitCode = code;
}

// `status | head`: whoever reads has had enough, which is no defect
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode);
  throw error;
});

void main();
