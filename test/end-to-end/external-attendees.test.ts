/** People outside the CRM: listed, invited or left out; how an address of Notes becomes somebody of the CRM. */
import { ENGINES, openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];
const GUEST = 'guest@elsewhere.example';

interface Link {
  user_id: number | null;
  external: string | null;
  email: string | null;
  person_id: number | null;
}
const links = async (id: number) =>
  (
    await two.sides.vendor.query<Link>(
      `select cmli_comm_userid as user_id, cmli_isexternalattendee as external, cmli_recipient as email,
              cmli_externalpersonid as person_id
       from comm_link where cmli_comm_communicationid = $1 and cmli_deleted is null order by cmli_commlinkid`,
      [id],
    )
  ).rows;

const isListed = (body: string | null) => (body ?? '').includes(GUEST);

describe.each(ENGINES)('on %s', (engine) => {
  const open = async (settings: Record<string, string> = {}) => {
    two = await openTwoSides({ engine, users: 2, settings });
    const [anna, bert] = two.world.users as [User, User];
    const at = two.world.at(3, 9);
    const end = two.world.at(3, 10);
    return {
      ...two,
      anna,
      bert,
      crmTimes: { start: at.wall, end: end.wall },
      times: { start: at.utc, end: end.utc },
    };
  };

  test('the setting is changed: what is there follows when the appointment is next edited, and nobody is mailed', async () => {
    const { world, sides, anna, crmTimes } = await open();
    const id = await world.crm.createAppointment(
      anna.userId,
      { subject: 'With a guest', note: 'Agenda', ...crmTimes },
      [{ email: GUEST, name: 'Gus Guest' }],
    );
    await world.settle();
    const entry = () => world.calendarEntries(anna, 'With a guest')[0]!;
    expect(entry()).toMatchObject({ type: '0', attendees: [] });
    expect(isListed(entry().body)).toBe(true);

    const after = async (mode: string, location: string) => {
      await sides.crm.changeSetting('external_attendees', mode);
      // Nothing moves because of the setting alone.
      sides.standIn.requests.reset();
      await world.settle();
      expect(sides.standIn.requests.count().write).toBe(0);
      await world.crm.editAppointment(anna.userId, id, { location });
      await world.settle();
      const { attendees, body } = entry();
      return {
        invited: attendees.map(({ email }) => email),
        named: (body ?? '').split(GUEST).length - 1,
        text: (body ?? '').startsWith('Agenda'),
      };
    };
    expect(await after('omit', 'one')).toEqual({ invited: [], named: 0, text: true });
    expect(await after('list', 'two')).toEqual({ invited: [], named: 1, text: true });
    expect(await after('include', 'three')).toEqual({ invited: [GUEST], named: 0, text: true });
    expect(entry().type).toBe('3');
    // Who is invited stays so: to take him off would be a decision, and with notices on a mail.
    expect(await after('list', 'four')).toEqual({ invited: [GUEST], named: 0, text: true });
    expect(await after('omit', 'five')).toEqual({ invited: [GUEST], named: 0, text: true });
    expect(await after('include', 'six')).toEqual({ invited: [GUEST], named: 0, text: true });
    // The guest and what the CRM's users wrote are still in the CRM, once.
    expect((await links(id)).filter((link) => link.email === GUEST)).toHaveLength(1);
    const { rows } = await sides.vendor.query(
      'select comm_note as note from communication where comm_communicationid = $1',
      [id],
    );
    expect(rows).toEqual([{ note: 'Agenda' }]);
    expect(sides.standIn.outbox).toEqual([]);
  });

  /** Both sides compared in full, as it happens every `reconcile_days` anyway; a second time nothing is found. */
  const reconciled = async () => {
    const { world, sides } = two;
    const once = async (): Promise<number> => {
      sides.standIn.requests.reset();
      await sides.crm.requestReconcile(null, 'external_attendees was changed');
      await world.settle();
      return sides.standIn.requests.count().write;
    };
    const writes = await once();
    expect(await once()).toBe(0);
    return writes;
  };

  test.each(['never', 'always'])(
    'the setting is changed to and fro, and followed by reconcile: notices %s, and nobody is mailed',
    async (notices) => {
      const { world, sides, anna, bert, crmTimes } = await open({ notices });
      const guest = { email: GUEST, name: 'Gus Guest' };
      const note = 'Agenda';
      const ids = [
        await world.crm.createAppointment(anna.userId, { subject: 'Guest alone', note, ...crmTimes }, [
          guest,
        ]),
        await world.crm.createAppointment(anna.userId, { subject: 'Both', note, ...crmTimes }, [
          guest,
          { userId: bert.userId },
        ]),
      ];
      const masked = await world.crm.createAppointment(anna.userId, { subject: 'Nobody', ...crmTimes });
      await world.settle();
      // The users of the CRM who are asked, with notices on.
      sides.standIn.clearOutbox();
      const shown = () =>
        ['Guest alone', 'Both'].map((subject) => {
          const { attendees, body, type } = world.calendarEntries(anna, subject)[0]!;
          const text = body ?? '';
          const invited = attendees.map(({ email }) => email).sort();
          return { type, invited, named: text.split(GUEST).length - 1, text: text.startsWith(note) };
        });
      const named = (times: number) => [
        { type: '0', invited: [], named: times, text: true },
        { type: '3', invited: [bert.email], named: times, text: true },
      ];
      const invited = [
        { type: '3', invited: [GUEST], named: 0, text: true },
        { type: '3', invited: [bert.email, GUEST].sort(), named: 0, text: true },
      ];
      const turn = async (mode: string) => {
        await sides.crm.changeSetting('external_attendees', mode);
        return { writes: await reconciled(), shown: shown() };
      };
      expect(shown()).toEqual(named(1));
      expect(await turn('omit')).toEqual({ writes: 2, shown: named(0) });
      expect(await turn('list')).toEqual({ writes: 2, shown: named(1) });
      if (notices === 'never') {
        expect(await turn('include')).toEqual({ writes: 2, shown: invited });
        // Who is invited stays so: to take him off is for people to decide.
        expect(await turn('list')).toEqual({ writes: 0, shown: invited });
        expect(await turn('omit')).toEqual({ writes: 0, shown: invited });
      } else {
        // An invitation is not to leave because of a setting: the next edit in the CRM invites.
        expect(await turn('include')).toEqual({ writes: 0, shown: named(1) });
        expect(await turn('omit')).toEqual({ writes: 2, shown: named(0) });
      }
      expect(sides.standIn.outbox).toEqual([]);
      // The CRM has its guest, once, and no text of ours.
      for (const id of ids) {
        expect((await links(id)).filter((link) => link.email === GUEST)).toHaveLength(1);
        const { rows } = await sides.vendor.query(
          'select comm_note as note from communication where comm_communicationid = $1',
          [id],
        );
        expect(rows).toEqual([{ note }]);
      }
      expect(await world.appointment(masked)).toMatchObject({ deleted: null });
    },
  );

  test('with notices on, only include invites the guest, once; the setting alone mails nobody', async () => {
    const { world, sides, anna, crmTimes } = await open({ notices: 'always' });
    const id = await world.crm.createAppointment(anna.userId, { subject: 'Asked', ...crmTimes }, [
      { email: GUEST, name: 'Gus Guest' },
    ]);
    await world.settle();
    await world.crm.editAppointment(anna.userId, id, { location: 'one' });
    await world.settle();
    await sides.crm.changeSetting('external_attendees', 'include');
    await world.settle();
    expect(sides.standIn.outbox).toEqual([]);
    await world.crm.editAppointment(anna.userId, id, { location: 'two' });
    await world.settle();
    expect(sides.standIn.outbox.map(({ noticeType, to }) => [noticeType, to])).toEqual([['I', GUEST]]);
    await sides.crm.changeSetting('external_attendees', 'list');
    await world.crm.editAppointment(anna.userId, id, { priority: 'High' });
    await world.settle();
    expect(sides.standIn.outbox.filter(({ noticeType }) => ['I', 'C'].includes(noticeType))).toHaveLength(1);
  });

  test('include makes the guest an attendee and still mails nobody while notices are off', async () => {
    const { world, sides, anna, crmTimes } = await open({ external_attendees: 'include' });
    await world.crm.createAppointment(anna.userId, { subject: 'Included', ...crmTimes }, [
      { email: GUEST, name: 'Gus Guest' },
    ]);
    await world.settle();
    expect(world.calendarEntries(anna, 'Included')).toMatchObject([
      { type: '3', attendees: [{ email: GUEST }] },
    ]);
    expect(sides.standIn.outbox).toEqual([]);
  });

  test('an address becomes a user, else a person by EmailLink under the number of the entity here, whatever the case of its letters', async () => {
    const { world, sides, anna, bert, times } = await open();
    // Another installation's number of entity Person, and a company under the stock one.
    await sides.vendor.query(
      `update custom_tables set bord_tableid = $1 where lower(bord_name) = 'person'`,
      [4711],
    );
    const person = async (first: string, address: string, entity = 4711) => {
      const { rows } = await sides.vendor.query<{ id: number }>(
        'insert into person (pers_firstname, pers_lastname) values ($1, $2) returning pers_personid as id',
        [first, 'Guest'],
      );
      const { rows: emails } = await sides.vendor.query<{ id: number }>(
        'insert into email (emai_emailaddress) values ($1) returning emai_emailid as id',
        [address],
      );
      await sides.vendor.query(
        'insert into emaillink (elink_entityid, elink_recordid, elink_emailid) values ($1, $2, $3)',
        [entity, rows[0]!.id, emails[0]!.id],
      );
      return rows[0]!.id;
    };
    const gus = await person('Gus', 'GUS@Elsewhere.example');
    await person('Not a person', 'company@elsewhere.example', 13);
    const first = await person('First', 'shared@elsewhere.example');
    await person('Second', 'shared@elsewhere.example');

    world.notes(anna).createMeeting({
      subject: 'Matched',
      ...times,
      invitees: [
        bert.email.toUpperCase(),
        'gus@elsewhere.EXAMPLE',
        'company@elsewhere.example',
        'shared@elsewhere.example',
        'nobody@elsewhere.example',
        'Room without an address',
        'sales-team@acme.example',
      ],
    });
    sides.standIn.clearOutbox();
    await world.settle();
    const [row] = await world.bySubject('Matched');
    const found = await links(row!.id);
    expect(found.filter((link) => link.user_id === bert.userId)).toHaveLength(1);
    const byEmail = Object.fromEntries(
      found.filter((link) => link.external?.trim() === 'Y').map((link) => [link.email, link.person_id]),
    );
    expect(byEmail).toEqual({
      'gus@elsewhere.example': gus,
      'company@elsewhere.example': null,
      'shared@elsewhere.example': first,
      'nobody@elsewhere.example': null,
      // A group is one address: who is in it only Domino's directory knows.
      'sales-team@acme.example': null,
    });
    const told = (await sides.crm.explain(row!.id)).activity.map(({ detail }) => detail);
    expect(told).toContainEqual(
      expect.stringContaining(`shared@elsewhere.example belongs to 2 persons, taken: ${first}`),
    );
    sides.standIn.requests.reset();
    await world.settle();
    expect(sides.standIn.requests.count().write).toBe(0);
    expect(sides.standIn.outbox).toEqual([]);
  });
});
