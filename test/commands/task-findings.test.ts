import { taskFindings } from '../../src/commands/task-findings.ts';
import type { TaskDates } from '../../src/crm/contract.ts';

const dates = (changes: Partial<TaskDates> = {}): TaskDates => ({
  taken: false,
  due_first: true,
  tasks: 100,
  datetime_later: 60,
  todatetime_later: 0,
  shared: 0,
  nobody: 0,
  left_out: [],
  ...changes,
});

test('a CRM without Tasks hears nothing of them while they are off', () => {
  expect(taskFindings(dates({ tasks: 0, datetime_later: 0 }))).toEqual([]);
  expect(taskFindings(dates({ tasks: 0, datetime_later: 0, taken: true }))).toMatchObject([
    { severity: 'ok', why: expect.stringContaining('there is none') },
  ]);
});

test.each([
  ['Sage’s order, as set', { taken: true }, 'ok', ''],
  ['Sage’s order, Tasks off', {}, 'info', ''],
  [
    'the other order',
    { taken: true, datetime_later: 3, todatetime_later: 90 },
    'warning',
    'crm-domino-sync settings set task_due_column comm_todatetime',
  ],
  [
    'the other order, as set',
    { taken: true, due_first: false, datetime_later: 3, todatetime_later: 90 },
    'ok',
    '',
  ],
  [
    'Sage’s order, the other set',
    { taken: true, due_first: false },
    'warning',
    'crm-domino-sync settings set task_due_column comm_datetime',
  ],
  [
    'the other order, Tasks off',
    { datetime_later: 3, todatetime_later: 90 },
    'info',
    'crm-domino-sync settings set task_due_column comm_todatetime',
  ],
] as const)('%s', (_what, changes, severity, remedy) => {
  expect(taskFindings(dates(changes))).toMatchObject([{ severity, remedy }]);
});

test('equal dates tell nothing, and it is said so', () => {
  expect(taskFindings(dates({ taken: true, datetime_later: 0 }))).toMatchObject([
    { severity: 'warning', why: expect.stringContaining('nothing tells which column') },
  ]);
});

test('what stays out is named: Tasks of several users or of none, and actions that are not meant', () => {
  const found = taskFindings(
    dates({ shared: 2, nobody: 1, left_out: [{ action: 'EmailOut', tasks: 900 }, { action: '', tasks: 4 }] }), // prettier-ignore
  );
  expect(found.slice(1).map(({ why }) => why)).toEqual([
    '2 have several users and 1 none: a To Do belongs to one, so they stay out (task_shared)',
    'left out by setting task_actions: EmailOut 900, no action 4',
  ]);
});
