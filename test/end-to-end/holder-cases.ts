/** Who holds what, case by case. docs/mapping.md shows the same rows; who-holds.test.ts plays them. */
import type { SampleUser } from '../../src/sandbox/crm/sample-data.ts';
import type { World } from '../../src/sandbox/exercise/world.ts';

/** One meeting of a case; every case has a subject of its own. */
export interface Scene {
  world: World;
  subject: string;
  anna: SampleUser;
  bert: SampleUser;
  cora: SampleUser;
  /** Uses Notes, a CRM user, switched off. */
  dirk: SampleUser;
  times: { crm: { start: string; end: string }; notes: { start: string; end: string } };
  /** Comes to rest, and fails when anything was mailed that no Notes user sent himself. */
  settle(): Promise<void>;
  /** What a Notes user does, whose client mails as it always does. */
  notesUser<T>(act: () => T): T;
  /** `Anna: meeting with bert0@…` a line, of everybody who has it on his calendar; `invited` = a notice that waits. */
  calendars(): string[];
  /** Appointments with the subject: `organiser Anna; Anna organiser, Bert accepted`. */
  crm(): Promise<string[]>;
  /** Requests that wrote to the mail file since the last call. */
  writesTo(user: SampleUser): number;
  id(): Promise<number>;
  sql(text: string, values: readonly unknown[]): Promise<void>;
}

export interface HolderCase {
  case: string;
  holds: string;
  play(scene: Scene): Promise<{ calendars: string[]; crm: string[] }>;
}

export const make = (
  scene: Scene,
  who: SampleUser,
  participants: { userId: number }[],
  organiser?: string | null,
) =>
  scene.world.crm.createAppointment(
    who.userId,
    { subject: scene.subject, ...scene.times.crm, ...(organiser === undefined ? {} : { organiser }) },
    participants,
  );
export const meet = (scene: Scene, who: SampleUser, invitees: SampleUser[]) =>
  scene.notesUser(() =>
    scene.world.notes(who).createMeeting({
      subject: scene.subject,
      ...scene.times.notes,
      invitees: invitees.map(({ email }) => email),
    }),
  );

