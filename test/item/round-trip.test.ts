/** CRM → item → Domino → item → CRM, over everything a row may hold. */
import fc from 'fast-check';
import type { CrmAppointment } from '../../src/item/crm-appointment.ts';
import { crmFieldsFrom, crmItemAfter, itemFromCrm, type CrmContext } from '../../src/item/crm-mapping.ts';
import {
  dominoItemAfter,
  draftFromItem,
  itemFromDomino,
  patchFromItem,
} from '../../src/item/domino-mapping.ts';
import { differingFields } from '../../src/item/item-equality.ts';
import { mergeItems, type MergeInput, type MergeResult } from '../../src/item/merge.ts';
import { oneRule, type MergePolicy } from '../../src/item/merge-rules.ts';
import { attendeeChanges, isInvited } from '../../src/item/people.ts';
import { MERGED_FIELDS, syncItemSchema, type SyncItem } from '../../src/item/sync-item.ts';
import { appointment, crmContext, OWNER } from './arbitraries.ts';
import { entryFrom, patched } from './simulated-entry.ts';

const NOW = '2026-05-04T12:00:00Z';
const dominoContext = ({ externalAttendees }: CrmContext) => ({ owner: OWNER, externalAttendees, now: NOW });

function itemOf(result: { item: SyncItem } | { refused: string; detail: string }): SyncItem {
  if ('refused' in result) throw new Error(`${result.refused}: ${result.detail}`);
  return syncItemSchema.parse(result.item);
}
const inDomino = (item: SyncItem, context: CrmContext) =>
  itemOf(itemFromDomino(entryFrom(draftFromItem(item, dominoContext(context))), dominoContext(context)));

const merge = (base: MergeInput['base'], crm: SyncItem, domino: SyncItem, policy: MergePolicy = 'domino') =>
  mergeItems({
    base,
    crm,
    domino,
    rules: oneRule(policy, policy),
    crmChangedAt: NOW,
    dominoChangedAt: NOW,
  }) as MergeResult & {
    crm: SyncItem;
    domino: SyncItem;
  };
const write = (row: CrmAppointment | null, before: SyncItem | null, after: SyncItem, context: CrmContext) => {
  const { fields } = crmFieldsFrom(after, MERGED_FIELDS, { ...context, current: row });
  return itemOf(crmItemAfter(row, fields, attendeeChanges(before, after), context));
};
const quiet = { toCrm: [], toDomino: [], conflicts: [] };

test('Domino gives back everything it can hold', () => {
  fc.assert(
    fc.property(appointment, crmContext, (row, context) => {
      const crm = itemOf(itemFromCrm(row, context));
      const domino = inDomino(crm, context);
      const lost = new Set<string>();
      // An event shows no status, a To Do only whether it is completed.
      if (crm.status !== 'pending') lost.add('status');
      // Who is only listed, or belongs to a To Do, is no attendee.
      if (crm.kind === 'todo' || crm.attendees.some((who) => !isInvited(who, context.externalAttendees)))
        lost.add('attendees');
      expect(differingFields(crm, domino).filter((field) => !lost.has(field))).toEqual([]);
      expect(domino.kind).toBe(crm.kind);
      if (crm.kind === 'todo') expect(domino.status === 'completed').toBe(crm.status === 'completed');
    }),
    { numRuns: 300 },
  );
});

test('what either side cannot hold is never taken for an edit', () => {
  fc.assert(
    fc.property(appointment, crmContext, (row, context) => {
      const crm = itemOf(itemFromCrm(row, context));
      const domino = inDomino(crm, context);
      expect(merge({ crm, domino }, crm, domino)).toMatchObject(quiet);
      // The base that is recorded before the create holds as well, should its answer be lost.
      expect(merge({ crm, domino: dominoItemAfter(crm, dominoContext(context)) }, crm, domino)).toMatchObject(
        quiet,
      );
      // So does a body that the server does not reveal.
      expect(merge({ crm, domino }, crm, { ...domino, body: null })).toMatchObject(quiet);
    }),
    { numRuns: 300 },
  );
});

