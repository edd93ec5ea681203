/** Tasks on every engine: what is captured, who holds one, how its columns are read and written, what its switch does. */
import type { CrmAppointment } from '../../src/item/crm-appointment.ts';
import { ALICE, ALL_FIELDS, BOB, enable, inbound, linkOf, makeAppointment, makeLink, openCompany, type Company } from './crm-company.ts'; // prettier-ignore
import { engines } from './engines.ts';
import type { Columns } from './tables.ts';

const TASK = { type: 'Task', action: 'ToDo', organizer: null } satisfies Columns;
/** Of the far future, so that the window has them. */
const DUE = '2036-05-09T17:00:00';
const START = '2036-05-05T09:00:00';

describe.each(engines)('Tasks, on $name', (engine) => {
  let company: Company;
  beforeEach(async () => {
    company = await openCompany(engine);
  });
  afterEach(() => company.close());

  const makeTask = async (columns: Columns = {}, users: readonly number[] = [ALICE]): Promise<number> => {
    const id = await makeAppointment(company, { ...TASK, datetime: DUE, todatetime: START, ...columns });
    for (const user of users) await makeLink(company, id, { comm_userid: user });
    return id;
  };
  const readOne = async (id: number): Promise<CrmAppointment> =>
    (await company.runner.readAppointments([id]))[0]!;
  const sync = () => company.admin.changeSetting('tasks', 'sync');
  const times = async (id: number) =>
    (
      await company.tables.select<{ comm_type: string; comm_datetime: string; comm_todatetime: string }>(
        'communication',
        ['comm_type', 'comm_datetime', 'comm_todatetime'],
        { comm_communicationid: id },
      )
    )[0];

  test('a Task and its links are captured with tasks sync only, an e-mail that is one is folded to nothing', async () => {
    await company.runner.foldChanges(1000);
    await makeTask();
    expect(await company.crm.logRows()).toEqual([]);
    await sync();
    const id = await makeTask();
    const mail = await makeTask({ action: 'EmailOut' });
    const of = (row: { appointment_id: number; operation: string }) => [row.appointment_id, row.operation];
    expect((await company.crm.logRows()).map(of)).toEqual([
      [id, 'I'],
      [id, 'L'],
      [mail, 'I'],
      [mail, 'L'],
    ]);
    await company.runner.foldChanges(1000);
    expect(await company.crm.deliveries()).toMatchObject([{ appointment_id: id, crm_user_id: ALICE }]);
  });

  test('one user holds a Task, whoever is its organiser or has made it; several and none hold none', async () => {
    await enable(company.admin, BOB, 'mail/bob.nsf');
    await sync();
    const cases: [Columns, number[], CrmAppointment['task'], number[]][] = [
      [{}, [ALICE], 'own', [ALICE]],
      [{ organizer: String(BOB), createdby: BOB }, [ALICE], 'own', [ALICE]],
      [{ organizer: 'bob@firm.example' }, [ALICE], 'own', [ALICE]],
      [{ action: 'phoneout' }, [BOB], 'own', [BOB]],
      [{}, [ALICE, BOB], 'shared', []],
      [{ organizer: String(ALICE) }, [], 'shared', []],
      [{ action: 'EmailOut' }, [ALICE], 'other', []],
      [{ action: null }, [ALICE], 'other', []],
      [{ crmonly: 'Y' }, [ALICE], 'own', []],
    ];
    for (const [columns, users, task, holders] of cases) {
      const row = await readOne(await makeTask(columns, users));
      expect({ task: row.task, holders: row.holders }).toEqual({
        task,
        holders: holders.map((crm_user_id) => ({ crm_user_id, role: 'organiser' })),
      });
    }
    const twice = await makeTask({}, [ALICE, ALICE]);
    expect(await readOne(twice)).toMatchObject({ task: 'own', organiser: { user_id: ALICE } });
    expect(await readOne(await makeAppointment(company, { action: 'ToDo' }))).toMatchObject({ task: null });
    await company.admin.changeSetting('task_actions', 'EmailOut , todo');
    expect(await readOne(await makeTask({ action: 'EmailOut' }))).toMatchObject({ task: 'own' });
    expect(await readOne(await makeTask({ action: 'PhoneOut' }))).toMatchObject({ task: 'other' });
    await company.admin.changeSetting('tasks', 'off');
    expect(await readOne(twice)).toMatchObject({ task: 'off', holders: [] });
  });

  test.each([
    ['comm_datetime', DUE, START],
    ['comm_todatetime', START, DUE],
  ])('with %s the due date, a Task is read and written by it', async (setting, datetime, todatetime) => {
    await company.admin.changeSetting('task_due_column', setting);
    await sync();
    await company.runner.leaseMailboxes(10, 600);
    const id = await makeTask({ datetime, todatetime });
    const row = await readOne(id);
    expect(row).toMatchObject({ start_at: START, end_at: DUE });
    expect(await readOne(await makeTask({ datetime: DUE, todatetime: null }))).toMatchObject({
      start_at: DUE,
      end_at: DUE,
    });
    expect(await readOne(await makeTask({ datetime: null, todatetime: START }))).toMatchObject({
      start_at: START,
      end_at: START,
    });

    const fields = { start_at: '2036-06-01T00:00:00', end_at: '2036-06-03T23:59:00', all_day: true };
    const link = linkOf('unid-1', id, { form: 'todo', kind: 'todo' });
    const made = linkOf('unid-2', 0, { form: 'todo', kind: 'todo' });
    expect(
      await company.runner.applyInbound(ALICE, [
        inbound('unid-1', { item_no: 0, appointment_id: id, fingerprint: row.fingerprint, fields, link }),
        inbound('unid-2', {
          item_no: 1,
          fields: { ...ALL_FIELDS, action: 'ToDo', ...fields, type: 'Task' },
          link: made,
        }),
      ]),
    ).toMatchObject([{ outcome: 'updated' }, { outcome: 'created' }]);
    const [first, last] = ['2036-06-01 00:00:00', '2036-06-03 23:59:00'];
    const stored =
      setting === 'comm_datetime'
        ? { comm_datetime: last, comm_todatetime: first }
        : { comm_datetime: first, comm_todatetime: last };
    expect(await times(id)).toMatchObject({ comm_type: 'Task', ...stored });
    const [task] = await company.tables.select<{ comm_communicationid: number; comm_organizer: string }>(
      'communication',
      ['comm_communicationid', 'comm_organizer'],
      { comm_subject: ALL_FIELDS.subject },
    );
    expect(await times(task!.comm_communicationid)).toMatchObject({ comm_type: 'Task', ...stored });
    expect(task!.comm_organizer).toBeNull();
    expect(
      await company.tables.select('comm_link', ['cmli_comm_userid', 'cmli_status'], {
        cmli_comm_communicationid: task!.comm_communicationid,
      }),
    ).toEqual([{ cmli_comm_userid: ALICE, cmli_status: 0 }]);
  });

  test('an update that would turn an appointment into a Task is refused', async () => {
    const id = await makeAppointment(company);
    const { fingerprint } = await readOne(id);
    await expect(
      company.runner.applyInbound(ALICE, [
        inbound('uid', {
          appointment_id: id,
          fingerprint,
          fields: { type: 'Task' },
          link: linkOf('uid', id),
        }),
      ]),
    ).rejects.toThrow('fields.type');
  });

  test('off keeps pairs apart, on has them and every mailbox compared again; who works on a mailbox loses it', async () => {
    await sync();
    await company.runner.leaseMailboxes(10, 600);
    const id = await makeTask();
    const plain = await makeAppointment(company, { organizer: String(ALICE) });
    await company.runner.saveLinks(ALICE, [
      linkOf('unid', id, { form: 'todo', kind: 'todo' }),
      linkOf('uid', plain),
    ]);
    const states = () =>
      company.tables.select('domino_sync.item_link', ['appointment_id', 'state', 'unlinked_reason']);
    await company.admin.changeSetting('tasks', 'off');
    expect(await states()).toEqual([
      { appointment_id: id, state: 'unlinked', unlinked_reason: 'task_off' },
      { appointment_id: plain, state: 'linked', unlinked_reason: null },
    ]);
    await expect(company.runner.saveLinks(ALICE, [linkOf('unid', id)])).rejects.toMatchObject({
      code: 'crm_lease_lost',
    });
    await company.runner.foldChanges(1000);
    await company.tables.remove('domino_sync.delivery');
    await sync();
    expect(await company.crm.deliveries()).toMatchObject([{ appointment_id: id, reason_code: 'first_sync' }]);
    expect(await company.runner.leaseMailboxes(10, 600)).toMatchObject([{ first_sync_done: false }]);
    expect((await company.runner.listUnlinked(ALICE)).find((one) => one.appointment_id === id)).toMatchObject(
      {
        unlinked_reason: 'task_off',
        start_at: START,
        end_at: DUE,
      },
    );
  });

  test('what the Tasks look like is counted, whether they take part or not', async () => {
    await makeTask();
    await makeTask({ datetime: START, todatetime: DUE });
    await makeTask({ todatetime: null }, [ALICE, BOB]);
    await makeTask({}, []);
    await makeTask({ deleted: 1 });
    await makeTask({ action: 'EmailOut' });
    await makeTask({ action: null });
    await makeTask({ action: 'EmailOut' });
    expect(await company.runner.taskDates()).toEqual({
      taken: false,
      due_first: true,
      tasks: 4,
      datetime_later: 2,
      todatetime_later: 1,
      shared: 1,
      nobody: 1,
      left_out: [
        { action: 'EmailOut', tasks: 2 },
        { action: '', tasks: 1 },
      ],
    });
  });
});
