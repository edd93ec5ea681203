/**
 * Entries that are gone because the mail file came back from a back-up, not because somebody deleted them. No interface
 * says that a file was restored (domino.md: deletion stubs show nowhere, and the replica id stays), so it is inferred:
 *
 * - A restored file has lost everything that was done since. One entry that still stands as it was last seen, or a document
 *   that does, proves that nothing from before that time is lost: what was made earlier and is gone was deleted.
 * - An entry that reads older than it was last seen is proof of the opposite (`MailFile.isOlder`).
 * - Where neither is to be had, and the youngest of all that is known, made over more than an hour, is gone at once, it
 *   looks like a restored file, and an administrator is asked. One or two entries that are gone may be anybody's deletion.
 */
import type { ItemLink, KnownLink } from '../crm/contract.ts';
import { keyText, type EntryKey } from '../item/domino-entry.ts';
import { toInstant, type MailboxContext } from './context.ts';
import { linkKey } from './link.ts';

/** Fewer prove nothing. */
const LEAST = 3;
/** Who makes entries and takes them back does so within the hour; between two back-ups lies more. */
const APART_SECONDS = 3600;
/** The pair was recorded by the clock of the CRM's database, the entry bears Domino's. */
const CLOCKS_APART_SECONDS = 600;
/** Witnesses that are read at most, the youngest first: one that is gone meanwhile proves nothing. */
const MOST_READ = 3;

export interface OlderFile {
  /** An entry that reads older than it was; null: none was found. */
  older: EntryKey | null;
  /** Of those that are gone, what nobody can tell from the loss of a restore. */
  doubtful: EntryKey[];
}

/** Reads at most three entries, and documents only when in doubt. `gone`: each was asked for, and is not there. */
export async function lookForOlderFile(
  context: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  gone: readonly EntryKey[],
): Promise<OlderFile> {
  const { crm, mailbox, mailFile } = context;
  const links = await crm.readLinks(
    mailbox.crm_user_id,
    gone.map((key) => ({ uid: key.uid, recurrence_id: key.recurrenceId ?? '' })),
  );
  const born = new Map(links.map((link) => [keyText(linkKey(link)), madeAt(context, link)]));
  const bornOf = (key: EntryKey): string => born.get(keyText(key)) ?? '';
  const earliest = [...born.values()].sort()[0];
  if (earliest === undefined) return { older: null, doubtful: [] };

  const witness = await youngestWitness(context, known, gone, earliest);
  if (witness.older !== null) return { older: witness.older, doubtful: [] };
  const since = (time: string) => gone.filter((key) => bornOf(key) > time);
  let doubtful = since(witness.aliveAt);
  if (!looksLost(doubtful, bornOf)) return { older: null, doubtful: [] };
  const document = await mailFile.aliveAt(mailbox.cursor, { signal: context.calls });
  if (document !== null) doubtful = doubtful.filter((key) => bornOf(key) > document);
  return { older: null, doubtful: looksLost(doubtful, bornOf) ? doubtful : [] };
}

/** When an entry was made, at the latest: an instant of Domino's clock. */
function madeAt({ mailFile }: MailboxContext, link: ItemLink): string {
  const recorded = toInstant(new Date(Date.parse(link.created_at) + CLOCKS_APART_SECONDS * 1000));
  const modified = mailFile.modifiedAt(link.domino_token);
  return modified !== null && modified < recorded ? modified : recorded;
}

/** Whatever stands as it was last seen, the youngest first; `aliveAt`: nothing from before then is lost. */
async function youngestWitness(
  { mailFile, calls }: MailboxContext,
  known: ReadonlyMap<string, KnownLink>,
  gone: readonly EntryKey[],
  earliest: string,
): Promise<{ older: EntryKey | null; aliveAt: string }> {
  const missing = new Set(gone.map(keyText));
  const witnesses = [...known.values()]
    .filter((link) => link.state === 'linked' && !missing.has(keyText(linkKey(link))))
    .map((link) => ({ link, at: mailFile.modifiedAt(link.domino_token) ?? '' }))
    .filter(({ at }) => at >= earliest)
    .sort((a, b) => (a.at < b.at ? 1 : -1));
  for (const { link, at } of witnesses.slice(0, MOST_READ)) {
    const entry = await mailFile.read(linkKey(link), { signal: calls });
    if (entry === null) continue;
    if (mailFile.isOlder(entry, link.domino_token)) return { older: linkKey(link), aliveAt: '' };
    return { older: null, aliveAt: at };
  }
  return { older: null, aliveAt: '' };
}

/** A series is one, however many of its instances are gone. */
function looksLost(keys: readonly EntryKey[], bornOf: (key: EntryKey) => string): boolean {
  const entries = new Map(keys.map((key) => [key.uid, bornOf(key)]));
  const times = [...entries.values()].map((time) => Date.parse(time));
  return entries.size >= LEAST && Math.max(...times) - Math.min(...times) >= APART_SECONDS * 1000;
}
