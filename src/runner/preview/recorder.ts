/** Turns the calls by which the runner records what it did into the items of a preview. */
import type {
  ConflictWrite,
  InboundItem,
  MissingItem,
  OutboundFailure,
  OutboundResult,
  ParkedItem,
  ReasonText,
} from '../../crm/contract.ts';
import type { SyncItem } from '../../item/sync-item.ts';
import { linkIn, type PreviewState } from './state.ts';
import type { PreviewItem } from './item.ts';

export interface Recorder {
  items: PreviewItem[];
  unchanged: number;
  /** From here on: not the next cycle but the one after it. */
  follows: boolean;
  outbound(result: OutboundResult): void;
  failed(failure: OutboundFailure): void;
  inbound(item: InboundItem, appointmentId: number): void;
  missing(crmUserId: number, item: MissingItem, outcome: 'deleted' | 'unlinked'): void;
  parked(item: ParkedItem, appointmentId: number | null): void;
}

type About = Pick<PreviewItem, 'subject' | 'start' | 'private'>;

const WORDS: ReadonlySet<string> = new Set(['subject', 'body', 'location', 'categories', 'attendees']);
const PRIVATE = '(private)';

export function createRecorder(state: PreviewState, reasons: readonly ReasonText[]): Recorder {
  const errors = new Set(reasons.filter(({ severity }) => severity === 'error').map(({ code }) => code));

  const about = (crmUserId: number, appointmentId: number, item?: SyncItem): About => {
    const row = state.seenRows.get(appointmentId);
    const base = linkIn(state, crmUserId, appointmentId)?.base_item ?? null;
    const shown = item ?? base?.crm;
    const secret = row?.private === true || shown?.private === true || base?.domino.private === true || false;
    const subject = item?.subject ?? row?.subject ?? base?.crm.subject ?? null;
    return {
      subject: secret && subject !== null ? PRIVATE : subject,
      start: shown?.when.start ?? row?.start_at ?? null,
      private: secret,
    };
  };

  const recorder: Recorder = {
    items: [],
    unchanged: 0,
    follows: false,

    outbound(result) {
      if (result.action === 'unchanged' && result.conflicts.length === 0) {
        recorder.unchanged += 1;
        return;
      }
      const what = about(result.crm_user_id, result.appointment_id);
      recorder.items.push({
        direction: 'to_domino',
        action: result.action,
        appointment_id: result.appointment_id,
        domino_uid: result.link?.domino_uid ?? null,
        ...what,
        reason_code: result.reason_code,
        detail: result.detail,
        changes: result.changes ?? [],
        conflicts: masked(result.conflicts, what.private),
        follows: recorder.follows,
      });
    },

    failed(failure) {
      recorder.items.push({
        direction: 'to_domino',
        action: failure.retry_after_seconds === null ? 'parked' : 'retried',
        appointment_id: failure.appointment_id,
        domino_uid: linkIn(state, failure.crm_user_id, failure.appointment_id)?.domino_uid ?? null,
        ...about(failure.crm_user_id, failure.appointment_id),
        reason_code: failure.reason_code,
        detail: failure.error,
        changes: [],
        conflicts: [],
        follows: recorder.follows,
      });
    },

    inbound(item, appointmentId) {
      if (item.action === 'unchanged' && item.conflicts.length === 0) {
        recorder.unchanged += 1;
        return;
      }
      const what = about(item.link.crm_user_id, appointmentId, item.link.base_item?.crm);
      recorder.items.push({
        direction: 'to_crm',
        action: item.action,
        appointment_id: appointmentId > 0 ? appointmentId : null,
        domino_uid: item.link.domino_uid,
        ...what,
        reason_code: item.reason_code,
        detail: item.detail,
        changes: item.changes ?? [],
        conflicts: masked(item.conflicts, what.private),
        follows: recorder.follows,
      });
    },

    missing(crmUserId, item, outcome) {
      recorder.items.push({
        direction: 'to_crm',
        action: outcome,
        appointment_id: item.appointment_id,
        domino_uid: linkIn(state, crmUserId, item.appointment_id)?.domino_uid ?? null,
        ...about(crmUserId, item.appointment_id),
        reason_code: item.reason_code,
        detail: item.detail,
        changes: [],
        conflicts: [],
        follows: recorder.follows,
      });
    },

    parked(item, appointmentId) {
      recorder.items.push({
        direction: 'to_crm',
        action: errors.has(item.reason_code) ? 'parked' : 'skipped',
        appointment_id: appointmentId,
        domino_uid: item.domino_uid,
        subject: item.subject ?? PRIVATE,
        start: item.domino_start,
        private: item.subject === null,
        reason_code: item.reason_code,
        detail: item.detail,
        changes: [],
        conflicts: [],
        follows: recorder.follows,
      });
    },
  };
  return recorder;
}

/** Values of people and words of a private item are told to nobody. */
const masked = (conflicts: readonly ConflictWrite[], secret: boolean): ConflictWrite[] =>
  conflicts.map((conflict) =>
    !secret || !(WORDS.has(conflict.field) || conflict.field === 'existence')
      ? conflict
      : {
          ...conflict,
          base_value: hidden(conflict.base_value),
          crm_value: hidden(conflict.crm_value),
          domino_value: hidden(conflict.domino_value),
        },
  );

const hidden = (value: unknown): unknown =>
  value === null || value === undefined || value === 'deleted' || value === 'edited' ? value : PRIVATE;
