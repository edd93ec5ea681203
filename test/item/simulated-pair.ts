/**
 * One pair, synchronised as the runner does it, with its own decisions (`mergePair`, `inboundUpdate`, `patchFromItem`) and
 * neither database nor server: fast enough for thousands of histories.
 */
import type { BaseItem, ItemLink, LinkWrite } from '../../src/crm/contract.ts';
import type { CrmAppointment } from '../../src/item/crm-appointment.ts';
import { itemFromCrm, rowAfter } from '../../src/item/crm-mapping.ts';
import type { DominoEntry } from '../../src/item/domino-entry.ts';
import { draftFromItem, itemFromDomino, patchFromItem } from '../../src/item/domino-mapping.ts';
import { mergeItems, type MergeConflict } from '../../src/item/merge.ts';
import { oneRule, type MergePolicy } from '../../src/item/merge-rules.ts';
import type { ExternalAttendees } from '../../src/item/people.ts';
import { isWithheld, SHARED_FIELDS, veiledBase, type PrivateMode } from '../../src/item/privacy.ts';
import type { RegardingMode } from '../../src/item/regarding-block.ts';
import type { SyncItem } from '../../src/item/sync-item.ts';
import { syncUid } from '../../src/item/sync-uid.ts';
import { crmContext, dominoContext, maskOf, type MailboxContext } from '../../src/runner/context.ts';
import { agreed, newLink, observed, withBase } from '../../src/runner/link.ts';
import { inboundUpdate, mergePair, type Pair } from '../../src/runner/pair.ts';
import { crmChangeOf, dominoChangeOf } from '../../src/runner/pair-facts.ts';
import { captions, OWNER } from './arbitraries.ts';
import { entryFrom, patched } from './simulated-entry.ts';

const NOW = '2026-05-04T12:00:00Z';
const INSTANCE = '0badc0de';

export interface PairSettings {
  external_attendees: ExternalAttendees;
  regarding: RegardingMode;
  private_appointments: PrivateMode;
  policy: MergePolicy;
}

/** What a look wrote. */
export interface Written {
  /** The text of the entry, where that was written. */
  entryBodies: string[];
  toCrm: string[];
  conflicts: MergeConflict[];
}

export interface SimulatedPair {
  row: CrmAppointment;
  entry: DominoEntry;
  settings: PairSettings;
  /** CRM → Domino, then Domino → CRM, as a cycle does it. */
  look(): Written;
}

