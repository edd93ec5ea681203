/** The procedures of the preview (`docs/contract.md`), typed. Nothing here can write. */
import { adminCalls } from './admin-calls.ts';
import { checked, type Calls } from './calls.ts';
import {
  CrmError,
  type EnableUser,
  type InboundOutcome,
  type LeasedDelivery,
  type MissingOutcome,
  type PreviewDatabase,
  type PreviewMailbox,
  type PreviewPair,
  type ReasonText,
  type SupposedMailbox,
  type WeighedDeletions,
} from './contract.ts';
import { itemLinkSchema } from './link-schema.ts';
import { runnerCalls } from './runner-calls.ts';

const enabling = ({ crm_user_id, mail_file, direction, past_days }: EnableUser) => ({
  p_crm_user_id: crm_user_id,
  p_mail_file: mail_file,
  p_direction: direction,
  p_past_days: past_days,
});

export const previewCalls = (calls: Calls): PreviewDatabase => {
  const { rows, one } = calls;
  const reading = runnerCalls(calls, () => {
    throw new CrmError('crm_refused', 'a preview is no runner', { transient: false });
  });
  const withLink = <Row extends { appointment_id: number; link: unknown }>(found: Row[], what: string) =>
    found.map((row) => ({
      ...row,
      link: checked(
        itemLinkSchema.nullable(),
        row.link,
        `${what}: link of appointment ${row.appointment_id}`,
      ),
    }));
  return {
    readSettings: reading.readSettings,
    listUsers: adminCalls(calls).listUsers,
    readAppointments: reading.readAppointments,
    listUnlinked: reading.listUnlinked,
    listKnown: reading.listKnown,
    readLinks: reading.readLinks,
    previewMailboxes: () => rows<PreviewMailbox>('preview_mailboxes'),
    previewDeletions: (crmUserId, direction, appointmentIds, reason) =>
      one<WeighedDeletions>('preview_deletions', {
        p_crm_user_id: crmUserId,
        p_direction: direction,
        p_ids: JSON.stringify(appointmentIds),
        p_reason: reason,
      }),
    previewReasons: () => rows<ReasonText>('preview_reasons'),
    previewDeliveries: async (crmUserId) =>
      withLink(
        await rows<LeasedDelivery>('preview_deliveries', { p_crm_user_id: crmUserId }),
        'preview_deliveries',
      ),
    previewInbound: (crmUserId, items) =>
      rows<InboundOutcome>('preview_inbound', {
        p_crm_user_id: crmUserId,
        p_items: JSON.stringify(items),
      }),
    previewMissing: (crmUserId, items) =>
      rows<MissingOutcome>('preview_missing', {
        p_crm_user_id: crmUserId,
        p_items: JSON.stringify(items),
      }),
    previewEnable: (user) => one<SupposedMailbox>('preview_enable', enabling(user)),
    previewWindow: async (user) =>
      withLink(await rows<PreviewPair>('preview_window', enabling(user)), 'preview_window'),
    close: () => calls.close(),
  };
};
