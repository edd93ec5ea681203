/** What `doctor` says of the CRM's Tasks: before setting `tasks` is switched on, and afterwards. Pure. */
import type { TaskDates } from '../crm/contract.ts';

export interface TaskFinding {
  severity: 'ok' | 'info' | 'warning';
  what: string;
  why: string;
  remedy: string;
}

const WHAT = 'Tasks of the CRM';

export function taskFindings(dates: TaskDates): TaskFinding[] {
  const { taken, tasks, shared, nobody, left_out: leftOut } = dates;
  if (tasks === 0 && leftOut.length === 0 && !taken) return [];
  const apart = shared + nobody;
  return [
    ofDates(dates),
    ...(apart > 0
      ? [
          info(
            `${shared} have several users and ${nobody} none: a To Do belongs to one, so they stay out (task_shared)`,
          ),
        ]
      : []),
    ...(leftOut.length > 0
      ? [info(`left out by setting task_actions: ${leftOut.map((one) => `${one.action || 'no action'} ${one.tasks}`).join(', ')}`)] // prettier-ignore
      : []),
  ];
}

const info = (why: string): TaskFinding => ({ severity: 'info', what: WHAT, why, remedy: '' });

/** Sage's table says that the columns are reversed; what is in the CRM tells whether they are here. */
function ofDates(dates: TaskDates): TaskFinding {
  const { taken, due_first: dueFirst, tasks, datetime_later: reversed, todatetime_later: straight } = dates;
  const switched = taken ? 'setting tasks is sync' : 'setting tasks is off';
  const counted =
    tasks === 0
      ? `there is none with an action of setting task_actions; ${switched}`
      : `of ${tasks}, ${reversed} have the later date in Comm_DateTime, ${straight} in Comm_ToDateTime, the others one date or two equal; ${switched}`;
  const [right, wrong] = dueFirst ? [reversed, straight] : [straight, reversed];
  if (wrong > right)
    return {
      severity: taken ? 'warning' : 'info',
      what: WHAT,
      why: `${counted}, and task_due_column ${column(dueFirst)} does not fit`,
      remedy: `crm-domino-sync settings set task_due_column ${column(!dueFirst)}`,
    };
  if (tasks > 0 && right === 0)
    return {
      severity: taken ? 'warning' : 'info',
      what: WHAT,
      why: `${counted}: nothing tells which column is the due date`,
      remedy: `Look at a Task in the CRM whose start and due date differ; task_due_column is ${column(dueFirst)}.`,
    };
  return { severity: taken ? 'ok' : 'info', what: WHAT, why: counted, remedy: '' };
}

const column = (dueFirst: boolean): string => (dueFirst ? 'comm_datetime' : 'comm_todatetime');
