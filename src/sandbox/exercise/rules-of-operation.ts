/** S6 to S8: polling and its order, capture of every writer, installing and enabling. */
import { disableUser, enableUser } from '../../commands/users.ts';
import type { Config } from '../../config.ts';
import { checkDeployment } from '../../crm/open.ts';
import { silentLog } from '../../log.ts';
import { startRunner } from '../../runner/runner.ts';
import { everywhere } from './looks.ts';
import type { Rule } from './rule.ts';
import { waitUntil } from './wait.ts';
import type { World } from './world.ts';

/** A few polls on any server; a slow one takes many seconds for each. */
const LONGEST_WAIT_MS = 60_000;

export const RULES_OF_OPERATION: readonly Rule[] = [
  {
    rule: 'S6',
    text: 'both sides are polled for ever, CRM → Domino first, then Domino → CRM',
    play: async (world, { check }) => {
      const [anna] = world.users as [World['users'][number]];
      const { standIn } = world.sandbox;
      const crm = await world.sandbox.openCrm();
      const runner = await startRunner({
        crm,
        domino: world.sandbox.domino,
        log: silentLog(),
        parallel: 4,
        rule: '* * * * * *',
      });
      try {
        for (const round of [1, 2]) {
          const subject = `S6 round ${round}`;
          const at = world.at(10, 9 + round);
          world.notes(anna).createAppointment({ subject: `${subject} Notes`, start: at.utc, end: at.utc });
          await world.crm.createAppointment(anna.userId, {
            subject: `${subject} CRM`,
            start: at.wall,
            end: at.wall,
          });
          const arrived = await waitUntil(
            LONGEST_WAIT_MS,
            async () =>
              world.calendarEntries(anna, `${subject} CRM`).length === 1 &&
              (await world.bySubject(`${subject} Notes`)).length === 1,
          );
          check(`round ${round}: both edits arrived without anybody starting anything`, arrived);
        }
      } finally {
        await runner.stop();
        await crm.close();
      }
      await world.settle();
      const at = world.at(13, 9);
      world.notes(anna).createAppointment({ subject: 'S6 order Notes', start: at.utc, end: at.utc });
      await world.crm.createAppointment(anna.userId, {
        subject: 'S6 order CRM',
        start: at.wall,
        end: at.wall,
      });
      standIn.requests.reset();
      await world.cycle();
      const kinds = standIn.requests.entries
        .filter((one) => one.mailFile === anna.mailFile)
        .map((one) => one.kind);
      check(
        'one cycle carries both ways',
        world.calendarEntries(anna, 'S6 order CRM').length === 1 &&
          (await world.bySubject('S6 order Notes')).length === 1,
      );
      check(
        'the CRM’s change is written before the mailbox is listed',
        kinds.includes('create') && kinds.indexOf('create') < kinds.indexOf('list'),
      );
      const { rows } = await world.vendor.query<{ n: number }>(
        `select count(*)::int as n from domino_sync.activity as out join domino_sync.activity as back on back.run_id = out.run_id and back.crm_user_id = out.crm_user_id
         where out.direction = 'to_domino' and back.direction = 'to_crm' and out.action <> 'skipped' and back.activity_id < out.activity_id`,
      );
      check('in no run did a mailbox’s Domino → CRM come before its CRM → Domino', rows[0]?.n === 0);
    },
  },
  {
    rule: 'S7',
    text: 'the change is flagged in the database at its moment, whoever writes',
    play: async (world, { check }) => {
      const [anna] = world.users as [World['users'][number]];
      await world.settle();
      const logged = async () =>
        (await world.vendor.query<{ n: number }>('select count(*)::int as n from domino_sync.change_log'))
          .rows[0]!.n;
      const at = world.at(11, 9);
      const { rows } = await world.sage.query<{ id: number }>(
        `with made as (
           insert into communication (comm_type, comm_action, comm_status, comm_subject, comm_datetime, comm_todatetime, comm_organizer)
           select 'Appointment', 'Meeting', 'Pending', 'S7 import ' || n, $1, $1, $2 from generate_series(1, 20) as n
           returning comm_communicationid as id)
         insert into comm_link (cmli_comm_communicationid, cmli_comm_userid, cmli_status)
         select id, $2::int, 6 from made returning cmli_comm_communicationid as id`,
        [at.wall, String(anna.userId)],
      );
      check('an import by plain SQL is flagged at once', (await logged()) >= 20);
      await world.settle();
      check('and reaches Notes', everywhere(world, (subject) => subject.startsWith('S7 import')) === 20);
      await world.sage.query(
        'update communication set comm_location = $1 where comm_communicationid = any($2)',
        ['SQL job', rows.map((row) => row.id)],
      );
      check('a SQL job over many rows is flagged, a row each', (await logged()) === 20);
      await world.settle();
      check(
        'and reaches Notes',
        world
          .notes(anna)
          .calendar()
          .filter((item) => item.location === 'SQL job').length === 20,
      );
      await world.sage.query(
        'update communication set comm_updateddate = now() where comm_communicationid = any($1)',
        [rows.map((row) => row.id)],
      );
      await world.sage.query(
        `insert into communication (comm_type, comm_action, comm_subject) values ('Email', 'EmailOut', 'S7 e-mail')`,
      );
      check('a write that changes nothing we map, and an e-mail, are not flagged', (await logged()) === 0);
    },
  },
  {
    rule: 'S8',
    text: 'the control panel’s part: everything is installed, users are enabled',
    play: async (world, { check }) => {
      const { adminUrl, checkDeployed = () => checkDeployment(adminUrl) } = world.sandbox;
      const findings = await checkDeployed();
      check('everything is installed and in place', findings.length === 0);
      const user = world.users[world.users.length - 1]!;
      const { url, user: name, password } = world.sandbox.dominoAccess;
      const config: Config = {
        crmDatabaseUrl: world.sandbox.crmUrl,
        domino: {
          url,
          user: name,
          password,
          auth: 'auto',
          allDayEnd: 'auto',
          timeZone: world.sandbox.timeZone,
          parallel: 4,
          timeoutSeconds: 30,
          methodOverride: false,
        },
        runner: { mailboxes: 4, schedule: '* * * * * *' },
        log: { level: 'silent' },
      };
      const quiet = { json: true, write: () => {} };
      await disableUser(config, quiet, user.logon);
      const listed = async () =>
        (await world.sandbox.crm.listUsers()).find((one) => one.crm_user_id === user.userId);
      check('a user can be disabled', (await listed())?.enabled === false);
      await enableUser(config, quiet, user.logon, { direction: 'both' });
      const enabled = await listed();
      check(
        'and enabled by logon, his mail file found in Domino',
        enabled?.enabled === true && enabled.mail_file?.toLowerCase() === user.mailFile.toLowerCase(),
      );
      const at = world.at(12, 9);
      await world.crm.createAppointment(user.userId, { subject: 'S8 enabled', start: at.wall, end: at.wall });
      await world.settle();
      check('and then takes part', world.calendarEntries(user, 'S8 enabled').length === 1);
    },
  },
];