/** `madeOn` decides whose words give way to the mask; the pair is made in the CRM's state either way. */
export function simulatedPair(
  row: CrmAppointment,
  settings: PairSettings,
  madeOn: 'crm' | 'domino',
): SimulatedPair {
  const context = (): MailboxContext =>
    ({
      mailbox: { crm_user_id: OWNER.crm_user_id, email: OWNER.email, direction: 'both' },
      mailFile: { isOlder: () => false },
      now: () => new Date(NOW),
      settings: {
        ...pair.settings,
        instance_id: INSTANCE,
        crm_time_zone: 'Europe/Berlin',
        private_subject: 'Private',
        opt_out_category: '',
        captions,
        mergeRules: oneRule(pair.settings.policy, pair.settings.policy),
      },
    }) as unknown as MailboxContext;
  const readRow = (): SyncItem => itemOf(itemFromCrm(pair.row, crmContext(context(), 'organiser')));
  const readEntry = (): SyncItem => itemOf(itemFromDomino(pair.entry, dominoContext(context())));

  const pair: SimulatedPair = { row, entry: {} as DominoEntry, settings, look };
  const first = readRow();
  pair.entry = entryFrom(draftFromItem(first, dominoContext(context())));
  const uid =
    madeOn === 'crm'
      ? syncUid({ instanceId: INSTANCE, appointmentId: 1, crmUserId: OWNER.crm_user_id, incarnation: 1 })
      : 'NOTES-1';
  pair.entry = { ...pair.entry, key: { ...pair.entry.key, uid } };
  const intent = newLink({
    appointmentId: 1,
    crmUserId: OWNER.crm_user_id,
    role: 'organiser',
    item: first,
    uid,
    incarnation: 1,
    context: dominoContext(context()),
  });
  let link: LinkWrite = linked(intent, { crm: first, domino: observed(context(), pair.entry, first) });
  return pair;

  function linked(of: LinkWrite, base: BaseItem): LinkWrite {
    return withBase(of, 'organiser', base.crm.kind, pair.entry, agreed(context(), of, base));
  }

  function look(): Written {
    const written: Written = { entryBodies: [], toCrm: [], conflicts: [] };
    const { private_appointments: mode } = pair.settings;
    if (mode === 'skipped' && (pair.row.private || pair.entry.private)) return written;
    const appointment = (): CrmAppointment => pair.row;
    if (crmChangeOf(context(), link as ItemLink, appointment()) === 'edited') outbound(written);
    if (dominoChangeOf(context(), link as ItemLink, pair.entry) === 'edited' || entryWasTouched()) {
      inbound(written);
      // What Domino was not told yet is a delivery of its own.
      if (crmChangeOf(context(), link as ItemLink, appointment()) === 'edited') outbound(written);
    }
    return written;
  }

  function entryWasTouched(): boolean {
    return link.domino_token !== pair.entry.token;
  }

  /** As `updateEntry`: from what is known of Domino, or both sides compared when that is not sure. */
  function outbound(written: Written): void {
    const crm = readRow();
    const base = link.base_item!;
    const mask = maskOf(context());
    const withheld = isWithheld(mask, crm);
    if ((base.crm.private || base.domino.private) !== withheld || entryWasTouched()) return inbound(written);
    const merge = mergeItems({
      base,
      crm,
      domino: base.domino,
      rules: context().settings.mergeRules,
      crmChangedAt: null,
      dominoChangedAt: null,
      ...(withheld ? { fields: SHARED_FIELDS } : {}),
    });
    write(written, merge.domino!, merge.toDomino, crm, base.domino);
    link = linked(link, { crm, domino: observed(context(), pair.entry, crm) });
  }

  /** As `settle` and the pull: the CRM is told first, and Domino gets what is left. */
  function inbound(written: Written): void {
    const crm = readRow();
    const domino = readEntry();
    const both: Pair = { link, role: 'organiser', appointment: pair.row, crm, entry: pair.entry, domino };
    const merge = mergePair(context(), both);
    written.conflicts.push(...merge.conflicts);
    if (merge.toCrm.length > 0) {
      const item = inboundUpdate(context(), 0, both, merge, 'domino_changed');
      const people = { add: item.attendees_add, remove: item.attendees_remove };
      pair.row = rowAfter(pair.row, item.fields, people, crmContext(context(), 'organiser'));
      written.toCrm.push(...merge.toCrm);
      link = { ...item.link, appointment_id: link.appointment_id };
      return;
    }
    write(written, merge.domino, merge.toDomino, crm, domino);
    const seen = agreed(context(), link, { crm, domino: readEntry() });
    const mask = maskOf(context());
    const base = merge.veiled === 'domino' && mask !== null ? veiledBase(seen, mask) : seen;
    link = withBase(link, 'organiser', crm.kind, pair.entry, base);
  }

  function write(
    written: Written,
    item: SyncItem,
    fields: Parameters<typeof patchFromItem>[1],
    crm: SyncItem,
    domino: SyncItem,
  ): void {
    const crmBefore = link.base_item!.crm;
    const patch = patchFromItem(item, fields, { ...dominoContext(context()), crm, crmBefore, domino });
    if (Object.keys(patch).length === 0) return;
    if (patch.body !== undefined) written.entryBodies.push(patch.body);
    const token = `${pair.entry.token}+`;
    pair.entry = { ...patched(pair.entry, patch), key: pair.entry.key, token };
  }
}

function itemOf(result: { item: SyncItem } | { refused: string; detail: string }): SyncItem {
  if ('refused' in result) throw new Error(`${result.refused}: ${result.detail}`);
  return result.item;
}
