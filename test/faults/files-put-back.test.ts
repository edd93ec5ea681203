/**
 * The files of the whole cluster are put back from a bare copy, without recovery: system identifier and timeline are as
 * before. A runner that was there all the time knows that it has seen more, and both sides become equal.
 */
import pg from 'pg';
import pino from 'pino';
import { openCrmDatabase } from '../../src/crm/open.ts';
import { startRunner } from '../../src/runner/runner.ts';
import { waitUntil } from '../../src/sandbox/exercise/wait.ts';
import { startOwnServer, type OwnServer } from '../support/own-server.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

const PATIENCE_MS = 60_000;

let server: OwnServer;
let two: TwoSides;
/** Warnings and errors of the runner. */
let told: string[];
beforeEach(async () => {
  told = [];
  server = await startOwnServer();
  two = await openTwoSides({ users: 2, settings: { poll_seconds: '1' } });
  // They end with the server.
  for (const pool of [two.sides.vendor, two.database.admin])
    if (pool instanceof pg.Pool) pool.on('error', () => undefined);
});
afterEach(async () => {
  await two.close();
  await server.stop();
});

const stopped = async (work: () => Promise<void>): Promise<void> => {
  await server.halt();
  await work();
  await server.start();
};
const one = async <T extends pg.QueryResultRow>(sql: string): Promise<T> =>
  (await two.sides.vendor.query<T>(sql)).rows[0]!;
const identity = async () =>
  (await one<{ identity: string }>('select domino_sync.database_identity() as identity')).identity;

test('a runner notices that files were put back, compares both sides, and makes nothing twice', async () => {
  const { world, sides } = two;
  const [anna] = world.users as [TwoSides['world']['users'][number]];
  const crm = await openCrmDatabase(sides.crmUrl);
  const runner = await startRunner({
    crm,
    domino: sides.domino,
    log: pino({ level: 'warn' }, { write: (line: string) => void told.push(line) }),
    parallel: 2,
    rule: '* * * * * *',
  });
  const settled = async (condition: () => Promise<boolean> | boolean) =>
    expect(
      await waitUntil(PATIENCE_MS, async () => {
        try {
          return await condition();
        } catch (error) {
          // The pool finds out which of its connections ended with the server.
          if (error instanceof Error && /terminat|closed|ECONN/i.test(error.message)) return false;
          throw error;
        }
      }),
    ).toBe(true);
  try {
    const make = (subject: string, day: number) =>
      world.crm.createAppointment(anna.userId, {
        subject,
        start: world.at(day, 9).wall,
        end: world.at(day, 10).wall,
      });
    const before = await make('Before', 2);
    await settled(() => world.calendarEntries(anna, 'Before').length === 1);
    // A mailbox that was never looked at has nothing to be compared with afterwards.
    await settled(
      async () =>
        (await one<{ all: boolean }>('select bool_and(cursor is not null) as all from domino_sync.sync_user'))
          .all,
    );
    await settled(async () => (await sides.crm.syncStatus()).backlog.leased === 0);
    await stopped(() => server.copyFiles('aside'));
    const was = await identity();

    await settled(async () => (await make('Only in Notes now', 3)) > 0);
    await make('Only in Notes too', 4);
    await world.crm.editAppointment(anna.userId, before, { location: 'Edited since' });
    world.notes(anna).createAppointment({
      subject: 'From Notes',
      start: world.at(4, 9).utc,
      end: world.at(4, 10).utc,
    });
    await settled(() => world.calendarEntries(anna, 'Only in Notes now').length === 1);
    await settled(() => world.calendarEntries(anna, 'Only in Notes too').length === 1);
    await settled(() => world.calendarEntries(anna, 'Before')[0]?.location === 'Edited since');
    await settled(async () => (await world.bySubject('From Notes')).length === 1);
    expect(await identity()).toBe(was);
    expect(told.filter((line) => line.includes('older than it was'))).toEqual([]);

    await stopped(() => server.copyFiles('back'));
    await settled(async () => (await world.bySubject('From Notes')).length === 1);
    await settled(
      async () =>
        (
          await one<{ all: boolean }>(
            `select coalesce(bool_and(state = 'verified'), false) as all from domino_sync_report.verification`,
          )
        ).all,
    );
    expect(await identity()).toBe(`${was}/1`);
    expect(told.filter((line) => line.includes('older than it was'))).toHaveLength(1);
    expect(
      await one(`select count(*)::int as n from domino_sync.activity
                 where action = 'requested' and detail = 'the database was restored or promoted'`),
    ).toEqual({ n: 2 });
    // What had reached Notes comes back; nothing is there twice.
    expect(
      await one(`select comm_location as place from communication where comm_communicationid = ${before}`),
    ).toEqual({ place: 'Edited since' });
    for (const subject of ['Before', 'From Notes', 'Only in Notes now'])
      expect([subject, world.calendarEntries(anna, subject).length]).toEqual([subject, 1]);
    expect(await world.bySubject('Only in Notes now')).toEqual([]);
    expect(
      (
        await sides.vendor.query(
          'select reason_code, subject from domino_sync.inbound_parked order by subject',
        )
      ).rows,
    ).toEqual(
      ['now', 'too'].map((word) => ({ reason_code: 'orphan_entry', subject: `Only in Notes ${word}` })),
    );

    // The CRM gives the numbers of lost appointments again, so the uid of the new pair is that of an orphan.
    const another = await make('Another', 5);
    expect(world.calendarEntries(anna, 'Only in Notes too')).toMatchObject([
      { uid: expect.stringMatching(new RegExp(`-${another}-${anna.userId}-1$`)) as string },
    ]);
    await settled(() => world.calendarEntries(anna, 'Another').length === 1);
    await settled(
      async () =>
        (
          await one<{ linked: boolean }>(
            `select exists (select from domino_sync.item_link
                            where appointment_id = ${another} and state = 'linked') as linked`,
          )
        ).linked,
    );
    expect(world.calendarEntries(anna, 'Only in Notes too')).toHaveLength(1);
    expect(world.calendarEntries(anna, 'Another')).toHaveLength(1);
    expect((await world.bySubject('Another')).length).toBe(1);
  } finally {
    await runner.stop();
    await crm.close();
  }
}, 240_000);