test('a row written back with its own values reads the same, but for texts that are too long', () => {
  fc.assert(
    fc.property(appointment, crmContext, (row, context) => {
      const crm = itemOf(itemFromCrm(row, context));
      const cut = ['subject', 'location'] as const;
      const long = cut.filter((field) => crm[field].length > 255);
      expect(differingFields(write(row, crm, crm, context), crm)).toEqual(long);
    }),
    { numRuns: 300 },
  );
});

test('an entry made in Notes reads in the CRM as the base says, and stays as it is', () => {
  fc.assert(
    fc.property(appointment, crmContext, (row, context) => {
      // Any row serves as the source of an entry.
      const domino = inDomino(itemOf(itemFromCrm(row, context)), context);
      const crm = write(null, null, domino, { ...context, role: 'organiser' });
      expect(merge({ crm, domino }, crm, domino)).toMatchObject(quiet);
      const lost = differingFields(crm, domino);
      const may = ['subject', 'location', 'regarding', 'when', 'status', 'categories', 'reminderMinutes'];
      expect(lost.filter((field) => !may.includes(field))).toEqual([]);
      if (lost.includes('when')) {
        // Only the repeated hour is ambiguous, and at most by the length of a change of offset.
        expect(domino.when.allDay).toBe(false);
        expect(Math.abs(Date.parse(crm.when.start) - Date.parse(domino.when.start))).toBeLessThanOrEqual(
          3 * 3_600_000,
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('an edit in the CRM reaches Domino, and then both are quiet', () => {
  fc.assert(
    fc.property(appointment, appointment, crmContext, (before, edited, context) => {
      // Another kind would be another entry.
      const action = { action: before.action, type: before.type, task: before.task };
      const was = itemOf(itemFromCrm(before, context));
      const crm = itemOf(itemFromCrm({ ...edited, ...action }, context));
      const entry = entryFrom(draftFromItem(was, dominoContext(context)));
      const domino = itemOf(itemFromDomino(entry, dominoContext(context)));

      const merged = merge({ crm: was, domino }, crm, domino);
      expect(merged.toCrm).toEqual([]);
      const patch = patchFromItem(merged.domino, merged.toDomino, {
        ...dominoContext(context),
        crm,
        crmBefore: was,
        domino,
      });
      const after = itemOf(itemFromDomino(patched(entry, patch), dominoContext(context)));
      // A patch leads to what making the entry afresh would have led to.
      expect(differingFields(after, inDomino(crm, context))).toEqual([]);
      // The name of a listed person alone is no reason to write.
      const addresses = (body: string | null) => body?.replace(/^- .*</gm, '- <');
      const afresh = entryFrom(draftFromItem(crm, dominoContext(context)));
      expect(addresses(patched(entry, patch).body)).toBe(addresses(afresh.body));
      expect(merge({ crm, domino: after }, crm, after)).toMatchObject(quiet);
    }),
    { numRuns: 300 },
  );
});

test('an edit in Notes reaches the CRM, and then both are quiet', () => {
  fc.assert(
    fc.property(appointment, appointment, crmContext, (before, edited, generated) => {
      const context = { ...generated, role: 'organiser' as const };
      const was = itemOf(itemFromCrm(before, context));
      const domino = inDomino(was, context);
      const source = inDomino(itemOf(itemFromCrm({ ...edited, action: before.action }, context)), context);
      const merged = merge({ crm: was, domino }, was, source);
      expect(merged.toDomino).toEqual([]);

      const { fields } = crmFieldsFrom(merged.crm, merged.toCrm, { ...context, current: before });
      const crm = itemOf(crmItemAfter(before, fields, attendeeChanges(was, merged.crm), context));
      expect(merge({ crm, domino: source }, crm, source)).toMatchObject(quiet);
      for (const field of ['body', 'private', 'priority'] as const) {
        if (merged.toCrm.includes(field)) expect(differingFields(crm, source)).not.toContain(field);
      }
      // Whom Notes cannot know, it cannot take away.
      const outsiders = was.attendees.filter((who) => !isInvited(who, context.externalAttendees));
      const remaining = new Set(crm.attendees.map(({ email }) => email));
      expect(outsiders.filter(({ email }) => !remaining.has(email))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
