/** Who holds what while a meeting is being agreed on: proposals, refusals, cancellations, people taken off, other hands. */
import { make, meet, type HolderCase, type Scene } from './holder-cases.ts';

const startOf = async (scene: Scene): Promise<string> =>
  (await scene.world.bySubject(scene.subject))[0]!.start;

async function expectStart(scene: Scene, wall: string): Promise<void> {
  const start = await startOf(scene);
  if (start !== wall) throw new Error(`begins at ${start} instead of ${wall}`);
}

const proposal = (scene: Scene, uid: string) => ({
  uid,
  start: scene.world.at(6, 14).utc,
  end: scene.world.at(6, 15).utc,
});

const becomesOrganiser = async (scene: Scene, column: string, value: string | number) => {
  const { userId } = scene.world.outsider;
  const set = (to: string | number | null) =>
    scene.sql(`update users set ${column} = $2 where user_userid = $1`, [userId, to]);
  const id = await make(scene, scene.anna, [scene.bert]);
  await scene.settle();
  await set(value);
  try {
    await scene.sql('update communication set comm_organizer = $2 where comm_communicationid = $1', [
      id,
      String(userId),
    ]);
    await scene.settle();
    return {
      calendars: ['Anna: plain', 'Bert: plain'],
      crm: ['organiser Eva; Anna organiser, Bert none'],
    };
  } finally {
    await set(null);
  }
};

