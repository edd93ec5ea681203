/** What `why` tells beside the answer: what happened, where it is, what comes next, and what it keeps to itself. */
import type { Explanation } from '../../../src/crm/contract.ts';
import { storyLines, storyOf } from '../../../src/commands/story/story.ts';
import { spellingsOf } from '../../../src/commands/why.ts';
import {
  BERT,
  ID,
  activity,
  appointment,
  conflict,
  delivery,
  explanation,
  item,
  link,
  mailbox,
  parked,
} from './explanations.ts';

const told = (changes: Partial<Explanation>): string =>
  storyLines(String(ID), storyOf(explanation(changes))).join('\n');

describe('the timeline', () => {
  test('tells the fields with before and after, and who saved them, oldest first', () => {
    const text = told({
      activity: [
        activity({
          happened_at: '2026-05-20T10:10:00Z',
          changed_by: 'Bert Braun',
          changed_at: '2026-05-20T10:09:58Z',
          changes: [
            { field: 'subject', before: 'Lunch', after: 'Dinner' },
            {
              field: 'when',
              before: { allDay: true, start: '2026-06-01', end: '2026-06-02' },
              after: {
                allDay: false,
                start: '2026-06-01T10:00:00Z',
                end: '2026-06-01T11:00:00Z',
                timeZone: null,
              },
            },
            { field: 'attendees', before: ['b@acme.example'], after: ['c@acme.example'] },
            { field: 'reminderMinutes', before: null, after: 15 },
          ],
        }),
        activity({ happened_at: '2026-05-20T10:00:00Z', action: 'created', reason_code: 'crm_created' }),
      ],
    });
    expect(text).toContain(
      [
        '2026-05-20 10:00:00 UTC  CRM → Domino  created: The appointment is new in the CRM.',
        '2026-05-20 10:10:00 UTC  CRM → Domino  updated: The appointment was changed in the CRM.',
        '    last saved in the CRM by Bert Braun at 2026-05-20 10:09:58 UTC',
        '    subject: "Lunch" → "Dinner"',
        '    time: 2026-06-01 to 2026-06-02, all day → 2026-06-01 12:00 to 13:00 CRM time',
        '    attendees: + c@acme.example  − b@acme.example',
        '    reminder: none → 15 minutes before',
      ].join('\n'),
    );
  });

  test('tells both values of a conflict and the rule beside the effect, and who resolved it', () => {
    const text = told({
      activity: [
        activity({
          direction: 'to_crm',
          reason_code: 'conflict_resolved',
          changed_at: '2026-05-20T10:09:00Z',
        }),
      ],
      conflicts: [
        conflict({ resolution: 'domino', resolved_by: 'dba', resolved_at: '2026-05-20T10:20:00Z' }),
        conflict({ conflict_id: 3, decided_at: '2026-03-01T10:00:00Z' }),
      ],
    });
    expect(text).toContain(
      [
        '    changed in Notes at 2026-05-20 10:09:00 UTC',
        '    conflict 9 in subject: the CRM had "Dinner", Notes had "Breakfast"; the CRM won (policy newest)',
        '    dba took the value of Notes at 2026-05-20 10:20:00 UTC',
      ].join('\n'),
    );
    // its activity was purged: told all the same, in its place
    expect(text.indexOf('conflict 3')).toBeLessThan(text.indexOf('conflict 9'));
    expect(text.indexOf('conflict 3')).toBeGreaterThan(0);
  });

  test('counts what was decided alike several times in a row', () => {
    const skip = (happened_at: string) =>
      activity({ happened_at, action: 'skipped', reason_code: 'direction' });
    const text = told({
      activity: [skip('2026-05-20T10:12:00Z'), skip('2026-05-20T10:11:00Z'), skip('2026-05-20T10:10:30Z')],
    });
    expect(text).toMatch(
      /10:10:30 UTC {2}CRM → Domino {2}left alone: .* — 3 times, last at 2026-05-20 10:12:00 UTC/,
    );
    expect(text.match(/left alone/g)).toHaveLength(1);
  });

  test('names the mail file where there are several', () => {
    const text = told({
      mailboxes: [mailbox(), mailbox({ crm_user_id: BERT, mail_file: 'mail/bert.nsf' })],
      activity: [activity({ crm_user_id: BERT }), activity()],
    });
    expect(text).toMatch(/updated \(mail\/bert\.nsf\): /);
    expect(text).toMatch(/updated \(mail\/anna\.nsf\): /);
  });
});

describe('where it is', () => {
  test('names each mailbox with role and entry, and what the sides held differently when they agreed', () => {
    const text = told({
      links: [
        link({ base_item: { crm: { ...item, status: 'in_progress' }, domino: { ...item, body: null } } }),
      ],
    });
    expect(text).toContain('Notes  mail/anna.nsf (Anna Adler, organiser): appointment UID-1');
    expect(text).toContain(
      'both sides held the same but for text (CRM "Bring money", Notes nothing) and status (CRM in_progress, Notes pending).',
    );
    expect(text).toContain('last saved 2026-05-20 12:00 CRM time by Anna Adler');
  });

  test('tells the state of every other mail file below the answer', () => {
    const text = told({
      mailboxes: [mailbox(), mailbox({ crm_user_id: BERT, name: 'Bert Braun', mail_file: 'mail/bert.nsf' })],
      parked: [parked({ crm_user_id: BERT, reason_code: 'invitation_pending' })],
    });
    expect(text).toMatch(
      /The entry of Bert Braun in mail\/bert\.nsf is left alone because the invitation has not been answered/,
    );
    expect(text).toContain('→ Answer the invitation in Notes.');
  });
});

