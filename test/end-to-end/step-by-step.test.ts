/** What the rules do not name: costs, form changes, notices, people outside the CRM, windows, roles of participants. */
import { ENGINES, openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

describe.each(ENGINES)('on %s', (engine) => {
  const open = async (options: Parameters<typeof openTwoSides>[0] = {}) => {
    two = await openTwoSides({ engine, users: 3, ...options });
    const [anna, bert, cora] = two.world.users as [
      (typeof two.world.users)[number],
      (typeof two.world.users)[number],
      (typeof two.world.users)[number],
    ];
    return { ...two, anna, bert, cora };
  };

  test('an unchanged mailbox of 250 entries costs three lists and no single read', async () => {
    const { world, sides, anna } = await open();
    const notes = world.notes(anna);
    for (let i = 0; i < 250; i += 1) {
      const at = world.at(1 + (i % 50), 6 + Math.floor(i / 50));
      notes.createAppointment({ subject: `Entry ${i}`, start: at.utc, end: at.utc });
    }
    await world.settle();
    // Documents of this very second are looked at once more; after that everything is known.
    await waitForNextSeconds(2);
    await world.settle();
    sides.standIn.requests.reset();
    await world.settle();
    const count = sides.standIn.requests.count({ service: 'calendar', mailFile: anna.mailFile });
    expect(count).toMatchObject({ list: 3, read: 0, write: 0 });
    expect(sides.standIn.requests.count({ service: 'data', mailFile: anna.mailFile }).read).toBe(0);
  });

  test('a second run after both sides came to rest writes nothing anywhere', async () => {
    const { world, sides, anna, bert } = await open();
    const at = world.at(3, 9);
    await world.crm.createAppointment(
      anna.userId,
      { subject: 'Rest', start: at.wall, end: at.wall, note: 'x\r\ny' },
      [{ userId: bert.userId }, { email: 'guest@elsewhere.example', name: 'Guest' }],
    );
    world
      .notes(anna)
      .createMeeting({ subject: 'Rest too', start: at.utc, end: at.utc, invitees: [bert.email] });
    world.notes(bert).createAllDay({
      subject: 'Holiday',
      date: at.utc.slice(0, 10),
      lastDate: world.at(5, 9).utc.slice(0, 10),
    });
    await world.settle();
    await waitForNextSeconds(2);
    await world.settle();
    const rows = async () =>
      JSON.stringify(
        (
          await sides.vendor.query(
            'select c.*, l.* from communication c left join comm_link l on cmli_comm_communicationid = comm_communicationid order by comm_communicationid, cmli_commlinkid',
          )
        ).rows,
      );
    const before = await rows();
    sides.standIn.requests.reset();
    await world.settle();
    expect(await rows()).toBe(before);
    expect(sides.standIn.requests.count().write).toBe(0);
  });

  test('an appointment that becomes a To Do moves to the other store, once', async () => {
    const { world, anna } = await open();
    const at = world.at(3, 9);
    const id = await world.crm.createAppointment(anna.userId, {
      subject: 'Changes kind',
      start: at.wall,
      end: at.wall,
    });
    await world.settle();
    await world.crm.editAppointment(anna.userId, id, { action: 'ToDo' });
    await world.settle();
    expect(world.calendarEntries(anna, 'Changes kind')).toEqual([]);
    expect(
      world
        .notes(anna)
        .todos()
        .filter((todo) => todo.subject === 'Changes kind'),
    ).toHaveLength(1);
    await world.crm.editAppointment(anna.userId, id, { action: 'Meeting' });
    await world.settle();
    expect(world.calendarEntries(anna, 'Changes kind')).toHaveLength(1);
    expect(
      world
        .notes(anna)
        .todos()
        .filter((todo) => todo.subject === 'Changes kind'),
    ).toEqual([]);
    expect(await world.bySubject('Changes kind')).toHaveLength(1);
  });

  describe('people outside the CRM', () => {
    const meetGuest = async (settings: Record<string, string>) => {
      const all = await open({ settings });
      const at = all.world.at(3, 9);
      all.sides.standIn.clearOutbox();
      await all.world.crm.createAppointment(
        all.anna.userId,
        { subject: 'With guest', start: at.wall, end: at.wall, note: 'Agenda' },
        [{ userId: all.bert.userId }, { email: 'guest@elsewhere.example', name: 'Greta Guest' }],
      );
      await all.world.settle();
      return { ...all, entry: all.world.calendarEntries(all.anna, 'With guest')[0]! };
    };

    test('are named in the body by default, not invited, and no mail leaves', async () => {
      const { entry, sides, world, anna } = await meetGuest({});
      expect(entry.attendees.map((one) => one.email)).not.toContain('guest@elsewhere.example');
      expect(entry.body).toContain('guest@elsewhere.example');
      expect(sides.standIn.outbox).toEqual([]);
      // The block is ours: it does not come back as text.
      world.notes(anna).edit({ uid: entry.uid, location: 'Elsewhere' });
      await world.settle();
      const { rows } = await sides.vendor.query(
        "select comm_note, comm_location from communication where comm_subject = 'With guest'",
      );
      expect(rows).toEqual([{ comm_note: 'Agenda', comm_location: 'Elsewhere' }]);
    });

    test('are invited with `include`, and still no mail leaves unless notices are switched on', async () => {
      const { entry, sides } = await meetGuest({ external_attendees: 'include' });
      expect(entry.attendees.map((one) => one.email)).toContain('guest@elsewhere.example');
      expect(sides.standIn.outbox).toEqual([]);
    });

    test('get mail only when the setting says so', async () => {
      const { sides } = await meetGuest({ external_attendees: 'include', notices: 'always' });
      expect(sides.standIn.outbox.map((notice) => notice.to)).toContain('guest@elsewhere.example');
    });
  });

  test('when the organiser is not enabled, each enabled participant gets a plain copy, and loses it when taken off', async () => {
    const { world, sides, anna, bert } = await open();
    const at = world.at(3, 9);
    const id = await world.crm.createAppointment(
      world.outsider.userId,
      { subject: 'Copies', start: at.wall, end: at.wall },
      [{ userId: anna.userId }, { userId: bert.userId }],
    );
    await world.settle();
    for (const user of [anna, bert]) {
      const [copy] = world.calendarEntries(user, 'Copies');
      expect(copy).toMatchObject({ type: '0', attendees: [] });
    }
    await world.crm.removeParticipant(world.outsider.userId, id, { userId: bert.userId });
    await world.settle();
    expect(world.calendarEntries(bert, 'Copies')).toEqual([]);
    expect(world.calendarEntries(anna, 'Copies')).toHaveLength(1);
    expect(sides.standIn.outbox).toEqual([]);
  });

  test('what ended before the window stays out, and says why', async () => {
    const { world, sides, anna } = await open();
    const old = world.at(-30, 9);
    const id = await world.crm.createAppointment(anna.userId, {
      subject: 'Long ago',
      start: old.wall,
      end: old.wall,
    });
    world.notes(anna).createAppointment({ subject: 'Long ago in Notes', start: old.utc, end: old.utc });
    await world.settle();
    expect(world.calendarEntries(anna, 'Long ago')).toEqual([]);
    expect(await world.bySubject('Long ago in Notes')).toEqual([]);
    const { activity } = await sides.crm.explain(id);
    expect(activity.map((row) => row.reason_code)).toContain('too_old');
  });

  test('a subject too long for the CRM is cut there, told with its reason, and whole in Notes', async () => {
    const { world, sides, anna } = await open();
    const at = world.at(3, 9);
    const subject = `Long ${'x'.repeat(300)}`;
    const uid = world.notes(anna).createAppointment({ subject, start: at.utc, end: at.utc });
    await world.settle();
    const [row] = await world.bySubject(subject.slice(0, 255));
    const { activity } = await sides.crm.explain(row!.id);
    expect(activity).toMatchObject([
      { reason_code: 'subject_truncated', detail: 'subject lost its last 50 characters' },
    ]);
    await world.crm.editAppointment(anna.userId, row!.id, { location: 'Room 9' });
    await world.settle();
    expect(
      world
        .notes(anna)
        .calendar()
        .find((item) => item.uid === uid),
    ).toMatchObject({ subject, location: 'Room 9' });
  });

  test('two invitees of a meeting whose organiser is not enabled share one appointment, and nobody gets a copy on top', async () => {
    const { world, sides, anna, bert, cora } = await open();
    await sides.crm.disableUser(cora.userId);
    const at = world.at(3, 9);
    const uid = world.notes(cora).createMeeting({
      subject: 'Shared',
      start: at.utc,
      end: at.utc,
      invitees: [anna.email, bert.email],
    });
    for (const user of [anna, bert]) world.notes(user).accept({ uid });
    await world.settle();
    await world.settle();
    expect(await world.bySubject('Shared')).toHaveLength(1);
    for (const user of [anna, bert]) expect(world.calendarEntries(user, 'Shared')).toHaveLength(0);
    const accepted = (user: typeof anna) =>
      world
        .notes(user)
        .calendar()
        .filter((item) => item.subject === 'Shared');
    expect([accepted(anna).length, accepted(bert).length]).toEqual([1, 1]);
  });

  test('losing the link tables makes no second entry of what the CRM created', async () => {
    const { world, sides, anna } = await open();
    const at = world.at(3, 9);
    const id = await world.crm.createAppointment(anna.userId, {
      subject: 'Survives',
      start: at.wall,
      end: at.wall,
    });
    await world.settle();
    await sides.vendor.query('delete from domino_sync.item_link');
    await world.settle();
    await world.crm.editAppointment(anna.userId, id, { location: 'Room 2' });
    await world.settle();
    expect(world.calendarEntries(anna, 'Survives')).toMatchObject([{ location: 'Room 2' }]);
    expect(await world.bySubject('Survives')).toHaveLength(1);
  });

  test('where the Data service is closed, an edited text is found by the recheck, although no list shows it', async () => {
    const { world, sides, anna } = await open();
    sides.standIn.knobs.services.data = false;
    const at = world.at(3, 9);
    const id = await world.crm.createAppointment(anna.userId, {
      subject: 'Text',
      start: at.wall,
      end: at.wall,
      note: 'old',
    });
    await world.settle();
    const [entry] = world.calendarEntries(anna, 'Text');
    world.notes(anna).edit({ uid: entry!.uid, body: 'new' });
    await world.settle();
    const note = async () =>
      (await sides.vendor.query('select comm_note from communication where comm_communicationid = $1', [id]))
        .rows[0].comm_note;
    expect(await note()).toBe('old');
    await sides.vendor.query(
      "update domino_sync.item_link set checked_at = checked_at - interval '25 hours'",
    );
    await world.settle();
    expect(await note()).toBe('new');
    sides.standIn.requests.reset();
    await world.settle();
    expect(sides.standIn.requests.count().read).toBe(0);
  });

  test('both sides edit the same appointment: different fields merge, the same field goes to the newest and the loser is kept', async () => {
    const { world, sides, anna } = await open({ settings: { merge_policy: 'domino' } });
    const at = world.at(3, 9);
    const id = await world.crm.createAppointment(anna.userId, {
      subject: 'Both',
      start: at.wall,
      end: at.wall,
    });
    await world.settle();
    const [entry] = world.calendarEntries(anna, 'Both');
    world.notes(anna).edit({ uid: entry!.uid, location: 'Notes place', body: 'Notes text' });
    await world.crm.editAppointment(anna.userId, id, { location: 'CRM place', priority: 'High' });
    await world.settle();
    const { rows } = await sides.vendor.query(
      'select comm_location, comm_note, comm_priority from communication where comm_communicationid = $1',
      [id],
    );
    expect(rows).toEqual([{ comm_location: 'Notes place', comm_note: 'Notes text', comm_priority: 'High' }]);
    expect(world.calendarEntries(anna, 'Both')).toMatchObject([
      { location: 'Notes place', body: 'Notes text' },
    ]);
    const { conflicts } = await sides.crm.explain(id);
    expect(conflicts).toMatchObject([
      { field: 'location', crm_value: 'CRM place', domino_value: 'Notes place', winner: 'domino' },
    ]);
  });
});

/** Domino's times have whole seconds; the clock is what is waited for. */
async function waitForNextSeconds(seconds: number): Promise<void> {
  const end = Math.floor(Date.now() / 1000 + seconds) * 1000;
  while (Date.now() < end) await new Promise((resolve) => setTimeout(resolve, end - Date.now()));
}
