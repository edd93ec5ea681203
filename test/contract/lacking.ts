/**
 * What the server at MSSQL_TEST_URL lacks when it is a Babelfish: the cases of the contract that it cannot show, by name.
 * A SQL Server runs them all.
 */
import type { Engine } from './engines.ts';

const NO_CHAINING = 'has no ownership chaining: the harness grants these rights instead';
const DOOMS = 'dooms the transaction of every error inside a trigger, whatever XACT_ABORT says';

const SHOWS_NO_DEFINITION = 'knows no VIEW DEFINITION: triggers are shown to who has rights on the rows';

const LACKING: Readonly<Record<string, string>> = {
  // of deployments
  'a deployment makes them anew, and no migration':
    'may refuse a GRANT on what has one: it "cannot fetch toast data without an active snapshot"',
  'deploying again keeps settings and captions of the customer and brings lost texts back':
    'has no CREATE OR ALTER, and drops nothing that something else uses',
  'a reader sees whether changes are captured': SHOWS_NO_DEFINITION,
  'is refused with a mail file of somebody else, however it is written':
    'refuses LIKE on some texts: "nondeterministic collations are not supported for LIKE"',
  'domino_sync_runner can neither read nor write a table of the CRM': NO_CHAINING,
  'domino_sync_admin can neither read nor write a table of the CRM': NO_CHAINING,
  'domino_sync_runner can neither read nor write a private table': NO_CHAINING,
  'domino_sync_admin can neither read nor write a private table': NO_CHAINING,
  'a fault inside a trigger does not break the save, and is counted': DOOMS,
  'a fault inside the trigger leaves his transaction as it was': DOOMS,
  '@@IDENTITY, SCOPE_IDENTITY() and @@ROWCOUNT are those of his own statement':
    'takes the numbers of sequences for identities',
  'is leased by one runner at a time, also when many ask at once':
    'aborts as a whole when several sessions lease the same mailboxes at once',
  'a MERGE is logged by what it did to each row': 'has no MERGE',
  'a login that writes days before months shifts nothing': 'speaks no language but English',
  'while a user has the appointment open for writing we wait, then see that it is stale':
    'parses UPDLOCK and locks nothing when it reads: only what we write then waits',
  'passes over a mailbox whose row somebody else has locked': 'parses READPAST and waits all the same',
};

const onBabelfish = (engine: string): boolean =>
  engine === 'mssql' && process.env['MSSQL_TEST_SERVER'] === 'babelfish';

/** How a call without the right to it ends. A Babelfish gives the error no number of its own, only these words. */
export const forbiddenOn = ({ name }: Pick<Engine, 'name'>): object =>
  onBabelfish(name)
    ? { message: expect.stringMatching(/permission denied for procedure/) as string }
    : { code: 'crm_forbidden' };

/** `test`, passing over what the server of this engine lacks, with the reason in the title. */
export const testOn =
  ({ name: engine }: Pick<Engine, 'name'>) =>
  (title: string, work: () => Promise<void>, timeoutMs?: number): void => {
    const lacking = LACKING[title];
    if (onBabelfish(engine) && lacking !== undefined)
      test.skip(`${title} (this server ${lacking})`, work, timeoutMs);
    else test(title, work, timeoutMs);
  };
