/** Everything a user can see on both sides, as sorted lines without ids: equal lines mean the same outcome. */
import type { World } from '../../src/sandbox/exercise/world.ts';

export async function stateOf(world: World): Promise<string[]> {
  const { rows: crm } = await world.vendor.query<{ line: string }>(`
    select concat_ws(' | ', 'CRM', comm_subject, coalesce(comm_location, ''), to_char(comm_datetime, 'YYYY-MM-DD HH24:MI'),
        to_char(comm_todatetime, 'YYYY-MM-DD HH24:MI'), coalesce(comm_note, ''), (
            select string_agg(coalesce(cmli_comm_userid::text, lower(cmli_recipient)), ',' order by 1)
            from comm_link where cmli_comm_communicationid = comm_communicationid and cmli_deleted is null
        )) as line
    from communication where comm_deleted is null`);
  const { rows: ours } = await world.vendor.query<{ line: string }>(`
    select concat_ws(' | ', 'link', comm_subject, crm_user_id, state, unlinked_reason) as line
    from domino_sync.item_link join communication on comm_communicationid = appointment_id
    union all
    select distinct concat_ws(' | ', 'conflict', comm_subject, field, winner)
    from domino_sync.conflict join communication on comm_communicationid = appointment_id
    union all
    select concat_ws(' | ', 'parked', crm_user_id, subject, reason_code) from domino_sync.inbound_parked
    union all
    select concat_ws(' | ', 'waiting', comm_subject, crm_user_id, last_reason_code)
    from domino_sync.delivery left join communication on comm_communicationid = appointment_id`);
  const notes = world.users.flatMap((user) => [
    ...world
      .notes(user)
      .calendar()
      .map((item) =>
        [
          'Notes',
          user.name,
          item.noticeType ?? '',
          item.subject,
          item.location,
          item.start,
          item.end,
          item.body ?? '',
          item.attendees
            .map(({ email }) => email)
            .sort()
            .join(','),
        ].join(' | '),
      ),
    ...world
      .notes(user)
      .todos()
      .map((todo) => ['To Do', user.name, todo.subject, todo.start ?? '', todo.due ?? ''].join(' | ')),
  ]);
  const mail = world.sandbox.standIn.outbox.map((notice) => `mail | ${notice.from}`);
  return [...crm.map(({ line }) => line), ...ours.map(({ line }) => line), ...notes, ...mail].sort();
}

/** What differs from the undisturbed outcome, in words that begin with `told`; null when nothing does. */
export function difference(
  told: string,
  undisturbed: readonly string[],
  after: readonly string[],
): string | null {
  const lost = undisturbed.filter((line) => !after.includes(line));
  const more = after.filter((line) => !undisturbed.includes(line));
  if (lost.length + more.length === 0 && after.length === undisturbed.length) return null;
  return [
    told,
    ...lost.map((line) => `  - ${line}`),
    ...more.map((line) => `  + ${line}`),
    `  ${after.length} lines, ${undisturbed.length} expected`,
  ].join('\n');
}
