import { buildCaptionMap, type CaptionRow } from '../../src/item/caption-map.ts';

const row = (family: string, crm: string, item: string, ways: Partial<CaptionRow> = {}): CaptionRow => ({
  family,
  crm_value: crm,
  item_value: item,
  to_item: true,
  to_crm: true,
  ...ways,
});

test('captions are found whatever their letter case and padding', () => {
  const map = buildCaptionMap([row('status', 'Erledigt', 'completed')]);
  expect(map.statusOf(' ERLEDIGT')).toBe('completed');
  expect(map.statusFor('completed')).toBe('Erledigt');
});

test('the first row that fits the direction wins', () => {
  const map = buildCaptionMap([
    row('priority', 'Hoch', 'high', { to_crm: false }),
    row('priority', 'Dringend', 'high'),
    row('priority', 'Dringend', 'low'),
  ]);
  expect(map.priorityOf('Hoch')).toBe('high');
  expect(map.priorityOf('Dringend')).toBe('high');
  expect(map.priorityFor('high')).toBe('Dringend');
});

test('without rows the captions of a stock CRM hold', () => {
  const map = buildCaptionMap([]);
  expect(map.statusOf('In Progress')).toBe('in_progress');
  expect(map.priorityOf('low')).toBe('low');
  expect(map.kindOf('ToDo')).toBe('todo');
  expect(map.kindOf(map.actionFor('todo'))).toBe('todo');
  expect(map.statusFor('cancelled')).toBe('Cancelled');
});

test('a caption nobody knows reads as the harmless value', () => {
  const map = buildCaptionMap([row('status', 'Odd', 'not a status')]);
  expect([map.statusOf('Odd'), map.statusOf(null), map.priorityOf('?'), map.kindOf('Demo')]).toEqual([
    'pending',
    'pending',
    'normal',
    'appointment',
  ]);
  expect(map.categoriesOf('Demo')).toEqual([]);
});

test('categories never turn a To Do into an appointment or the reverse', () => {
  const map = buildCaptionMap([
    row('kind', 'Task', 'todo'),
    row('category', 'Task', 'Work'),
    row('category', 'Demo', 'Work'),
  ]);
  expect(map.actionForCategories(['work'], 'appointment')).toBe('Demo');
  expect(map.actionForCategories(['work'], 'todo')).toBe('Task');
  expect(map.actionForCategories(['Play'], 'todo')).toBeNull();
});
