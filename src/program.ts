/** The commands, thin: arguments in, exit code out. What a command does is in `commands/`. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { standardOutput, type Output } from './commands/output.ts';
import type { EnableOptions } from './commands/users.ts';
import { loadConfig, type Config } from './config.ts';
import type { EngineName } from './crm/deploy/plan/plan.ts';
import { EXIT, UserError, type ExitCode } from './errors.ts';
import { addAdministration } from './program-administration.ts';
import { VERSION } from './version.ts';

/** Loaded when asked for: most commands need neither the sandbox nor both sides. */
const commands = {
  administration: () => import('./commands/administration.ts'),
  conflicts: () => import('./commands/conflicts.ts'),
  deploy: () => import('./commands/deploy.ts'),
  deployScript: () => import('./commands/deploy-script.ts'),
  doctor: () => import('./commands/doctor.ts'),
  preview: () => import('./commands/preview.ts'),
  held: () => import('./commands/held.ts'),
  reconcile: () => import('./commands/reconcile.ts'),
  resolve: () => import('./commands/resolve.ts'),
  run: () => import('./commands/run.ts'),
  sandbox: () => import('./commands/sandbox.ts'),
  status: () => import('./commands/status.ts'),
  users: () => import('./commands/users.ts'),
  why: () => import('./commands/why.ts'),
};

interface Common {
  json?: boolean;
  config?: string;
}

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('not a whole number.');
  return Number(text);
};

const engineOption = (): Option =>
  new Option('--engine <engine>', 'with --script; default: that of CRM_DATABASE_URL').choices([
    'postgres',
    'mssql',
  ]);