export const MEETING_CASES: readonly HolderCase[] = [
  {
    case: 'CRM: a resource becomes the organiser',
    holds: 'As of anybody who is not enabled: each enabled participant gets a plain entry.',
    play: (scene) => becomesOrganiser(scene, 'user_resource', 'Y'),
  },
  {
    case: 'CRM: a user who is deleted there becomes the organiser',
    holds: 'As of anybody who is not enabled: each enabled participant gets a plain entry.',
    play: (scene) => becomesOrganiser(scene, 'user_deleted', 1),
  },
  {
    case: 'Notes: an assistant enters the meeting for its owner',
    holds: 'The owner’s, who is its chair; who typed it does not count.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      const { organizer } = scene.world.notes(scene.anna).mailFile.entry(uid)!.fields;
      organizer!.sentBy = `mailto:${scene.dirk.email}`;
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}`, 'Bert: invited'],
        crm: ['organiser Anna; Anna organiser, Bert none'],
      };
    },
  },
  {
    case: 'Notes: an invitee proposes another time, the organiser accepts',
    holds: 'The one appointment stays at its time until the organiser has accepted, and then moves.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.bert).counter(proposal(scene, uid)));
      await scene.settle();
      await expectStart(scene, scene.times.crm.start);
      scene.notesUser(() => scene.world.notes(scene.anna).acceptCounter({ uid }));
      await scene.settle();
      await expectStart(scene, scene.world.at(6, 14).wall);
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}`, 'Bert: accepted'],
        crm: ['organiser Anna; Anna organiser, Bert accepted'],
      };
    },
  },
  {
    case: 'Notes: the organiser declines the proposal',
    holds: 'Nothing moves; a proposal that stands on a calendar is left alone (`counter_pending`).',
    play: async (scene) => {
      const { knobs } = scene.world.sandbox.standIn;
      knobs.counteredInvitation = 'listed';
      try {
        const uid = meet(scene, scene.anna, [scene.bert]);
        await scene.settle();
        scene.notesUser(() => scene.world.notes(scene.bert).counter(proposal(scene, uid)));
        await scene.settle();
        const meanwhile = scene.calendars().sort().join('; ');
        if (meanwhile !== `Anna: T; Anna: meeting with ${scene.bert.email}; Bert: T`)
          throw new Error(`another picture: ${meanwhile}`);
        scene.notesUser(() => scene.world.notes(scene.anna).declineCounter({ uid }));
        await scene.settle();
        await expectStart(scene, scene.times.crm.start);
        return {
          calendars: [`Anna: meeting with ${scene.bert.email}`, 'Bert: invited'],
          crm: ['organiser Anna; Anna organiser, Bert none'],
        };
      } finally {
        knobs.counteredInvitation = 'hidden';
      }
    },
  },
  {
    case: 'Notes: an invitee who had accepted proposes another time',
    holds: 'His answer and the time stay until the organiser has accepted.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.bert).counter(proposal(scene, uid)));
      await scene.settle();
      await expectStart(scene, scene.times.crm.start);
      scene.notesUser(() => scene.world.notes(scene.anna).acceptCounter({ uid }));
      scene.notesUser(() => scene.world.notes(scene.bert).process({ uid }));
      await scene.settle();
      await expectStart(scene, scene.world.at(6, 14).wall);
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}`, 'Bert: accepted'],
        crm: ['organiser Anna; Anna organiser, Bert accepted'],
      };
    },
  },
  {
    case: 'Notes: the organiser moves the meeting before anybody has answered',
    holds: 'The one appointment moves; invitation and reschedule wait, and the answer to them arrives.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.anna).move({ uid, start: scene.world.at(12, 9).utc }));
      await scene.settle();
      await expectStart(scene, scene.world.at(12, 9).wall);
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      scene.notesUser(() => scene.world.notes(scene.bert).process({ uid }));
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}`, 'Bert: accepted'],
        crm: ['organiser Anna; Anna organiser, Bert accepted'],
      };
    },
  },
  {
    case: 'Notes: the organiser cancels before anybody has answered',
    holds: 'The appointment is deleted in the CRM (S4); invitation and cancellation are left alone.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.anna).delete({ uid }));
      await scene.settle();
      if ((await scene.crm()).length > 0) throw new Error('still in the CRM');
      scene.notesUser(() => scene.world.notes(scene.bert).process({ uid }));
      await scene.settle();
      return { calendars: [], crm: [] };
    },
  },
  {
    case: 'Notes: the organiser cancels; the CRM gave it to somebody not enabled',
    holds:
      'The edit survives: each enabled participant gets a plain entry, as Domino’s invitation has ended.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.anna).delete({ uid }));
      await scene.sql('update communication set comm_organizer = $2 where comm_communicationid = $1', [
        await scene.id(),
        String(scene.world.outsider.userId),
      ]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.bert).process({ uid }));
      await scene.settle();
      return {
        calendars: ['Anna: plain', 'Bert: plain'],
        crm: ['organiser Eva; Anna organiser, Bert none'],
      };
    },
  },
  {
    case: 'Notes: an invitee accepted; the CRM gives the meeting to somebody not enabled',
    holds: 'Each enabled participant gets a plain entry, unless he has the copy of Domino’s own scheduling.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert, scene.cora]);
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      await scene.settle();
      await scene.sql('update communication set comm_organizer = $2 where comm_communicationid = $1', [
        await scene.id(),
        String(scene.world.outsider.userId),
      ]);
      await scene.settle();
      return {
        calendars: ['Anna: plain', 'Bert: accepted', 'Cora: invited', 'Cora: plain'],
        crm: ['organiser Eva; Anna organiser, Bert accepted, Cora none'],
      };
    },
  },
  {
    case: 'CRM: somebody who is not enabled becomes the organiser; Notes moved it meanwhile',
    holds:
      'Both edits count: each enabled participant gets a plain entry at the new time. What Notes mailed is Domino’s.',
    play: async (scene) => {
      const id = await make(scene, scene.anna, [scene.bert]);
      await scene.settle();
      const [uid] = scene.world
        .notes(scene.anna)
        .calendar()
        .filter(({ subject }) => subject === scene.subject)
        .map((item) => item.uid);
      scene.notesUser(() =>
        scene.world.notes(scene.anna).move({ uid: uid!, start: scene.world.at(12, 9).utc }),
      );
      await scene.sql('update communication set comm_organizer = $2 where comm_communicationid = $1', [
        id,
        String(scene.world.outsider.userId),
      ]);
      await scene.settle();
      await expectStart(scene, scene.world.at(12, 9).wall);
      await scene.world.crm.editAppointment(scene.anna.userId, id, { location: 'Room 9' });
      await scene.settle();
      const places = [scene.anna, scene.bert].flatMap((user) =>
        scene.world
          .notes(user)
          .calendar()
          .filter(({ subject, noticeType }) => subject === scene.subject && noticeType === null)
          .map(({ location }) => location),
      );
      if (places.join() !== 'Room 9,Room 9') throw new Error(`the entries are at ${places.join()}`);
      return {
        calendars: ['Anna: plain', 'Bert: U', 'Bert: plain'],
        crm: ['organiser Eva; Anna organiser, Bert none'],
      };
    },
  },
  {
    case: 'Notes: an invitee declines, and accepts once it is moved',
    holds: 'No answer is known of the refusal; the acceptance arrives.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert]);
      scene.notesUser(() => scene.world.notes(scene.bert).decline({ uid }));
      await scene.settle();
      const refused = (await scene.crm()).join();
      if (refused !== 'organiser Anna; Anna organiser, Bert none') throw new Error(refused);
      scene.notesUser(() => scene.world.notes(scene.anna).move({ uid, start: scene.world.at(12, 9).utc }));
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.bert.email}`, 'Bert: accepted'],
        crm: ['organiser Anna; Anna organiser, Bert accepted'],
      };
    },
  },
  {
    case: 'Notes: the organiser takes an invitee off',
    holds: 'He loses his link, whatever he had answered; the others keep theirs.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.bert, scene.cora]);
      scene.notesUser(() => scene.world.notes(scene.bert).accept({ uid }));
      scene.notesUser(() => scene.world.notes(scene.cora).accept({ uid }));
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.anna).edit({ uid, invitees: [scene.cora.email] }));
      scene.notesUser(() => scene.world.notes(scene.bert).process({ uid }));
      scene.notesUser(() => scene.world.notes(scene.cora).process({ uid }));
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.cora.email}`, 'Cora: accepted'],
        crm: ['organiser Anna; Anna organiser, Cora accepted'],
      };
    },
  },
  {
    case: 'Notes: somebody who is not enabled, such as a room, declines',
    holds: 'His answer stays unknown: no interface tells it.',
    play: async (scene) => {
      const uid = meet(scene, scene.anna, [scene.dirk]);
      await scene.settle();
      scene.notesUser(() => scene.world.notes(scene.dirk).decline({ uid }));
      await scene.settle();
      return {
        calendars: [`Anna: meeting with ${scene.dirk.email}`],
        crm: ['organiser Anna; Anna organiser, Dirk none'],
      };
    },
  },
  {
    case: 'Notes: the organiser is not enabled, and cancels',
    holds:
      'The appointment is deleted in the CRM (S4) once an invitee’s copy has gone by Domino’s own scheduling.',
    play: async (scene) => {
      const uid = await acceptedByTwo(scene);
      scene.notesUser(() => scene.world.notes(scene.dirk).delete({ uid }));
      await scene.settle();
      for (const invitee of [scene.anna, scene.bert])
        scene.notesUser(() => scene.world.notes(invitee).process({ uid }));
      await scene.settle();
      return { calendars: [], crm: [] };
    },
  },
  {
    case: 'Notes: the organiser is not enabled, one of two invitees declines after all',
    holds: 'The appointment stays for the other; his answer is taken back.',
    play: async (scene) => {
      const uid = await acceptedByTwo(scene);
      scene.notesUser(() => scene.world.notes(scene.anna).decline({ uid }));
      await scene.settle();
      return {
        calendars: ['Bert: accepted', `Dirk: meeting with ${scene.anna.email}, ${scene.bert.email}`],
        crm: ['organiser Dirk; Anna none, Bert accepted, Dirk organiser'],
      };
    },
  },
];

/** Dirk, who is not enabled, meets Anna and Bert; hers is the pair. */
async function acceptedByTwo(scene: Scene): Promise<string> {
  const uid = meet(scene, scene.dirk, [scene.anna, scene.bert]);
  for (const invitee of [scene.anna, scene.bert]) {
    scene.notesUser(() => scene.world.notes(invitee).accept({ uid }));
    await scene.settle();
  }
  return uid;
}
