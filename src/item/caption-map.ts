/**
 * The captions of the CRM (action, status, priority) and what they mean. Customers rename captions, so the pairs are
 * rows of `domino_sync.caption_map`; the first row that fits wins, whatever the letter case.
 */
import {
  itemKindSchema,
  prioritySchema,
  remindsNobody,
  statusSchema,
  type ItemKind,
  type SyncItem,
} from './sync-item.ts';

export interface CaptionRow {
  /** kind, category: of Comm_Action. status, busy: of Comm_Status. priority: of Comm_Priority. */
  family: string;
  crm_value: string;
  item_value: string;
  to_item: boolean;
  to_crm: boolean;
}

export interface CaptionMap {
  /** Comm_Action → kind; an action without a row is an appointment. */
  kindOf(action: string | null): ItemKind;
  /** Comm_Action → categories of the entry in Notes; none without a row. */
  categoriesOf(action: string | null): string[];
  /** Comm_Status → status; `pending` without a row, as the CRM itself shows a status it does not know. */
  statusOf(status: string | null): SyncItem['status'];
  /** Comm_Status → whether the time is taken; without a row it is free once finished or cancelled. */
  busyOf(status: string | null): boolean;
  /** Comm_Priority → priority; `normal` without a row. */
  priorityOf(priority: string | null): SyncItem['priority'];
  /** Action for a new appointment of this kind. */
  actionFor(kind: ItemKind): string;
  /**
   * Action for these categories, or null when no row names one: then the CRM keeps its own. Never one that would turn
   * a To Do into an appointment or the reverse.
   */
  actionForCategories(categories: readonly string[], kind: ItemKind | null): string | null;
  statusFor(status: SyncItem['status']): string;
  /** Comm_Status for what a Notes user chose; null when no row names one: then his choice stays in Notes. */
  statusForBusy(busy: boolean): string | null;
  priorityFor(priority: SyncItem['priority']): string;
}

/** Sage CRM's own captions, used where no row says otherwise. */
const STATUS: Record<SyncItem['status'], string> = {
  pending: 'Pending',
  in_progress: 'In Progress',
  completed: 'Complete',
  cancelled: 'Cancelled',
};
const PRIORITY: Record<SyncItem['priority'], string> = { high: 'High', normal: 'Normal', low: 'Low' };
const ACTION: Record<ItemKind, string> = { meeting: 'Meeting', appointment: 'Meeting', todo: 'To Do' };

const same = (text: string): string => text.trim().toLowerCase();

export function buildCaptionMap(rows: readonly CaptionRow[]): CaptionMap {
  const toItem = new Map<string, string[]>();
  const toCrm = new Map<string, string[]>();
  const add = (map: Map<string, string[]>, key: string, value: string) => {
    const values = map.get(key);
    if (values) values.push(value);
    else map.set(key, [value]);
  };
  for (const row of rows) {
    if (row.to_item) add(toItem, `${row.family}:${same(row.crm_value)}`, row.item_value.trim());
    if (row.to_crm) add(toCrm, `${row.family}:${same(row.item_value)}`, row.crm_value.trim());
  }
  const read = (family: string, caption: string | null): string | undefined =>
    caption === null ? undefined : toItem.get(`${family}:${same(caption)}`)?.[0];
  const write = (family: string, value: string): string | undefined =>
    toCrm.get(`${family}:${same(value)}`)?.[0];

  // A stock caption still reads as itself when its row is missing; a row that names it for something else wins.
  const stock = (captions: Record<string, string>, caption: string | null): string | undefined =>
    caption === null
      ? undefined
      : Object.keys(captions).find((value) => same(captions[value]!) === same(caption));

  const kindOf = (action: string | null): ItemKind =>
    itemKindSchema.safeParse(read('kind', action)).data ??
    (action !== null && ['todo', 'to do'].includes(same(action)) ? 'todo' : 'appointment');

  const statusOf = (status: string | null): SyncItem['status'] =>
    statusSchema.safeParse(read('status', status)).data ??
    statusSchema.safeParse(stock(STATUS, status)).data ??
    'pending';

  return {
    kindOf,
    categoriesOf: (action) => {
      const category = read('category', action);
      return category === undefined ? [] : [category];
    },
    statusOf,
    busyOf: (status) => {
      const row = same(read('busy', status) ?? '');
      return row === 'busy' || row === 'free' ? row === 'busy' : !remindsNobody(statusOf(status));
    },
    priorityOf: (priority) =>
      prioritySchema.safeParse(read('priority', priority)).data ??
      prioritySchema.safeParse(stock(PRIORITY, priority)).data ??
      'normal',
    actionFor: (kind) => write('kind', kind) ?? ACTION[kind],
    actionForCategories: (categories, kind) => {
      const fits = (action: string) => kind === null || (kindOf(action) === 'todo') === (kind === 'todo');
      for (const category of categories) {
        const action = toCrm.get(`category:${same(category)}`)?.find(fits);
        if (action !== undefined) return action;
      }
      return null;
    },
    statusFor: (status) => write('status', status) ?? STATUS[status],
    statusForBusy: (busy) => write('busy', busy ? 'busy' : 'free') ?? null,
    priorityFor: (priority) => write('priority', priority) ?? PRIORITY[priority],
  };
}
