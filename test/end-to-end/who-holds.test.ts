/** Who holds what in which case: every row of the table in docs/mapping.md is played, and no mail leaves by accident. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESPONSE_CODES } from '../../src/sandbox/crm/crm-user-actions.ts';
import { ENGINES, openTwoSides, type TwoSides } from '../support/two-sides.ts';
import { HOLDER_CASES, type Scene } from './holder-cases.ts';
import { MEETING_CASES } from './meeting-cases.ts';

const CASES = [...HOLDER_CASES, ...MEETING_CASES];

test('docs/mapping.md lists exactly the cases that are played', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'mapping.md'), 'utf8');
  const section = /^## Who holds what$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(page)?.[1] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, 3)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(CASES.map((one) => [one.case, one.holds]));
});

describe.each(ENGINES)('who holds what on %s', (engine) => {
  let two: TwoSides;
  beforeAll(async () => {
    two = await openTwoSides({ engine, users: 4, settings: { poll_seconds: '1' } });
    await two.sides.crm.disableUser(two.world.users[3]!.userId);
  });
  afterAll(() => two.close());

  test.each(CASES.map((one, no) => [one.case, no, one] as const))('%s', async (_name, no, one) => {
    const scene = sceneOf(two, `Case ${no}`);
    const { calendars, crm } = await one.play(scene);
    expect(scene.calendars()).toEqual(calendars);
    expect(await scene.crm()).toEqual(crm);
    two.sides.standIn.requests.reset();
    await scene.settle();
    expect(two.sides.standIn.requests.count().write).toBe(0);
  });
});

function sceneOf({ world, sides }: TwoSides, subject: string): Scene {
  const { standIn, vendor } = sides;
  const [anna, bert, cora, dirk] = world.users as [
    Scene['anna'],
    Scene['bert'],
    Scene['cora'],
    Scene['dirk'],
  ];
  const start = world.at(4, 9);
  const end = world.at(4, 10);
  standIn.clearOutbox();
  standIn.requests.reset();
  const first = (name: string) => name.split(' ')[0]!;
  return {
    world,
    subject,
    anna,
    bert,
    cora,
    dirk,
    times: { crm: { start: start.wall, end: end.wall }, notes: { start: start.utc, end: end.utc } },
    settle: async () => {
      await world.settle();
      expect(standIn.outbox).toEqual([]);
    },
    notesUser: (act) => {
      const result = act();
      standIn.clearOutbox();
      return result;
    },
    calendars: () =>
      world.users.flatMap((user) =>
        world
          .notes(user)
          .calendar()
          .filter((item) => item.subject === subject)
          .map((item) => {
            const people = item.attendees.filter(({ role }) => role !== 'chair').map(({ email }) => email);
            const kind =
              item.noticeType === null
                ? people.length === 0
                  ? 'plain'
                  : `meeting with ${people.sort().join(', ')}`
                : ({ I: 'invited', A: 'accepted', P: 'tentative' }[item.noticeType] ?? item.noticeType);
            return `${first(user.name)}: ${kind}`;
          }),
      ),
    crm: async () => {
      const rows = await world.bySubject(subject);
      const { rows: users } = await vendor.query<{ id: number; name: string }>(
        'select user_userid as id, user_firstname as name from users where user_userid > $1',
        [0],
      );
      const nameOf = (id: string) => users.find((user) => String(user.id) === id)?.name ?? id;
      return Promise.all(
        rows.map(async (row) => {
          const { rows: links } = await vendor.query<{ id: number; status: number | null }>(
            `select cmli_comm_userid as id, cmli_status as status from comm_link
             where cmli_comm_communicationid = $1 and cmli_deleted is null order by cmli_comm_userid`,
            [row.id],
          );
          const answer = (status: number | null) =>
            Object.entries(RESPONSE_CODES).find(([, code]) => code === (status ?? 0))?.[0] ?? String(status);
          const people = links.map(({ id, status }) => `${nameOf(String(id))} ${answer(status)}`);
          return `organiser ${nameOf(row.organiser)}; ${people.sort().join(', ')}`;
        }),
      );
    },
    writesTo: (user) => {
      const { write } = standIn.requests.count({ mailFile: user.mailFile });
      standIn.requests.reset();
      return write;
    },
    id: async () => (await world.bySubject(subject))[0]!.id,
    sql: async (text, values) => {
      await vendor.query(text, [...values]);
    },
  };
}

describe.each(ENGINES)('an answer on %s', (engine) => {
  test('with notices on, an invitation of the CRM is answered in Notes: the answer arrives, and nothing is made twice', async () => {
    const two = await openTwoSides({ engine, users: 2, settings: { notices: 'always' } });
    try {
      const { world, sides } = two;
      const [anna, bert] = world.users as [Scene['anna'], Scene['bert']];
      const at = world.at(3, 9);
      const id = await world.crm.createAppointment(
        anna.userId,
        { subject: 'Invited by the CRM', start: at.wall, end: at.wall },
        [{ userId: bert.userId }],
      );
      await world.settle();
      expect(sides.standIn.outbox).toMatchObject([{ noticeType: 'I', to: bert.email }]);
      sides.standIn.clearOutbox();
      const { uid } = world.notes(bert).calendar()[0]!;
      world.notes(bert).accept({ uid });
      await world.settle();
      const { rows } = await sides.vendor.query(
        'select cmli_status as status from comm_link where cmli_comm_communicationid = $1 and cmli_comm_userid = $2',
        [id, bert.userId],
      );
      expect(rows).toEqual([{ status: RESPONSE_CODES.accepted }]);
      expect(await world.bySubject('Invited by the CRM')).toHaveLength(1);
      // Only the reply of Bert's own client: the answer that came to the CRM tells nobody again.
      expect(sides.standIn.outbox).toMatchObject([{ noticeType: 'A', from: bert.email, to: anna.email }]);
      expect((await sides.crm.explain(id)).activity[0]).toMatchObject({
        crm_user_id: bert.userId,
        reason_code: 'domino_changed',
        detail: 'answered in Notes: accepted',
      });
    } finally {
      await two.close();
    }
  });

  test('an answer seen before the organiser’s entry is known is taken once that is', async () => {
    const two = await openTwoSides({ engine, users: 2 });
    try {
      const { world, sides } = two;
      const [anna, bert] = world.users as [Scene['anna'], Scene['bert']];
      await world.settle();
      const uid = world.notes(anna).createMeeting({
        subject: 'Seen late',
        start: world.at(3, 9).utc,
        end: world.at(3, 10).utc,
        invitees: [bert.email],
      });
      world.notes(bert).accept({ uid });
      // Anna's mailbox is held for now, as after an alarm.
      await sides.vendor.query(`update domino_sync.sync_user set health = 'held' where crm_user_id = $1`, [
        anna.userId,
      ]);
      await world.settle();
      expect(await world.bySubject('Seen late')).toEqual([]);
      await sides.vendor.query(`update domino_sync.sync_user set health = 'ok' where crm_user_id = $1`, [
        anna.userId,
      ]);
      await world.settle();
      await sides.vendor.query(
        'update domino_sync.inbound_parked set next_attempt_at = now() where crm_user_id = $1',
        [bert.userId],
      );
      await world.cycle();
      const [row] = await world.bySubject('Seen late');
      const { rows } = await sides.vendor.query(
        'select cmli_status as status from comm_link where cmli_comm_communicationid = $1 and cmli_comm_userid = $2',
        [row!.id, bert.userId],
      );
      expect(rows).toEqual([{ status: RESPONSE_CODES.accepted }]);
    } finally {
      await two.close();
    }
  });
});