/** `finish` is told the exit code of the command that ran. */
export function buildProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command('crm-domino-sync')
    .description('Keeps the calendars of Sage CRM and HCL Domino in step, from the CRM database.')
    .version(VERSION)
    .showHelpAfterError('(--help shows what is possible)')
    .configureHelp({ showGlobalOptions: true })
    .option('--config <file>', 'configuration file (default: crm-domino-sync.config.json, if it is there)')
    .option('--json', 'print one line of JSON');
  program.exitOverride((error) => {
    process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  });

  const common = (): Common => program.opts<Common>();
  const output = (): Output => standardOutput(common().json === true);
  const config = (): Config => {
    const file = common().config;
    return loadConfig(file === undefined ? {} : { file });
  };
  const end = async (work: () => Promise<ExitCode>) => finish(await work());

  program
    .command('sandbox')
    .description('embedded PostgreSQL, a sample CRM, a Domino stand-in and the runner, with life in it')
    .option('--exercise', 'play the seed rules S1 to S8, print a line for each, and end')
    .option('--fresh', 'forget the sandbox of the last start')
    .option('--quiet-life', 'no random edits after the first synchronisation')
    .action((options: { exercise?: boolean; fresh?: boolean; quietLife?: boolean }) =>
      end(async () =>
        (await commands.sandbox()).sandbox(output(), {
          exercise: options.exercise === true,
          fresh: options.fresh === true,
          life: !options.quietLife,
        }),
      ),
    );
  program
    .command('deploy')
    .description('install or update everything in the CRM database')
    .option('--check', 'change nothing, report what differs')
    .option('--accept <code...>', 'deploy in spite of an error of the preflight (docs/preflight.md)')
    .addOption(
      new Option('--script <file>', 'write the same as one script for the DBA, asking no database').conflicts(
        ['check', 'accept'],
      ),
    )
    .addOption(engineOption())
    .action((options: { check?: boolean; accept?: string[]; script?: string; engine?: EngineName }) =>
      end(async () =>
        options.script === undefined
          ? (await commands.deploy()).deploy(config(), output(), options.check === true, options.accept)
          : (await commands.deployScript()).writeDeployScript(
              config(),
              output(),
              options.script,
              options.engine,
            ),
      ),
    );
  program
    .command('undeploy')
    .description('write a script that removes every trace from the CRM database')
    .requiredOption('--script <file>', 'the file to write; it asks no database')
    .addOption(engineOption())
    .action((options: { script: string; engine?: EngineName }) =>
      end(async () =>
        (await commands.deployScript()).writeUndeployScript(
          config(),
          output(),
          options.script,
          options.engine,
        ),
      ),
    );
  program
    .command('doctor')
    .description('check each prerequisite on both sides and say how to mend it')
    .action(() => end(async () => (await commands.doctor()).doctor(config(), output())));

  const users = program.command('users').description('who takes part');
  users
    .command('list')
    .option('--all', 'also those who are not enabled, and why they cannot be')
    .action((options: { all?: boolean }) =>
      end(async () => (await commands.users()).listUsers(config(), output(), options.all === true)),
    );
  users
    .command('enable <who>')
    .description('by CRM logon, e-mail address or user id')
    .option('--mail-file <path>', 'mail file, such as mail/jdoe.nsf; asked of Domino when left out')
    .option('--notes-name <name>', 'Notes name, when Domino does not find the e-mail address')
    .option('--past-days <days>', 'how far back appointments count', wholeNumber)
    .addOption(
      new Option('--direction <way>', 'which way').choices(['both', 'to_domino', 'to_crm']).default('both'),
    )
    .action((who: string, options: EnableOptions) =>
      end(async () => (await commands.users()).enableUser(config(), output(), who, options)),
    );
  users
    .command('disable <who>')
    .action((who: string) => end(async () => (await commands.users()).disableUser(config(), output(), who)));
  users
    .command('test [who]')
    .description('open the mail files of one or of all enabled users')
    .action((who: string | undefined) =>
      end(async () => (await commands.users()).testUsers(config(), output(), who)),
    );

  program
    .command('once')
    .description('one cycle: CRM → Domino, then Domino → CRM')
    .action(() => end(async () => (await commands.run()).once(config(), output())));
  program
    .command('preview [who]')
    .description('what the next cycle would do, in all mailboxes or in one; writes nothing')
    .option('--enable <who>', 'what enabling this user would do; the options below are those of users enable')
    .option('--mail-file <path>', 'with --enable')
    .option('--notes-name <name>', 'with --enable')
    .option('--past-days <days>', 'with --enable', wholeNumber)
    .addOption(new Option('--direction <way>', 'with --enable').choices(['both', 'to_domino', 'to_crm']))
    .action((who: string | undefined, options: Partial<EnableOptions> & { enable?: string }) => {
      const { enable, ...enabling } = options;
      if (enable === undefined && Object.keys(enabling).length > 0)
        throw new UserError('these options belong to --enable', 'Name the user: --enable LOGON');
      if (enable !== undefined && who !== undefined)
        throw new UserError('one user at a time', 'Leave out the name before --enable.');
      return end(async () =>
        (await commands.preview()).preview(config(), output(), {
          who,
          enable: enable === undefined ? null : { direction: 'both', ...enabling, who: enable },
        }),
      );
    });
  program
    .command('run')
    .description('cycles for ever; SIGTERM or Ctrl-C finishes what is in hand')
    .action(() => end(async () => (await commands.run()).run(config())));
  program
    .command('status')
    .description('backlog, lag, health, last runs')
    .action(() => end(async () => (await commands.status()).showStatus(config(), output())));
  program
    .command('why <id>')
    .description('everything known of an appointment (Comm_CommunicationId) or of a Domino uid')
    .action((id: string) => end(async () => (await commands.why()).why(config(), output(), id)));
  program
    .command('retry')
    .argument('[id]', 'Comm_CommunicationId, or the uid of an entry in Domino')
    .description('try parked items again: those of one appointment or entry, or all')
    .option('--recreate', 'lift its tombstone: what was deleted in Notes may come back there; needs an id')
    .option('--user <who>', 'with --recreate: in the mail file of this user only')
    .action((id: string | undefined, options: { recreate?: boolean; user?: string }) =>
      end(async () => (await commands.administration()).retry(config(), output(), id ?? null, options)),
    );
  program
    .command('conflicts')
    .argument('[id]', 'Comm_CommunicationId', wholeNumber)
    .description('what both sides had changed and nobody has looked at, newest first')
    .action((id: number | undefined) =>
      end(async () => (await commands.conflicts()).listConflicts(config(), output(), id ?? null)),
    );
  program
    .command('resolve')
    .argument('[id]', 'Comm_CommunicationId', wholeNumber)
    .description('choose between the two values of a conflict, or decide on deletions that wait (--held)')
    .option(
      '--take <choice>',
      'crm, domino or keep, for all fields or as field=crm; may be given several times',
      (choice: string, earlier: string[]) => [...earlier, choice],
      [],
    )
    .addOption(
      new Option('--held <who>', 'deletions of this user that wait, and what to do with them').conflicts(
        'take',
      ),
    )
    .addOption(new Option('--allow', 'with --held: delete exactly those').conflicts(['refuse', 'recreate']))
    .addOption(
      new Option('--refuse', 'with --held: keep them, and keep the pairs apart').conflicts('recreate'),
    )
    .option('--recreate', 'with --held: entries that are gone from Domino are made there again')
    .action(
      (
        id: number | undefined,
        {
          take,
          held,
          ...decision
        }: { take: string[]; held?: string; allow?: boolean; refuse?: boolean; recreate?: boolean },
      ) =>
        end(async () => {
          if (held !== undefined && id === undefined)
            return (await commands.held()).resolveHeld(config(), output(), held, decision);
          if (id === undefined || held !== undefined || Object.keys(decision).length > 0)
            throw new UserError(
              'give either an id with --take, or --held with the user',
              'resolve 123 --take crm, or: resolve --held LOGON --allow',
              EXIT.usage,
            );
          return (await commands.resolve()).resolve(config(), output(), id, take);
        }),
    );
  program
    .command('reconcile [who]')
    .description('compare both sides in full and put right what differs: one user, or all')
    .option('--wait', 'until the runners are through, and show what they found')
    .option('--reason <text>', 'kept with it', 'asked for')
    .action((who: string | undefined, options: { wait?: boolean; reason: string }) =>
      end(async () =>
        (await commands.reconcile()).reconcile(config(), output(), who, {
          wait: options.wait === true,
          reason: options.reason,
        }),
      ),
    );
  program
    .command('purge')
    .description('trim the history')
    .option('--keep-days <days>', 'days of history to keep', wholeNumber, 90)
    .action((options: { keepDays: number }) =>
      end(async () => (await commands.administration()).purgeHistory(config(), output(), options.keepDays)),
    );

  addAdministration(program, { config, output, end });
  return program;
}
