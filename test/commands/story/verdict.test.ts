/** Issue 4, item 7: the answer first. Each line is a question that administrators ask. */
import type { Explanation } from '../../../src/crm/contract.ts';
import { answerOf, isKnown, type Answer } from '../../../src/commands/story/verdict.ts';
import {
  BERT,
  activity,
  appointment,
  conflict,
  delivery,
  explanation,
  link,
  mailbox,
  neverEnabled,
  parked,
} from './explanations.ts';

const NONE = { links: [], activity: [] };
const nobodyHolds = { holders: [] };
const skipped = (reason_code: string) =>
  activity({ action: 'skipped', reason_code, happened_at: '2026-05-20T10:12:00Z' });
const unlinked = (unlinked_reason: string) => link({ state: 'unlinked', unlinked_reason });

const ROWS: [string, Partial<Explanation>, Answer['state'], string | null, RegExp, RegExp | null][] = [
  ['in step', {}, 'in_step', null, /^In step with mail\/anna\.nsf since 2026-05-20 10:10:00 UTC\.$/, null],
  [
    'nobody enabled takes part',
    {
      ...NONE,
      appointment: appointment({
        ...nobodyHolds,
        organiser: { user_id: BERT, email: 'bert@acme.example', name: 'Bert' },
        users: [],
      }),
      mailboxes: [neverEnabled()],
    },
    'nobody',
    'no_holder',
    /^Not in Notes because Bert Braun was never enabled for synchronisation\.$/,
    /^Run: crm-domino-sync users enable bert@acme\.example$/,
  ],
  [
    'nobody is a CRM user',
    {
      ...NONE,
      appointment: appointment({
        ...nobodyHolds,
        organiser: { user_id: null, email: 'x@else.example', name: null },
        users: [],
      }),
      mailboxes: [],
    },
    'nobody',
    'no_holder',
    /no CRM user takes part in it\. The organiser, x@else\.example, is no CRM user\./,
    /Enable the organiser/,
  ],
  [
    'the user cannot be enabled',
    {
      ...NONE,
      appointment: appointment(nobodyHolds),
      mailboxes: [neverEnabled({ crm_user_id: 1, refusal: 'disabled in the CRM' })],
    },
    'nobody',
    'no_holder',
    /Bert Braun cannot take part \(disabled in the CRM\)/,
    /Enable the organiser/,
  ],
  [
    'the user was disabled before it was made',
    {
      ...NONE,
      appointment: appointment(nobodyHolds),
      mailboxes: [mailbox({ enabled: false, disabled_at: '2026-05-01T08:00:00Z' })],
    },
    'nobody',
    'no_holder',
    /Anna Adler was disabled at 2026-05-01 08:00:00 UTC/,
    /users enable anna@acme\.example/,
  ],
  [
    'the user was disabled since',
    {
      appointment: appointment(nobodyHolds),
      mailboxes: [mailbox({ enabled: false, disabled_at: '2026-05-20T10:20:00Z' })],
      links: [link({ user_enabled: false })],
    },
    'disabled',
    'user_disabled',
    /^Not kept in step any more: Anna Adler was disabled at 2026-05-20 10:20:00 UTC/,
    /users enable anna@acme\.example/,
  ],
  [
    'the direction is to the CRM only',
    { ...NONE, appointment: appointment(nobodyHolds), mailboxes: [mailbox({ direction: 'to_crm' })] },
    'nobody',
    'direction',
    /nothing is written to Notes for Anna Adler \(direction to_crm\)/,
    /direction both/,
  ],
  [
    'the mailbox is held',
    {
      mailboxes: [
        mailbox({
          health: 'held',
          health_reason: 'mass_disappearance',
          health_detail: '30 of 40',
          health_since: '2026-05-20T09:00:00Z',
        }),
      ],
    },
    'stopped',
    'mass_disappearance',
    /^Stopped: mail\/anna\.nsf is held since 2026-05-20 09:00:00 UTC because so many entries are gone .* \(30 of 40\)\.$/,
    /resolve --held/,
  ],
  [
    'the mailbox is paused',
    {
      deliveries: [delivery()],
      mailboxes: [
        mailbox({
          health: 'paused',
          health_reason: 'domino_unreachable',
          next_poll_at: '2026-05-20T10:35:00Z',
        }),
      ],
    },
    'waiting',
    'domino_unreachable',
    /^Waits until 2026-05-20 10:35:00 UTC: mail\/anna\.nsf is paused because the Domino server cannot be reached/,
    /Nothing to do if it comes back/,
  ],
  [
    'the whole Domino server is paused',
    {
      deliveries: [delivery()],
      runners: {
        alive: 1,
        last_seen_at: null,
        domino_reason: 'domino_login',
        domino_paused_until: '2026-05-20T10:36:00Z',
      },
    },
    'waiting',
    'domino_login',
    /^Waits until 2026-05-20 10:36:00 UTC because Domino refuses the name or password/,
    /DOMINO_PASSWORD/,
  ],
  [
    'no runner is alive',
    {
      deliveries: [delivery()],
      runners: {
        alive: 0,
        last_seen_at: '2026-05-19T10:00:00Z',
        domino_reason: null,
        domino_paused_until: null,
      },
    },
    'waiting',
    null,
    /^Waits because no runner is running \(the last one was seen at 2026-05-19 10:00:00 UTC\)\.$/,
    /crm-domino-sync run/,
  ],
  [
    'captured, not yet folded',
    { unfolded_changes: 1 },
    'waiting',
    'crm_changed',
    /^Waits for the next cycle: a change in the CRM was captured/,
    null,
  ],
  [
    'due',
    { deliveries: [delivery()] },
    'waiting',
    'crm_changed',
    /^Waits for the next cycle: the appointment was changed in the CRM\.$/,
    null,
  ],
  [
    'in hand',
    { deliveries: [delivery({ leased: true })] },
    'waiting',
    'crm_changed',
    /in hand right now/,
    null,
  ],
  [
    'waiting for the third attempt',
    {
      deliveries: [
        delivery({
          attempts: 2,
          last_reason_code: 'domino_failed',
          last_error: 'HTTP 500',
          next_attempt_at: '2026-05-20T10:40:00Z',
        }),
      ],
    },
    'waiting',
    'domino_failed',
    /^Waits for attempt 3 at 2026-05-20 10:40:00 UTC because Domino reports an internal error \(HTTP 500\)\.$/,
    /console and log/,
  ],
  [
    'given up',
    {
      deliveries: [
        delivery({
          attempts: 10,
          parked_at: '2026-05-20T10:25:00Z',
          last_reason_code: 'domino_refused',
          last_error: 'no start',
        }),
      ],
    },
    'given_up',
    'domino_refused',
    /^Given up at 2026-05-20 10:25:00 UTC for Anna Adler after 10 attempts because Domino refuses this item as it is \(no start\)\.$/,
    /correct the item.*crm-domino-sync retry 5211$/,
  ],
  [
    'changed while capture was off, not compared since',
    {
      gaps: [{ opened_at: '2026-05-20T09:00:00Z', closed_at: '2026-05-20T10:30:00Z', reason: 'upgrade' }],
      links: [link({ updated_at: '2026-05-19T10:00:00Z' })],
      activity: [],
    },
    'unseen',
    'capture_off',
    /^Saved in the CRM at 2026-05-20 10:00:00 UTC while the capture of changes was off \(upgrade, 2026-05-20 09:00:00 UTC to/,
    /./,
  ],
  [
    'saved in a gap and compared since',
    { gaps: [{ opened_at: '2026-05-20T09:00:00Z', closed_at: null, reason: 'upgrade' }] },
    'in_step',
    null,
    /^In step/,
    null,
  ],
  [
    'too old',
    { links: [], activity: [skipped('too_old')] },
    'missing',
    'too_old',
    /^Not in Notes \(mail\/anna\.nsf\) because the item ended before the window/,
    /more past days/,
  ],
  [
    'too old, and nobody has looked',
    { ...NONE, appointment: appointment({ start_at: '2026-03-01T10:00:00', end_at: '2026-03-01T11:00:00' }) },
    'missing',
    'too_old',
    /because the item ended before the window/,
    /more past days/,
  ],
  [
    'To Dos are off',
    { links: [], activity: [skipped('todo_off')] },
    'missing',
    'todo_off',
    /because To Dos are switched off/,
    /Set todos to on/,
  ],
  [
    'a time is missing',
    { links: [], activity: [skipped('bad_times')] },
    'missing',
    'bad_times',
    /because a time is missing|because A time is missing/i,
    /Correct the times/,
  ],
  [
    'the first comparison is not through',
    { ...NONE, mailboxes: [mailbox({ first_sync_done: false })] },
    'waiting',
    'first_sync',
    /first comparison of Anna Adler is not through/,
    null,
  ],
  [
    'never seen',
    NONE,
    'missing',
    null,
    /no change of it has been seen since Anna Adler was enabled/,
    /Save it once more/,
  ],
  [
    'not the organiser',
    { activity: [skipped('not_organiser'), activity()] },
    'not_written',
    'not_organiser',
    /^Linked, but the last change in the CRM was not written/,
    /Let the organiser/,
  ],
  [
    'the direction does not allow it',
    { activity: [skipped('direction')] },
    'not_written',
    'direction',
    /direction set for this user/,
    /direction both/,
  ],
  [
    'deleted in Notes',
    { links: [unlinked('deletion_kept')] },
    'kept_apart',
    'deletion_kept',
    /^Kept apart from mail\/anna\.nsf since .* because the entry was deleted in Notes/,
    /./,
  ],
  [
    'deleted on both sides',
    { links: [unlinked('crm_deleted')], appointment: appointment({ deleted: true, holders: [] }) },
    'left',
    'crm_deleted',
    /^No longer in mail\/anna\.nsf since/,
    null,
  ],
  [
    'deleted in the CRM, never in Notes',
    { ...NONE, appointment: appointment({ deleted: true, holders: [] }) },
    'gone',
    'crm_deleted',
    /^Deleted in the CRM, and in no mail file\.$/,
    null,
  ],
  [
    'CRM only',
    { ...NONE, appointment: appointment({ crm_only: true, holders: [] }) },
    'nobody',
    'crm_only',
    /marked as CRM only/,
    /Comm_CRMOnly/,
  ],
  [
    'a task',
    { ...NONE, appointment: appointment({ type: 'Task', holders: [] }) },
    'nobody',
    'not_appointment',
    /not an appointment/,
    /Only communications of type Appointment/,
  ],
  [
    'being made',
    { links: [link({ state: 'creating' })] },
    'waiting',
    'found_in_domino',
    /^Being made in mail\/anna\.nsf/,
    null,
  ],
  [
    'a later change was refused',
    { parked: [parked({ reason_code: 'bad_times', detail: 'no end' })] },
    'not_taken',
    'bad_times',
    /^The last change in Notes was not taken over .* \(no end\)\.$/,
    /Correct the times/,
  ],
  [
    'a conflict was lost',
    { conflicts: [conflict()] },
    'in_step',
    null,
    /; a value of subject lost a merge\.$/,
    null,
  ],
  [
    'two were lost',
    { conflicts: [conflict(), conflict({ field: 'body' })] },
    'in_step',
    null,
    /; a value of 2 fields lost a merge\.$/,
    null,
  ],
  [
    'a lost conflict was resolved',
    { conflicts: [conflict({ resolved_at: '2026-05-20T10:20:00Z' })] },
    'in_step',
    null,
    /UTC\.$/,
    null,
  ],
  [
    'a text was cut',
    { activity: [activity({ direction: 'to_crm', reason_code: 'subject_truncated' })] },
    'in_step',
    null,
    /; the subject is longer than the CRM can hold/,
    null,
  ],
];

test.each(ROWS)('%s', (_what, changes, state, code, sentence, remedy) => {
  const answer = answerOf(explanation(changes));
  expect(answer).toMatchObject({ state, reason_code: code });
  expect(answer.sentence).toMatch(sentence);
  expect(answer.sentence.split('\n')).toHaveLength(1);
  if (remedy === null) expect(answer.remedy).toBeNull();
  else expect(answer.remedy).toMatch(remedy);
});

describe('an entry in Notes without an appointment', () => {
  const entry = (changes: Partial<ReturnType<typeof parked>>, rest: Partial<Explanation> = {}) =>
    answerOf(explanation({ appointment: null, links: [], activity: [], parked: [parked(changes)], ...rest }));

  test.each([
    ['series_too_long', /^Not in the CRM because the series in Notes has more occurrences/],
    ['invitation_pending', /^Not in the CRM because the invitation has not been answered yet/],
    ['too_old', /^Not in the CRM because the item ended before the window/],
    ['invitee_copy', /^Not in the CRM because this is an invitee's copy/],
    ['assignee_copy', /^Not in the CRM because this is an assignee's copy of a group To Do/],
  ])('%s', (reason_code, sentence) => {
    expect(entry({ reason_code })).toMatchObject({ state: 'missing', reason_code });
    expect(entry({ reason_code }).sentence).toMatch(sentence);
  });

  test('one that is tried again says when', () => {
    expect(entry({ reason_code: 'domino_failed', retry_after_seconds: 90 })).toMatchObject({
      state: 'waiting',
      sentence:
        'Not in the CRM because Domino reports an internal error. It is tried again at 2026-05-20 10:31:30 UTC.',
    });
  });

  test('one of a disabled user is not looked at', () => {
    const answer = entry({}, { mailboxes: [mailbox({ enabled: false, disabled_at: null })] });
    expect(answer).toMatchObject({ state: 'disabled', reason_code: 'user_disabled' });
  });

  test('one that is neither linked nor parked any more is told from the history', () => {
    const answer = answerOf(
      explanation({
        appointment: null,
        links: [],
        activity: [activity({ action: 'skipped', reason_code: 'too_old' })],
      }),
    );
    expect(answer.sentence).toMatch(
      /^No appointment belongs to this entry; at 2026-05-20 10:10:00 UTC it was skipped because/,
    );
  });
});

test("an invitee's unanswered invitation does not spoil the answer of the organiser", () => {
  const answer = answerOf(
    explanation({
      mailboxes: [mailbox(), mailbox({ crm_user_id: BERT, name: 'Bert Braun', mail_file: 'mail/bert.nsf' })],
      parked: [parked({ crm_user_id: BERT, reason_code: 'invitation_pending' })],
    }),
  );
  expect(answer.sentence).toMatch(/^In step with mail\/anna\.nsf since [^(]*\.$/);
});

test('of several mail files the most pressing is told first, and how many others there are', () => {
  const bert = mailbox({ crm_user_id: BERT, name: 'Bert Braun', mail_file: 'mail/bert.nsf' });
  const copies = explanation({
    mailboxes: [mailbox(), bert],
    links: [link(), link({ crm_user_id: BERT, role: 'copy' })],
    deliveries: [delivery({ crm_user_id: BERT })],
  });
  expect(answerOf(copies).sentence).toMatch(/^Waits for the next cycle.*\(in step with 1 other mail file\)$/);
});

test('nothing is known of an id that no side ever had', () => {
  const nothing = explanation({ appointment: appointment({ present: false }), links: [], activity: [] });
  expect(isKnown(nothing)).toBe(false);
  expect(answerOf(nothing).state).toBe('unknown');
  expect(isKnown({ ...nothing, unfolded_changes: 1 })).toBe(true);
});
