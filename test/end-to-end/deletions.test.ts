/** Deletions that meet edits, tombstones, and what is never taken for a deletion. */
import type { CrmDatabase } from '../../src/crm/contract.ts';
import { runCycle } from '../../src/runner/cycle.ts';
import { createServerGate } from '../../src/runner/server-gate.ts';
import { silentLog } from '../../src/log.ts';
import { ENGINES, openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

type User = TwoSides['world']['users'][number];

const link = async (id: number) =>
  (
    await two.sides.vendor.query<{ state: string; reason: string | null; uid: string }>(
      'select state, unlinked_reason as reason, domino_uid as uid from domino_sync.item_link where appointment_id = $1',
      [id],
    )
  ).rows[0];
const livePeople = async (id: number) =>
  (
    await two.sides.vendor.query<{ user_id: number | null; email: string | null; company_id: number | null }>(
      `select cmli_comm_userid as user_id, cmli_recipient as email, cmli_comm_companyid as company_id
       from comm_link where cmli_comm_communicationid = $1 and cmli_deleted is null`,
      [id],
    )
  ).rows
    .map(({ user_id, email, company_id }) => String(user_id ?? email ?? `regarding ${company_id}`))
    .sort();
const rowOf = async (id: number) =>
  (
    await two.sides.vendor.query(
      'select comm_deleted, comm_subject, comm_location, comm_note from communication where comm_communicationid = $1',
      [id],
    )
  ).rows[0];
const history = async (id: number) => (await two.sides.crm.explain(id)).activity;

/** A meeting of Anna's with Bert, a guest and a customer it is about; on both sides. */
async function agreed(subject: string, { days = 3 }: { days?: number } = {}) {
  const { world, sides } = two;
  const [anna, bert] = world.users as [User, User];
  const at = world.at(days, 9);
  const id = await world.crm.createAppointment(anna.userId, { subject, start: at.wall, end: at.wall }, [
    { userId: bert.userId },
    { email: 'guest@elsewhere.example', name: 'Guest' },
  ]);
  await sides.vendor.query(
    `insert into comm_link (cmli_comm_communicationid, cmli_comm_companyid, cmli_updateddate)
     select $1, 77, now() at time zone 'Europe/Berlin'`,
    [id],
  );
  await world.settle();
  const [entry] = world.calendarEntries(anna, subject);
  return { id, uid: entry!.uid };
}

describe.each(ENGINES)('on %s', (engine) => {
  const open = async (options: Parameters<typeof openTwoSides>[0] = {}) => {
    two = await openTwoSides({ engine, users: 3, ...options });
    const [anna, bert, cora] = two.world.users as [User, User, User];
    return { ...two, anna, bert, cora };
  };
  describe('deleted in the CRM, edited in Notes', () => {
    test('gives the appointment back with its people, what both sides changed, and tells it', async () => {
      const { world, sides, anna, cora } = await open();
      await world.crm.createAppointment(anna.userId, {
        subject: 'Warm-up',
        start: world.at(4, 9).wall,
        end: world.at(4, 9).wall,
      });
      const { id, uid } = await agreed('Survivor');
      await world.crm.addParticipant(anna.userId, id, { userId: cora.userId });
      await world.settle();
      await world.crm.removeParticipant(anna.userId, id, { userId: cora.userId });
      await sides.vendor.query(
        "update comm_link set cmli_updateddate = cmli_updateddate - interval '1 hour' where cmli_deleted is not null",
      );
      await world.settle();
      const before = await livePeople(id);

      world.notes(anna).edit({ uid, location: 'Notes place' });
      await world.crm.editAppointment(anna.userId, id, { note: 'CRM text' });
      await world.crm.deleteAppointment(anna.userId, id);
      expect(await livePeople(id)).toEqual([]);
      await world.settle();

      expect(await rowOf(id)).toEqual({
        comm_deleted: null,
        comm_subject: 'Survivor',
        comm_location: 'Notes place',
        comm_note: 'CRM text',
      });
      expect(await livePeople(id)).toEqual(before);
      expect(before).toEqual(
        [
          String(anna.userId),
          String((two.world.users[1] as User).userId),
          'guest@elsewhere.example',
          'regarding 77',
        ].sort(),
      );
      const [entry] = world.calendarEntries(anna, 'Survivor');
      expect(entry).toMatchObject({ uid, location: 'Notes place' });
      expect(entry!.body).toContain('CRM text');
      expect(entry!.attendees).toHaveLength(1);
      expect(await link(id)).toMatchObject({ state: 'linked' });
      const { conflicts } = await sides.crm.explain(id);
      expect(conflicts).toMatchObject([
        { field: 'existence', crm_value: 'deleted', domino_value: 'edited', winner: 'domino' },
      ]);
      expect((await history(id)).map((row) => [row.action, row.reason_code])).toContainEqual([
        'updated',
        'edit_beats_deletion',
      ]);
      // What the Notes user's own edit sends is his; the synchronisation sends nothing.
      expect(sides.standIn.outbox.map((notice) => notice.noticeType)).toEqual(['E']);
      sides.standIn.requests.reset();
      await world.settle();
      expect(sides.standIn.requests.count().write).toBe(0);
    });

    test('a row that the CRM user edits while we decide is looked at again, not overwritten', async () => {
      const { world, sides, anna } = await open();
      const { id, uid } = await agreed('Race');
      world.notes(anna).edit({ uid, location: 'Notes place' });
      await world.crm.deleteAppointment(anna.userId, id);
      // Between reading the row and giving it back, Sage's user undeletes it and edits it.
      let meddled = false;
      const crm: CrmDatabase = Object.assign(Object.create(sides.crm) as CrmDatabase, {
        applyInbound: async (...args: Parameters<CrmDatabase['applyInbound']>) => {
          if (!meddled) {
            meddled = true;
            await sides.vendor.query(
              "update communication set comm_deleted = null, comm_subject = 'Race again' where comm_communicationid = $1",
              [id],
            );
          }
          return sides.crm.applyInbound(...args);
        },
      });
      await cycle(crm);
      expect(meddled).toBe(true);
      expect(await rowOf(id)).toMatchObject({ comm_deleted: null, comm_subject: 'Race again' });
      await sides.vendor.query('update domino_sync.delivery set next_attempt_at = now()');
      await world.settle();
      expect(await rowOf(id)).toMatchObject({ comm_subject: 'Race again', comm_location: 'Notes place' });
      expect(world.calendarEntries(anna, 'Race again')).toMatchObject([{ location: 'Notes place' }]);
    });

    test.each(['applyInbound', 'completeOutbound'] as const)(
      'a crash after %s leaves nothing half done',
      async (step) => {
        const { world, sides, anna } = await open();
        const { id, uid } = await agreed('Crash');
        world.notes(anna).edit({ uid, location: 'Notes place' });
        await world.crm.deleteAppointment(anna.userId, id);
        await expect(cycle(dyingAfter(sides.crm, step))).rejects.toThrow(/the process (dies|is dead)/);
        await sides.vendor.query(`
        update domino_sync.delivery set next_attempt_at = now(), leased_by = null, leased_until = null;
        update domino_sync.sync_user set leased_by = null, leased_until = null, health = 'ok', next_poll_at = now()`);
        await world.settle();
        expect(await rowOf(id)).toMatchObject({ comm_deleted: null, comm_location: 'Notes place' });
        expect(world.calendarEntries(anna, 'Crash')).toMatchObject([{ uid, location: 'Notes place' }]);
        expect((await sides.crm.explain(id)).conflicts).toHaveLength(1);
      },
    );

    test('with deletion_meets_edit at deletion the entry goes, and what was in it is kept', async () => {
      const { world, sides, anna } = await open({ settings: { deletion_meets_edit: 'deletion' } });
      const { id, uid } = await agreed('Loser');
      world.notes(anna).edit({ uid, location: 'Notes place' });
      await world.crm.deleteAppointment(anna.userId, id);
      await world.settle();
      expect(world.calendarEntries(anna, 'Loser')).toEqual([]);
      expect(await rowOf(id)).toMatchObject({ comm_deleted: 1 });
      const { conflicts } = await sides.crm.explain(id);
      expect(conflicts).toMatchObject([
        { field: 'existence', winner: 'crm', domino_value: { subject: 'Loser', location: 'Notes place' } },
      ]);
    });

    test('an edit in the mail file of the organiser of before reaches the CRM, and the entry moves on', async () => {
      const { world, anna, bert } = await open();
      const { id, uid } = await agreed('Handed over');
      world.notes(anna).edit({ uid, location: 'Notes place' });
      await two.sides.vendor.query(
        'update communication set comm_organizer = $2 where comm_communicationid = $1',
        [id, String(bert.userId)],
      );
      await world.settle();
      expect(world.calendarEntries(anna, 'Handed over')).toEqual([]);
      expect(world.calendarEntries(bert, 'Handed over')).toMatchObject([{ location: 'Notes place' }]);
      expect(await rowOf(id)).toMatchObject({ comm_location: 'Notes place' });
    });
  });

  describe('what is no deletion', () => {
    test('a physical DELETE leaves the entry in Notes, edited or not', async () => {
      const { world, sides, anna } = await open();
      const one = await agreed('Archived');
      const other = await agreed('Archived and edited');
      world.notes(anna).edit({ uid: other.uid, location: 'Notes place' });
      for (const { id } of [one, other]) {
        await sides.vendor.query('delete from comm_link where cmli_comm_communicationid = $1', [id]);
        await sides.vendor.query('delete from communication where comm_communicationid = $1', [id]);
      }
      await world.settle();
      expect(world.calendarEntries(anna, 'Archived')).toHaveLength(1);
      expect(world.calendarEntries(anna, 'Archived and edited')).toMatchObject([{ location: 'Notes place' }]);
      for (const { id } of [one, other])
        expect(await link(id)).toMatchObject({ state: 'unlinked', reason: 'crm_purged' });
      expect(await world.bySubject('Archived')).toEqual([]);
    });

    test('what slides out of the window, or whose user is disabled, stays on both sides', async () => {
      const { world, sides, anna } = await open();
      const { id } = await agreed('Left alone');
      await sides.crm.changeSetting('window_future_days', '1');
      await world.settle();
      expect(await rowOf(id)).toMatchObject({ comm_deleted: null });
      expect(world.calendarEntries(anna, 'Left alone')).toHaveLength(1);

      await sides.crm.disableUser(anna.userId);
      await world.crm.deleteAppointment(anna.userId, id);
      await world.settle();
      expect(world.calendarEntries(anna, 'Left alone')).toHaveLength(1);
      expect((await history(id)).map((row) => row.reason_code)).toContain('user_disabled');
    });

    test.each([
      ['access is denied', { effect: 'error', status: 403 }],
      ['it does not exist', { effect: 'error', status: 404 }],
      ['it does not answer', { effect: 'unavailable' }],
    ] as const)(
      'a mail file that cannot be opened (%s) takes nothing from the CRM, nor the CRM from it',
      async (_text, fault) => {
        const { world, sides, anna } = await open();
        const { id } = await agreed('Locked');
        const keeps = await agreed('Locked too');
        const where = { mailFile: anna.mailFile, times: 'always' } as const;
        sides.standIn.faults.add({ ...fault, ...where });
        await world.crm.deleteAppointment(anna.userId, id);
        await world.cycle();
        expect(await rowOf(keeps.id)).toMatchObject({ comm_deleted: null });
        expect(world.calendarEntries(anna, 'Locked too')).toHaveLength(1);
        sides.standIn.faults.clear();
        await sides.vendor.query(
          "update domino_sync.sync_user set health = 'ok', next_poll_at = now(); update domino_sync.delivery set next_attempt_at = now()",
        );
        await world.settle();
        expect(world.calendarEntries(anna, 'Locked')).toEqual([]);
        expect(await rowOf(keeps.id)).toMatchObject({ comm_deleted: null });
      },
    );
  });

  describe('a tombstone', () => {
    const alone = async (subject: string) => {
      const { world, anna } = await open();
      const at = world.at(3, 9);
      const id = await world.crm.createAppointment(anna.userId, { subject, start: at.wall, end: at.wall });
      await world.settle();
      world.notes(anna).delete({ uid: world.calendarEntries(anna, subject)[0]!.uid, notify: false });
      await world.settle();
      expect(await link(id)).toMatchObject({ state: 'unlinked', reason: 'deletion_kept' });
      return { id, anna, world };
    };

    test('keeps an appointment out of Notes until an administrator lifts it', async () => {
      const { id, anna, world } = await alone('Buried');
      await world.crm.editAppointment(anna.userId, id, { location: 'Room 1' });
      await world.settle();
      expect(world.calendarEntries(anna, 'Buried')).toEqual([]);
      expect(await two.sides.crm.liftTombstone(id, 999)).toBe(0);
      expect(await two.sides.crm.liftTombstone(id, anna.userId)).toBe(1);
      await world.settle();
      expect(world.calendarEntries(anna, 'Buried')).toMatchObject([{ location: 'Room 1' }]);
      expect(await link(id)).toMatchObject({ state: 'linked' });
      expect(
        (await history(id)).slice(0, 2).map((row) => [row.direction, row.action, row.reason_code]),
      ).toEqual([
        ['to_domino', 'created', 'tombstone_lifted'],
        ['admin', 'retried', 'tombstone_lifted'],
      ]);
      expect(await two.sides.crm.liftTombstone(id, null)).toBe(0);
    });

    test('that is lifted while the entry is still in Notes joins the two, compared and not doubled', async () => {
      const { world, sides, anna } = await open({ settings: { deleted_in_crm: 'unlink' } });
      const { id, uid } = await agreed('Kept');
      await world.crm.deleteAppointment(anna.userId, id);
      await world.settle();
      expect(await link(id)).toMatchObject({ state: 'unlinked', reason: 'crm_deletion_kept' });
      await expect(sides.crm.liftTombstone(id, null)).rejects.toThrow(/deleted there/);
      world.notes(anna).edit({ uid, location: 'Notes place' });
      await sides.vendor.query(
        `update communication set comm_deleted = null, comm_note = 'CRM text' where comm_communicationid = $1`,
        [id],
      );
      await sides.vendor.query(
        "update domino_sync.item_link set unlinked_reason = 'past_deletion_kept' where appointment_id = $1",
        [id],
      );
      await sides.vendor.query(
        'update comm_link set cmli_deleted = null where cmli_comm_communicationid = $1',
        [id],
      );
      await world.settle();
      expect(await rowOf(id)).toMatchObject({ comm_location: null });
      expect(await sides.crm.liftTombstone(id, null)).toBe(1);
      await world.settle();
      expect(await rowOf(id)).toMatchObject({ comm_location: 'Notes place', comm_note: 'CRM text' });
      const entries = world.calendarEntries(anna, 'Kept');
      expect(entries).toMatchObject([{ uid, location: 'Notes place' }]);
      expect(entries[0]!.body).toContain('CRM text');
    });
  });
});

/** One cycle with another view of the database, in which every mailbox is pulled. */
async function cycle(crm: CrmDatabase): Promise<void> {
  await two.sides.vendor.query('update domino_sync.sync_user set next_poll_at = now() where enabled');
  const { domino } = two.sides;
  const log = silentLog();
  await runCycle({
    crm,
    domino,
    gate: createServerGate({ crm, domino, log }),
    log,
    stopping: new AbortController().signal,
    parallel: 1,
    kind: 'once',
  });
}

/** The process dies when the named call has been committed: nothing it does afterwards reaches the database. */
function dyingAfter(crm: CrmDatabase, step: 'applyInbound' | 'completeOutbound'): CrmDatabase {
  let dead = false;
  return new Proxy(crm, {
    get(target, name: keyof CrmDatabase & string) {
      const member: unknown = target[name];
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        if (dead) throw new Error('the process is dead');
        const answer: unknown = await (member as (...all: unknown[]) => Promise<unknown>).apply(target, args);
        if (name === step) {
          dead = true;
          throw new Error('the process dies');
        }
        return answer;
      };
    },
  });
}
