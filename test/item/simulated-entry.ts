/** Answers a draft as Domino's Calendar service would: own line ends, nobody's response, attendees it knows nothing of. */
import type { DominoDraft, DominoEntry, DominoPatch } from '../../src/item/domino-entry.ts';

export function entryFrom(draft: DominoDraft): DominoEntry {
  const { form, ...fields } = draft;
  return {
    ...fields,
    key: { form, uid: 'CRM-test-1-1-1', recurrenceId: null },
    unid: null,
    appointmentType: form === 'todo' ? 'todo' : draft.attendees.length > 0 ? 'meeting' : 'appointment',
    body: draft.body.replaceAll('\n', '\r\n'),
    when: draft.when.allDay ? draft.when : { ...draft.when, timeZone: null },
    attendees: draft.attendees.map((attendee) => ({ ...attendee, response: 'none', external: null })),
    series: false,
    syncKey: null,
    modifiedAt: '2026-05-04T10:00:00Z',
    token: 'token-1',
    digest: 'digest-1',
  };
}

export function patched(entry: DominoEntry, patch: DominoPatch): DominoEntry {
  const { key, body, ...rest } = entry;
  const draft = { ...rest, form: key.form, body: (body ?? '').replaceAll('\r\n', '\n') } as DominoDraft;
  return { ...entry, ...entryFrom({ ...draft, ...patch }) };
}
