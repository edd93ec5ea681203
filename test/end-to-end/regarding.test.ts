/** What a CRM appointment is regarding is a block in the text of its entry: it follows the CRM, never grows, never comes back. */
import { REGARDING_BLOCK } from '../../src/item/regarding-block.ts';
import type { SampleUser } from '../../src/sandbox/crm/sample-data.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
let anna: SampleUser;
const [ACME, GLOBEX] = [7001, 7002];

async function open(settings?: Record<string, string>): Promise<void> {
  two = await openTwoSides({ users: 1, ...(settings ? { settings } : {}) });
  anna = two.world.users[0]!;
  await query(
    `insert into company (comp_companyid, comp_name) values (${ACME}, 'Acme'), (${GLOBEX}, 'Globex')`,
  );
  await query("insert into opportunity (oppo_opportunityid, oppo_description) values (7, 'Big deal')");
  await query("insert into cases (case_caseid, case_description) values (9, 'Broken printer')");
}
beforeEach(() => open());
afterEach(() => two.close());

const query = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
  (await two.sides.vendor.query<Record<string, unknown>>(sql, values)).rows;
const regard = (id: number, columns: string): Promise<unknown> =>
  query(`update communication set ${columns} where comm_communicationid = $1`, [id]);
const regardCompany = (id: number, company: number | null): Promise<unknown> =>
  query('update comm_link set cmli_comm_companyid = $2 where cmli_comm_communicationid = $1', [id, company]);

const block = (...texts: string[]): string =>
  [REGARDING_BLOCK.begin, ...texts.map((text) => `- ${text}`), REGARDING_BLOCK.end].join('\n');
const notes = () => two.world.notes(anna);
const entry = () => notes().calendar()[0]!;
const body = () => entry().body?.replaceAll('\r\n', '\n');
const noteOf = async (id: number) =>
  (await query('select comm_note as note from communication where comm_communicationid = $1', [id]))[0]![
    'note'
  ];

async function made(action = 'Meeting'): Promise<number> {
  const [start, end] = [two.world.at(3, 9).wall, two.world.at(3, 10).wall];
  const id = await two.world.crm.createAppointment(anna.userId, {
    subject: 'Visit',
    start,
    end,
    action,
    note: 'Agenda',
  });
  await regardCompany(id, ACME);
  await regard(id, 'comm_opportunityid = 7, comm_caseid = 9');
  await two.world.settle();
  return id;
}
const ALL = block('Company: Acme', 'Opportunity: Big deal', 'Case: Broken printer');

describe('an appointment of the CRM', () => {
  test('names what it is regarding below its text, in a meeting and in a To Do', async () => {
    await made();
    expect(body()).toBe(`Agenda\n\n${ALL}`);
    await made('To Do');
    expect(notes().todos()[0]!.body).toContain('- Opportunity: Big deal');
    const [todo] = await query("select base_item from domino_sync.item_link where form = 'todo'");
    expect(todo!['base_item']).toMatchObject({
      domino: {
        body: 'Agenda',
        regarding: ['Company: Acme', 'Opportunity: Big deal', 'Case: Broken printer'],
      },
    });
  });

  test('that is regarding something else, or nothing any more, says so in Notes; each change is one write', async () => {
    const id = await made();
    two.sides.standIn.requests.reset();
    await regardCompany(id, GLOBEX);
    await regard(id, 'comm_opportunityid = null, comm_caseid = null');
    await two.world.settle();
    expect(body()).toBe(`Agenda\n\n${block('Company: Globex')}`);
    expect(two.sides.standIn.requests.count().write).toBe(1);
    const { activity } = await two.sides.crm.explain(id);
    expect(activity[0]).toMatchObject({ direction: 'to_domino', reason_code: 'crm_changed' });
    expect(activity[0]!.changes).toEqual([
      {
        field: 'regarding',
        before: ['Company: Acme', 'Opportunity: Big deal', 'Case: Broken printer'],
        after: ['Company: Globex'],
      },
    ]);

    await regardCompany(id, null);
    await two.world.settle();
    expect(body()).toBe('Agenda');
    expect(await noteOf(id)).toBe('Agenda');
  });

  test('keeps its links and its text whatever a Notes user does to the block', async () => {
    const id = await made();
    const columns = () =>
      query('select comm_opportunityid, comm_caseid from communication where comm_communicationid = $1', [
        id,
      ]);
    const before = await columns();
    const [begin, ...rest] = ALL.split('\n');
    const edits: [string, string][] = [
      [`Agenda\nmore\n\n${ALL}`, 'Agenda\nmore'],
      [`Agenda\n\n${ALL}\n\nPS\n\n${ALL}`, 'Agenda\n\nPS'],
      [`Agenda\n\n${begin}\nask first\n${rest.join('\n')}`, 'Agenda\nask first'],
      ['Agenda without it', 'Agenda without it'],
      [rest.join('\n'), ''],
    ];
    for (const [text, note] of edits) {
      notes().edit({
        uid: entry().uid,
        body: text,
        location: `Room ${edits.findIndex(([one]) => one === text)}`,
      });
      await two.world.settle();
      expect(await noteOf(id)).toBe(note);
      expect(await columns()).toEqual(before);
      await two.world.crm.editAppointment(anna.userId, id, { note: 'Agenda' });
      await two.world.settle();
      expect(body()).toBe(`Agenda\n\n${ALL}`);
    }
  });

  test('a renamed company is shown by the next write, or by a reconcile', async () => {
    const id = await made();
    await query(`update company set comp_name = 'Acme Global' where comp_companyid = ${ACME}`);
    await two.world.settle();
    expect(body()).toContain('- Company: Acme\n');
    await two.sides.crm.requestReconcile(anna.userId, 'test');
    await two.world.settle();
    expect(body()).toContain('- Company: Acme Global\n');
    expect(await noteOf(id)).toBe('Agenda');
  });
});