describe('what comes next', () => {
  const next = (changes: Partial<Explanation>) => storyOf(explanation(changes)).next;

  test.each<[string, Partial<Explanation>, RegExp]>([
    ['the next poll', {}, /^mail\/anna\.nsf is read for changes at 2026-05-20 10:30:30 UTC\.$/],
    ['an overdue poll', { clock: '2026-05-20T11:00:00Z' }, /read for changes in the next cycle/],
    [
      'a due delivery',
      { deliveries: [delivery()] },
      /^To mail\/anna\.nsf: due with the next cycle, attempt 1 of 10\.$/,
    ],
    [
      'a delivery that waits',
      { deliveries: [delivery({ attempts: 2, next_attempt_at: '2026-05-20T10:40:00Z' })] },
      /due at 2026-05-20 10:40:00 UTC, attempt 3 of 10/,
    ],
    ['a delivery in hand', { deliveries: [delivery({ leased: true })] }, /being written now/],
    [
      'a parked delivery',
      { deliveries: [delivery({ parked_at: '2026-05-20T10:25:00Z' })] },
      /nothing before somebody retries it/,
    ],
    ['a parked entry', { parked: [parked()] }, /read again when the entry changes in Notes/],
    [
      'a parked entry that is due again',
      { parked: [parked({ retry_after_seconds: 60 })] },
      /tried again at 2026-05-20 10:31:00 UTC/,
    ],
    [
      'one captured change',
      { unfolded_changes: 1 },
      /^One change captured in the CRM is taken up by the next cycle\.$/,
    ],
    [
      'no runner',
      { runners: { alive: 0, last_seen_at: null, domino_reason: null, domino_paused_until: null } },
      /^No runner is running now: nothing happens/,
    ],
    [
      'capture off',
      { gaps: [{ opened_at: '2026-05-20T10:20:00Z', closed_at: null, reason: 'upgrade' }] },
      /^Changes in the CRM go unseen: capture is off since .* \(upgrade\)\.$/,
    ],
    ['triggers missing', { triggers_off: 2 }, /2 of the triggers are off or missing\. Run doctor\./],
    ['a held mailbox', { mailboxes: [mailbox({ health: 'held' })] }, /is held: nothing is read or written/],
    [
      'a paused mailbox',
      { mailboxes: [mailbox({ health: 'paused' })] },
      /is paused until 2026-05-20 10:30:30 UTC/,
    ],
  ])('%s', (_what, changes, line) => {
    expect(next(changes)).toEqual(expect.arrayContaining([expect.stringMatching(line)]));
  });

  test('a disabled user has nothing to come', () => {
    expect(next({ mailboxes: [mailbox({ enabled: false })] })).toEqual([
      'Nothing, until it changes in the CRM.',
    ]);
  });

  test('a user who only gets is not read for changes', () => {
    expect(next({ mailboxes: [mailbox({ direction: 'to_domino' })] })).toEqual([
      'Nothing, until it changes in the CRM.',
    ]);
  });
});

describe('a private item', () => {
  const SECRET = 'Oncologist';
  const secretItem = { ...item, subject: SECRET, body: SECRET, location: SECRET };
  const secrets: Partial<Explanation> = {
    appointment: appointment({
      private: true,
      subject: SECRET,
      note: SECRET,
      location: SECRET,
      externals: [{ email: `${SECRET}@x.example`, name: SECRET, response: null, person_id: 4 }],
    }),
    links: [link({ base_item: { crm: { ...secretItem, private: true }, domino: secretItem } })],
    parked: [parked({ subject: SECRET, payload: { private: true, body: SECRET } })],
    conflicts: [conflict({ crm_value: SECRET, domino_value: `${SECRET} 2`, base_value: SECRET })],
    activity: [
      activity({
        changes: [
          { field: 'subject', before: 'x', after: SECRET },
          { field: 'when', before: null, after: { allDay: true, start: '2026-06-01', end: '2026-06-01' } },
        ],
      }),
    ],
  };

  test('shows times and reasons, and no word of it, in text and in JSON', () => {
    const story = storyOf(explanation(secrets));
    expect(JSON.stringify(story)).not.toContain(SECRET);
    const text = storyLines(String(ID), story).join('\n');
    expect(text).toContain('Appointment 5211: (private), 2026-06-01 12:00 to 13:00 CRM time');
    expect(text).toContain('subject: changed (private)');
    expect(text).toContain('time: 2026-06-01, all day');
  });

  test('is veiled when only the entry in Notes is private', () => {
    const story = storyOf(
      explanation({
        ...secrets,
        appointment: appointment({ subject: SECRET, note: null, location: null }),
        links: [link({ base_item: { crm: item, domino: { ...secretItem, private: true } } })],
      }),
    );
    expect(JSON.stringify(story)).not.toContain(SECRET);
  });

  test('one that is not private is told whole', () => {
    expect(JSON.stringify(storyOf(explanation()))).toContain('Bring money');
  });
});

test.each([
  ['OF0F3C3FD8:1A2B3C4D-ONC1258116:003ED56C', ['0F3C3FD81A2B3C4DC1258116003ED56C']],
  [
    '0f3c3fd81a2b3c4dc1258116003ed56c',
    ['0f3c3fd81a2b3c4dc1258116003ed56c', '0F3C3FD81A2B3C4DC1258116003ED56C'],
  ],
  ['crm-1@sync', ['crm-1@sync']],
])('the id %s is looked for as %j', (id, spellings) => {
  expect(spellingsOf(id)).toEqual(spellings);
});
