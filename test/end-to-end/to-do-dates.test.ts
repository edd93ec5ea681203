/** The days of a To Do on both sides of the date line, and the hour that comes twice. */
import { ENGINES, openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

const anna = () => two.world.users[0]!;
const notes = () => two.world.notes(anna());
const todo = (subject: string) => notes().todos().find((one) => one.subject === subject)!; // prettier-ignore

/** The day that a clock in `zone` shows at an instant. */
const dayIn = (zone: string, instant: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(new Date(instant));

const rowOf = async (id: number) => {
  const { rows } = await two.world.vendor.query<{ start: string; end: string; allday: string | null }>(
    `select to_char(comm_datetime, 'YYYY-MM-DD"T"HH24:MI:SS') as start, comm_isalldayevent as allday,
            to_char(comm_todatetime, 'YYYY-MM-DD"T"HH24:MI:SS') as "end"
     from communication where comm_communicationid = $1`,
    [id],
  );
  return rows[0]!;
};

async function expectQuiet(): Promise<void> {
  two.sides.standIn.requests.reset();
  await two.world.settle();
  expect(two.sides.standIn.requests.count().write).toBe(0);
}

describe.each(ENGINES)('on %s', (engine) => {
  test.each([
    ['Pacific/Midway', 'Pacific/Kiritimati'],
    ['Pacific/Kiritimati', 'Pacific/Midway'],
    ['Pacific/Midway', 'Pacific/Midway'],
    ['Asia/Kathmandu', 'America/St_Johns'],
  ])('whole days stay the same days for Notes users, the CRM in %s and they in %s', async (crm, domino) => {
    two = await openTwoSides({ engine, users: 1, timeZone: crm, das: { floatingZone: domino } });
    const [first, last] = [two.world.at(3, 0).wall.slice(0, 10), two.world.at(5, 0).wall.slice(0, 10)];
    const id = await two.world.crm.createAppointment(anna().userId, {
      subject: 'Days',
      action: 'ToDo',
      allDay: true,
      start: `${first}T00:00:00`,
      end: `${last}T23:59:00`,
    });
    await two.world.settle();
    const { unid, start, due } = todo('Days');
    expect([dayIn(domino, start!), dayIn(domino, due!)]).toEqual([first, last]);
    const before = await rowOf(id);
    notes().editTodo({ unid, importance: '1' });
    await two.world.settle();
    expect(await rowOf(id)).toEqual(before);

    // A day later, at noon where the Notes user is.
    const later = new Date(Date.parse(due!) + 86_400_000).toISOString().replace('.000', '');
    notes().editTodo({ unid, due: later });
    await two.world.settle();
    const moved = two.world.at(6, 0).wall.slice(0, 10);
    expect(await rowOf(id)).toEqual({ start: `${first}T00:00:00`, end: `${moved}T23:59:00`, allday: 'Y' });
    await expectQuiet();
  });

  test.each(['Pacific/Midway', 'Pacific/Kiritimati', 'Asia/Kathmandu'])(
    'a due time made in Notes is that instant in a CRM in %s, and comes back as it was',
    async (zone) => {
      two = await openTwoSides({ engine, users: 1, timeZone: zone });
      const [start, due] = [two.world.at(2, 1), two.world.at(4, 23)];
      notes().createTodo({ subject: 'Timed', start: start.utc, due: due.utc });
      await two.world.settle();
      const [made] = await two.world.bySubject('Timed');
      expect(await rowOf(made!.id)).toEqual({ start: start.wall, end: due.wall, allday: null });
      await two.world.crm.editAppointment(anna().userId, made!.id, { note: 'By the CRM' });
      await two.world.settle();
      expect(todo('Timed')).toMatchObject({ start: start.utc, due: due.utc, body: 'By the CRM' });
      await expectQuiet();
    },
  );

  test('a To Do that is due in the second of two equal hours is not moved by an edit of something else', async () => {
    two = await openTwoSides({ engine, users: 1, timeZone: 'Europe/Berlin' });
    const { first, second, wall } = nextRepeatedHour();
    notes().createTodo({ subject: 'Twice', start: first, due: second });
    await two.world.settle();
    const [made] = await two.world.bySubject('Twice');
    // The CRM has one 02:30 only.
    expect(await rowOf(made!.id)).toMatchObject({ start: wall, end: wall });
    await two.world.crm.editAppointment(anna().userId, made!.id, { note: 'By the CRM', status: 'Complete' });
    await two.world.settle();
    expect(todo('Twice')).toMatchObject({ start: first, due: second, body: 'By the CRM' });
    notes().editTodo({ unid: todo('Twice').unid, importance: '1' });
    await two.world.settle();
    expect(todo('Twice')).toMatchObject({ start: first, due: second });
    await expectQuiet();
  });
});

/** 02:30 on the next last Sunday of October. */
function nextRepeatedHour(): { first: string; second: string; wall: string } {
  for (let year = new Date().getUTCFullYear(); ; year += 1) {
    const end = new Date(Date.UTC(year, 9, 31));
    const sunday = new Date(end.getTime() - end.getUTCDay() * 86_400_000).toISOString().slice(0, 10);
    if (Date.parse(`${sunday}T00:30:00Z`) < Date.now() + 86_400_000) continue;
    return { first: `${sunday}T00:30:00Z`, second: `${sunday}T01:30:00Z`, wall: `${sunday}T02:30:00` };
  }
}