export const HOLDER_CASES: readonly HolderCase[] = [
  {
    case: 'CRM: the organiser is enabled',
    holds: 'The organiser’s mail file, as a meeting with the participants. Nobody else’s is written.',
    play: async (scene) => {
      await make(scene, scene.anna, [scene.bert, { userId: scene.world.outsider.userId }]);
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}, ${scene.world.outsider.email}`],
        crm: ['organiser Anna; Anna organiser, Bert none, Eva none'],
      };
    },
  },
  {
    case: 'CRM: the organiser is not enabled',
    holds: 'Each enabled participant, as a plain entry that invites nobody.',
    play: async (scene) => {
      await make(scene, { ...scene.anna, userId: scene.world.outsider.userId }, [scene.anna, scene.bert]);
      await scene.settle();
      return {
        calendars: ['Anna: plain', 'Bert: plain'],
        crm: ['organiser Eva; Anna none, Bert none, Eva organiser'],
      };
    },
  },
  {
    case: 'CRM: the organiser is no CRM user (an address)',
    holds: 'Each enabled participant, as a plain entry that invites nobody.',
    play: async (scene) => {
      await make(scene, scene.anna, [scene.bert], 'boss@elsewhere.example');
      await scene.settle();
      return {
        calendars: ['Anna: plain', 'Bert: plain'],
        crm: ['organiser boss@elsewhere.example; Anna none, Bert none'],
      };
    },
  },
  {
    case: 'CRM: another enabled user becomes the organiser',
    holds: 'The new organiser’s mail file; the entry of the old one is taken away.',
    play: async (scene) => {
      const id = await make(scene, scene.anna, [scene.bert]);
      await scene.settle();
      await scene.sql('update communication set comm_organizer = $2 where comm_communicationid = $1', [
        id,
        String(scene.bert.userId),
      ]);
      await scene.settle();
      return {
        calendars: [`Bert: meeting with ${scene.anna.email}`],
        crm: ['organiser Bert; Anna organiser, Bert none'],
      };
    },
  },
  {
    case: 'CRM: somebody who is not enabled becomes the organiser',
    holds: 'The meeting is taken away; each enabled participant gets a plain entry.',
    play: async (scene) => {
      const id = await make(scene, scene.anna, [scene.bert]);
      await scene.settle();
      await scene.sql('update communication set comm_organizer = $2 where comm_communicationid = $1', [
        id,
        String(scene.world.outsider.userId),
      ]);
      await scene.settle();
      return {
        calendars: ['Anna: plain', 'Bert: plain'],
        crm: ['organiser Eva; Anna organiser, Bert none'],
      };
    },
  },
  {
    case: 'CRM: the organiser is disabled in the CRM, but not here',
    holds:
      'His mail file stays as it is (`crm_user_refused`), until he is back in the CRM or switched off here too (`users disable`).',
    play: async (scene) => {
      const id = await make(scene, scene.cora, [scene.bert]);
      await scene.settle();
      await scene.sql(`update users set user_disabled = 'Y' where user_userid = $1`, [scene.cora.userId]);
      try {
        await scene.world.crm.addParticipant(scene.bert.userId, id, scene.anna);
        await scene.settle();
        const meanwhile = scene.calendars().join();
        if (meanwhile !== `Cora: meeting with ${scene.bert.email}`) throw new Error(`touched: ${meanwhile}`);
      } finally {
        await scene.sql('update users set user_disabled = null where user_userid = $1', [scene.cora.userId]);
      }
      await scene.settle();
      return {
        calendars: [`Cora: meeting with ${scene.anna.email}, ${scene.bert.email}`],
        crm: ['organiser Cora; Anna none, Bert none, Cora organiser'],
      };
    },
  },
  {
    case: 'CRM: a participant is added, another removed',
    holds: 'The organiser’s meeting has the one, and the other no longer.',
    play: async (scene) => {
      const id = await make(scene, scene.anna, [scene.bert]);
      await scene.settle();
      await scene.world.crm.addParticipant(scene.anna.userId, id, scene.cora);
      await scene.world.crm.removeParticipant(scene.anna.userId, id, scene.bert);
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.cora.email}`],
        crm: ['organiser Anna; Anna organiser, Cora none'],
      };
    },
  },
  {
    case: 'CRM: a participant declines there, the organiser is enabled',
    holds: 'He stays invited in Notes; his answer stays in the CRM.',
    play: async (scene) => {
      const id = await make(scene, scene.anna, [scene.bert]);
      await scene.settle();
      await scene.world.crm.setResponse(scene.bert.userId, id, 'declined');
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}`],
        crm: ['organiser Anna; Anna organiser, Bert declined'],
      };
    },
  },
  {
    case: 'CRM: a participant declines there, the organiser is not enabled',
    holds: 'His plain entry is taken away; the others keep theirs.',
    play: async (scene) => {
      const id = await make(scene, { ...scene.anna, userId: scene.world.outsider.userId }, [
        scene.anna,
        scene.bert,
      ]);
      await scene.settle();
      await scene.world.crm.setResponse(scene.bert.userId, id, 'declined');
      await scene.settle();
      return {
        calendars: ['Anna: plain'],
        crm: ['organiser Eva; Anna none, Bert declined, Eva organiser'],
      };
    },
  },
  {
    case: 'CRM: a resource takes part',
    holds: 'The organiser’s meeting names it; a resource holds nothing itself.',
    play: async (scene) => {
      await scene.sql(`update users set user_resource = 'Y' where user_userid = $1`, [
        scene.world.outsider.userId,
      ]);
      try {
        await make(scene, scene.anna, [{ userId: scene.world.outsider.userId }]);
        await scene.settle();
        return {
          calendars: [`Anna: meeting with ${scene.world.outsider.email}`],
          crm: ['organiser Anna; Anna organiser, Eva none'],
        };
      } finally {
        await scene.sql('update users set user_resource = null where user_userid = $1', [
          scene.world.outsider.userId,
        ]);
      }
    },
  },
  {
    case: 'Notes: an enabled user invites; nobody has answered',
    holds:
      'One appointment, the organiser’s. The invitations wait and are left alone (`invitation_pending`).',
    play: async (scene) => {
      meet(scene, scene.anna, [scene.bert]);
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}`, 'Bert: invited'],
        crm: ['organiser Anna; Anna organiser, Bert none'],
      };
    },
  },
  {
    case: 'Notes: the invitees accept, or accept tentatively',
    holds: 'Still one appointment, with their answers. Their copies are only read (`invitee_copy`).',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert, scene.cora]);
      await scene.settle();
      scene.writesTo(scene.bert);
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      scene.notesUser(() => scene.world.notes(scene.cora).tentative({ uid }));
      await scene.settle();
      if (scene.writesTo(scene.bert) !== 0) throw new Error('the invitee’s mail file was written');
      return {
        calendars: [
          `Anna: meeting with ${scene.bert.email}, ${scene.cora.email}`,
          'Bert: accepted',
          'Cora: tentative',
        ],
        crm: ['organiser Anna; Anna organiser, Bert accepted, Cora tentative'],
      };
    },
  },
  {
    case: 'Notes: an invitee who had accepted declines',
    holds: 'His copy is gone and his answer is taken back: no interface tells a refusal from a deleted copy.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.bert).decline({ uid }));
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}`],
        crm: ['organiser Anna; Anna organiser, Bert none'],
      };
    },
  },
  {
    case: 'Notes: an invitee accepted; his answer is changed in the CRM',
    holds: 'The CRM’s answer stands until he answers anew in Notes.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      await scene.settle();
      await scene.world.crm.setResponse(scene.bert.userId, await scene.id(), 'declined');
      await scene.settle();
      const afterCrm = await scene.crm();
      if (!afterCrm[0]!.includes('Bert declined')) throw new Error(`overwritten: ${afterCrm.join()}`);
      scene.notesUser(() => scene.world.notes(scene.bert).tentative({ uid }));
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}`, 'Bert: tentative'],
        crm: ['organiser Anna; Anna organiser, Bert tentative'],
      };
    },
  },
  {
    case: 'Notes: the organiser moves the meeting',
    holds: 'The one appointment moves; the copies follow by Domino’s own scheduling.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.anna).move({ uid, start: scene.world.at(12, 9).utc }));
      scene.notesUser(() => scene.world.notes(scene.bert).process({ uid }));
      await scene.settle();
      const [row] = await scene.world.bySubject(scene.subject);
      if (row!.start !== scene.world.at(12, 9).wall) throw new Error(`not moved: ${row!.start}`);
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}`, 'Bert: accepted'],
        crm: ['organiser Anna; Anna organiser, Bert accepted'],
      };
    },
  },
  {
    case: 'Notes: the organiser cancels the meeting',
    holds: 'The appointment is deleted in the CRM (S4); the copies end by Domino’s own scheduling.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.anna).delete({ uid }));
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.bert).process({ uid }));
      await scene.settle();
      return { calendars: [], crm: [] };
    },
  },
  {
    case: 'Notes: the organiser is not enabled, two enabled users accept',
    holds:
      'One appointment with both answers, organised by him; edits in the CRM do not go to Notes (`not_organiser`).',
    play: async (scene) => {
      const uid = meet(scene, scene.dirk, [scene.anna, scene.bert]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.anna).accept({ uid }));
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.bert).tentative({ uid }));
      await scene.settle();
      scene.writesTo(scene.anna);
      await scene.world.crm.editAppointment(scene.anna.userId, await scene.id(), { location: 'CRM place' });
      await scene.settle();
      if (scene.writesTo(scene.anna) !== 0) throw new Error('the invitee’s mail file was written');
      return {
        calendars: [
          'Anna: accepted',
          'Bert: tentative',
          `Dirk: meeting with ${scene.anna.email}, ${scene.bert.email}`,
        ],
        crm: ['organiser Dirk; Anna accepted, Bert tentative, Dirk organiser'],
      };
    },
  },
  {
    case: 'Notes: the organiser is not enabled, an invitee answers anew',
    holds: 'His answer follows.',
    play: async (scene) => {
      const uid = meet(scene, scene.dirk, [scene.anna]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.anna).tentative({ uid }));
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.anna).accept({ uid }));
      await scene.settle();
      return {
        calendars: ['Anna: accepted', `Dirk: meeting with ${scene.anna.email}`],
        crm: ['organiser Dirk; Anna accepted, Dirk organiser'],
      };
    },
  },
];
