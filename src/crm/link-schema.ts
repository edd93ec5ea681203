/** Shapes of the JSON that the runner's procedures of both engines hand out. */
import { z } from 'zod';
import { itemKindSchema, syncItemSchema } from '../item/sync-item.ts';
import type { ItemLink } from './contract.ts';

export const itemLinkSchema: z.ZodType<ItemLink> = z.object({
  appointment_id: z.number().int(),
  crm_user_id: z.number().int(),
  role: z.enum(['organiser', 'copy']),
  kind: itemKindSchema,
  state: z.enum(['creating', 'linked', 'unlinked']),
  form: z.enum(['event', 'todo']),
  domino_uid: z.string(),
  domino_recurrence_id: z.string(),
  domino_unid: z.string().nullable(),
  incarnation: z.number().int(),
  base_item: z.object({ crm: syncItemSchema, domino: syncItemSchema }).nullable(),
  base_hash: z.string().nullable(),
  domino_start: z.string().nullable(),
  domino_token: z.string().nullable(),
  domino_digest: z.string().nullable(),
  unlinked_reason: z.string().nullable(),
  created_at: z.string(),
});

export const settingsSchema = z.object({
  values: z.record(z.string(), z.string().nullable()),
  captions: z.array(
    z.object({
      family: z.string(),
      crm_value: z.string(),
      item_value: z.string(),
      to_item: z.boolean(),
      to_crm: z.boolean(),
    }),
  ),
  database_identity: z.string(),
  clock: z.string(),
});
