/** What a first comparison leaves alone leaves no trace in the history; `why` says the reason all the same. */
import { EXIT } from '../../src/errors.ts';
import { runCli } from '../support/cli.ts';
import { openTwoSides, type TwoSides } from '../support/two-sides.ts';

let two: TwoSides;
afterEach(() => two.close());

test('of each item that a first comparison left alone an administrator learns why, on either side', async () => {
  two = await openTwoSides({ users: 2, settings: { private_appointments: 'skipped' } });
  const { world, sides } = two;
  const [anna, bert] = world.users as [(typeof world.users)[number], (typeof world.users)[number]];
  for (const user of [anna, bert]) await sides.crm.disableUser(user.userId);
  const [soon, ago] = [world.at(3, 9), world.at(-300, 9)];
  const make = (user: typeof anna, at: typeof soon, more: Record<string, unknown> = {}) =>
    world.crm.createAppointment(user.userId, { subject: 'Item', start: at.wall, end: at.wall, ...more });
  const oneWay = await make(anna, soon);
  const old = await make(bert, ago);
  const secret = await make(bert, soon, { private: true });
  const crmOnly = await make(bert, soon, { crmOnly: true });
  const notLooked = world.notes(bert).createAppointment({ subject: 'N', start: soon.utc, end: soon.utc });
  const optedOut = world
    .notes(anna)
    .createAppointment({ subject: 'N', start: soon.utc, end: soon.utc, categories: ['not in CRM'] });
  for (const [user, direction] of [
    [anna, 'to_crm'],
    [bert, 'to_domino'],
  ] as const)
    await sides.crm.enableUser({
      crm_user_id: user.userId,
      mail_file: user.mailFile,
      notes_name: user.notesName,
      direction,
      past_days: null,
    });
  await world.settle();

  const why = async (id: number | string) => {
    const { code, stdout, stderr } = await runCli(['why', String(id)], {
      CRM_DATABASE_URL: sides.crmUrl,
      DOMINO_URL: sides.dominoAccess.url,
      DOMINO_USER: sides.dominoAccess.user,
      DOMINO_PASSWORD: sides.dominoAccess.password,
      LOG_LEVEL: 'silent',
    });
    return { code, answer: stdout.split('\n').slice(1, 3).join('\n') + stderr };
  };
  for (const [id, reason] of [
    [oneWay, /nothing is written to Notes for Anna Adler \(direction to_crm\)\.\n→ Enable/],
    [old, /ended before the window .*\n→ Enable the user again with more past days/],
    [secret, /is private, and setting private_appointments/],
    [crmOnly, /marked as CRM only\.\n→ Clear the mark/],
    [optedOut, /category/],
  ] as const)
    expect(await why(id)).toEqual({ code: EXIT.ok, answer: expect.stringMatching(reason) as string });
  expect(await why(notLooked)).toEqual({
    code: EXIT.findings,
    answer: expect.stringMatching(
      /nothing is known .*\n.*of a user with direction to_domino, are not looked at/,
    ) as string,
  });
});
