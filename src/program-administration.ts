/** The part of `program.ts` that changes what the runners obey: settings, captions, capture. Thin as well. */
import { Option, type Command } from 'commander';
import type { Output } from './commands/output.ts';
import type { Config } from './config.ts';
import type { ExitCode } from './errors.ts';

export interface ProgramParts {
  config: () => Config;
  output: () => Output;
  /** Runs a command and tells its exit code. */
  end: (work: () => Promise<ExitCode>) => Promise<void>;
}

const administration = () => import('./commands/administration.ts');
const captionCommands = () => import('./commands/captions.ts');

export function addAdministration(program: Command, { config, output, end }: ProgramParts): void {
  const settings = program.command('settings').description('the settings in the database');
  settings
    .command('list')
    .action(() => end(async () => (await administration()).listSettings(config(), output())));
  settings
    .command('set <name> <value>')
    .action((name: string, value: string) =>
      end(async () => (await administration()).setSetting(config(), output(), name, value)),
    );

  settings
    .command('changes [name]')
    .description('who changed which setting or caption, and when; name: a setting, or the family of captions')
    .option('--limit <n>', 'so many at most, newest first', '50')
    .action((name: string | undefined, options: { limit: string }) =>
      end(async () =>
        (await administration()).listChanges(config(), output(), name ?? null, Number(options.limit)),
      ),
    );

  const captions = program
    .command('captions')
    .description('how actions, statuses and priorities of the CRM read in Notes');
  captions
    .command('list')
    .action(() => end(async () => (await captionCommands()).listCaptions(config(), output())));
  captions
    .command('set <family> <crm-value> <item-value>')
    .description('family: kind, category, status, busy or priority; what said otherwise gives way')
    .addOption(new Option('--to-notes', 'from the CRM to Notes only').conflicts('toCrm'))
    .addOption(new Option('--to-crm', 'from Notes to the CRM only'))
    .action(
      (
        family: string,
        crmValue: string,
        itemValue: string,
        options: { toNotes?: boolean; toCrm?: boolean },
      ) =>
        end(async () =>
          (await captionCommands()).setCaption(config(), output(), {
            family,
            crm_value: crmValue,
            item_value: itemValue,
            to_item: options.toCrm !== true,
            to_crm: options.toNotes !== true,
          }),
        ),
    );
  captions
    .command('remove <family> <crm-value> [item-value]')
    .description('all rows of this caption, or the one that means this')
    .action((family: string, crmValue: string, itemValue: string | undefined) =>
      end(async () =>
        (await captionCommands()).removeCaption(config(), output(), family, crmValue, itemValue ?? null),
      ),
    );

  const capture = program.command('capture').description('around an upgrade of Sage CRM');
  capture
    .command('disable')
    .option('--reason <text>', 'kept with the gap', 'upgrade of Sage CRM')
    .action((options: { reason: string }) =>
      end(async () => (await administration()).switchCapture(config(), output(), false, options.reason)),
    );
  capture
    .command('enable')
    .action(() => end(async () => (await administration()).switchCapture(config(), output(), true, '')));
}