describe('an entry of a Notes user', () => {
  test('gets the block once a CRM user says what it is regarding; formatted text gets none', async () => {
    const at = two.world.at(3, 9);
    notes().createAppointment({ subject: 'Plain', start: at.utc, end: at.utc, body: 'Mine' });
    const richBody = { html: '<p><b>Mine</b></p>', attachments: [] };
    notes().createAppointment({ subject: 'Formatted', start: at.utc, end: at.utc, richBody });
    await two.world.settle();
    for (const subject of ['Plain', 'Formatted'])
      await regardCompany((await two.world.bySubject(subject))[0]!.id, ACME);
    await two.world.settle();
    const bySubject = (subject: string) => two.world.calendarEntries(anna, subject)[0]!;
    expect(bySubject('Plain').body?.replaceAll('\r\n', '\n')).toBe(`Mine\n\n${block('Company: Acme')}`);
    expect(bySubject('Formatted')).toMatchObject({ body: null, richBody });
    expect(await noteOf((await two.world.bySubject('Plain'))[0]!.id)).toBe('Mine');
  });
});

describe('setting regarding', () => {
  test('switched on writes to no entry by itself, not even when all are compared; each follows with its next write', async () => {
    await two.close();
    await open({ regarding: 'omit' });
    const id = await made();
    expect(body()).toBe('Agenda');
    await two.sides.crm.changeSetting('regarding', 'list');
    two.sides.standIn.requests.reset();
    await two.sides.crm.requestReconcile(anna.userId, 'test');
    await two.world.settle();
    expect(two.sides.standIn.requests.count().write).toBe(0);

    await two.world.crm.editAppointment(anna.userId, id, { location: 'Room 1' });
    await two.world.settle();
    expect(body()).toBe(`Agenda\n\n${ALL}`);

    await two.sides.crm.changeSetting('regarding', 'omit');
    await two.world.crm.editAppointment(anna.userId, id, { location: 'Room 2' });
    await two.world.settle();
    expect(body()).toBe('Agenda');
    expect(await noteOf(id)).toBe('Agenda');
  });

  test('of links that an earlier version stored is no change of theirs', async () => {
    const id = await made();
    await query(
      `update domino_sync.item_link set base_item =
         base_item::jsonb #- '{crm,regarding}' #- '{crm,busy}' #- '{domino,regarding}' #- '{domino,busy}'`,
    );
    two.sides.standIn.requests.reset();
    await two.sides.crm.requestReconcile(anna.userId, 'test');
    await two.world.settle();
    expect(two.sides.standIn.requests.count().write).toBe(0);
    await regardCompany(id, GLOBEX);
    await two.world.crm.editAppointment(anna.userId, id, { location: 'Room 1' });
    await two.world.settle();
    expect(body()).toContain('- Company: Globex');
  });
});

test('a CRM without opportunities, cases and companies shows their numbers, and nothing fails', async () => {
  await query('drop table opportunity');
  await query('drop table cases');
  await query('alter table company drop column comp_name');
  await made();
  expect(body()).toBe(
    `Agenda\n\n${block(`Company: number ${ACME}`, 'Opportunity: number 7', 'Case: number 9')}`,
  );
});
