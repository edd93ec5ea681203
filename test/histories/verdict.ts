/** What has to hold once the faults of a history have stopped. */
import { wallNow, wallText } from '../../src/sandbox/crm/wall-time.ts';
import type { SampleUser } from '../../src/sandbox/crm/sample-people.ts';
import { enable, inNotes, itemOf, type Survivors } from './play.ts';
import type { Stage } from './stage.ts';

/** A delivery that waits for Domino to show a newer state again gives up waiting at the ninth. */
const MOST_ATTEMPTS = 12;

/** Nothing fails any more, everybody takes part; whatever waits for its next attempt gets it now. */
export async function comeToRest(stage: Stage): Promise<void> {
  const { two, world } = stage;
  two.sides.standIn.faults.clear();
  await stage.admin.enableCapture();
  // A runner that has lost its sessions in the middle holds its mailboxes until the leases run out.
  await two.sides.vendor.query(
    'update domino_sync.sync_user set leased_until = now() where leased_by is not null',
  );
  const users = await stage.admin.listUsers();
  for (const user of world.users)
    if (!users.some((one) => one.crm_user_id === user.userId && one.enabled)) await enable(stage, user);
  for (let round = 0; round < MOST_ATTEMPTS; round += 1) {
    await stage.settle();
    const { rows } = await two.sides.vendor.query<{ waits: boolean }>(`
      select exists (select from domino_sync.delivery where parked_at is null)
          or exists (select from domino_sync.inbound_parked where next_attempt_at is not null)
          or exists (select from domino_sync.reconcile_due)
          or exists (select from domino_sync.sync_user where health = 'paused') as waits`);
    if (!rows[0]!.waits) return;
    await two.sides.vendor.query(`
      update domino_sync.delivery set next_attempt_at = now() where parked_at is null;
      update domino_sync.inbound_parked set next_attempt_at = now() where next_attempt_at is not null;
      update domino_sync.sync_user set health = 'ok', next_poll_at = now() where health = 'paused'`);
  }
  await stage.settle();
}

/** Everything that is wrong, in words; empty when the promise is kept. */
export async function faultsOf(stage: Stage, survivors: Survivors): Promise<string[]> {
  const crm = await lookAtCrm(stage);
  return [
    ...crm.problems,
    ...stage.world.users.flatMap((user) => differences(stage, user, crm)),
    ...(await lost(stage, survivors, crm)),
    ...stage.two.sides.standIn.outbox
      .filter(({ from }) => from.includes('CRM Sync'))
      .map(({ from, to }) => `mail left from ${from} to ${to}`),
    ...(await unquiet(stage)),
  ];
}

interface Link {
  id: number;
  state: string;
  reason: string | null;
  uid: string;
  user: number;
  subject: string;
  location: string | null;
  start: string;
  end: string;
  deleted: boolean;
}

interface Crm {
  links: Link[];
  /** uids of entries that wait for an administrator, by user. */
  parked: Set<string>;
  live: string[];
  problems: string[];
}

/** One question: everything that is needed of the database. */
async function lookAtCrm({ world }: Stage): Promise<Crm> {
  const { rows } = await world.vendor.query<{ found: Crm }>(`
    select jsonb_build_object(
      'links', (select coalesce(jsonb_agg(jsonb_build_object(
          'id', l.appointment_id, 'state', l.state, 'reason', l.unlinked_reason, 'uid', l.domino_uid,
          'user', l.crm_user_id, 'subject', c.comm_subject, 'location', c.comm_location,
          'start', to_char(c.comm_datetime, 'YYYY-MM-DD"T"HH24:MI:SS'),
          'end', to_char(c.comm_todatetime, 'YYYY-MM-DD"T"HH24:MI:SS'),
          'deleted', c.comm_deleted is not null)), '[]')
        from domino_sync.item_link as l join communication as c on c.comm_communicationid = l.appointment_id),
      'parked', (select coalesce(jsonb_agg(p.crm_user_id || ' ' || p.domino_uid), '[]') from domino_sync.inbound_parked as p),
      'live', (select coalesce(jsonb_agg(c.comm_subject), '[]') from communication as c where c.comm_deleted is null),
      'problems', (select coalesce(jsonb_agg(x.problem), '[]') from (
          select format('"%s" waits to be delivered', c.comm_subject) as problem
          from domino_sync.delivery as d left join communication as c on c.comm_communicationid = d.appointment_id
          where d.parked_at is null
          union all
          select format('"%s" is parked in the queue: %s %s', c.comm_subject, d.last_reason_code, d.last_error)
          from domino_sync.delivery as d left join communication as c on c.comm_communicationid = d.appointment_id
          where d.parked_at is not null
          union all
          select format('an entry is parked without a listed reason: %s', p.reason_code)
          from domino_sync.inbound_parked as p
          where not exists (select from domino_sync.reason_code as r where r.code = p.reason_code)
             or p.reason_code in ('internal', 'domino_failed', 'domino_unreachable')
          union all
          select format('"%s" is unlinked without a listed reason: %s', c.comm_subject, l.unlinked_reason)
          from domino_sync.item_link as l join communication as c on c.comm_communicationid = l.appointment_id
          where l.state = 'unlinked'
            and not exists (select from domino_sync.reason_code as r where r.code = l.unlinked_reason)
          union all
          select format('"%s" is still being made', c.comm_subject)
          from domino_sync.item_link as l join communication as c on c.comm_communicationid = l.appointment_id
          where l.state = 'creating'
          union all
          select format('"%s" is nowhere in Notes, and nothing says why', c.comm_subject)
          from communication as c join domino_sync.appointment_holder as h on h.appointment_id = c.comm_communicationid
          where c.comm_deleted is null
            and not exists (select from domino_sync.item_link as l
                where l.appointment_id = h.appointment_id and l.crm_user_id = h.crm_user_id)
            and not exists (select from domino_sync.delivery as d
                where d.appointment_id = h.appointment_id and d.crm_user_id = h.crm_user_id)
          union all
          select format('mailbox %s is %s: %s', u.crm_user_id, u.health, u.health_detail)
          from domino_sync.sync_user as u where u.health <> 'ok'
        ) as x)) as found`);
  return { ...rows[0]!.found, parked: new Set(rows[0]!.found.parked) };
}

interface Shown {
  uid: string;
  subject: string;
  location: string | null;
  start: string;
  end: string | null;
}

function shown(stage: Stage, owner: SampleUser): Shown[] {
  return inNotes(stage, owner).map(({ entry, todo }) =>
    todo
      ? { uid: todo.unid, subject: todo.subject, location: null, start: todo.start ?? '', end: null }
      : {
          uid: entry.uid,
          subject: entry.subject,
          location: entry.location,
          start: entry.start,
          end: entry.end,
        },
  );
}

/** What the mail file and the CRM do not agree on. */
function differences(stage: Stage, owner: SampleUser, { links, parked, live }: Crm): string[] {
  const wrong: string[] = [];
  const own = links.filter((link) => link.user === owner.userId);
  const entries = shown(stage, owner);
  const crmTime = (at: string) => wallText(wallNow(new Date(at), stage.two.sides.timeZone));
  for (const entry of entries) {
    const link = own.find((one) => one.uid === entry.uid);
    if (!link && !parked.has(`${owner.userId} ${entry.uid}`))
      wrong.push(`"${entry.subject}" of ${owner.name} is in Notes, but neither linked nor explained`);
    if (link?.state !== 'linked') continue;
    if (link.deleted) wrong.push(`"${entry.subject}" is deleted in the CRM, but still in Notes`);
    const compare = (what: string, inCrm: string, there: string) => {
      if (inCrm !== there)
        wrong.push(`${what} of "${link.subject}": "${inCrm}" in the CRM, "${there}" in Notes`);
    };
    compare('subject', link.subject, entry.subject);
    if (entry.location !== null) compare('location', link.location ?? '', entry.location);
    if (entry.start.length > 10) {
      compare('start', link.start, crmTime(entry.start));
      if (entry.end !== null) compare('end', link.end, crmTime(entry.end));
    }
  }
  for (const link of own)
    if (link.state === 'linked' && !entries.some((entry) => entry.uid === link.uid))
      wrong.push(`"${link.subject}" is linked, but not in the Notes of ${owner.name}`);
  wrong.push(
    ...twice(entries.map((entry) => `${itemOf(entry.subject)} in the Notes of ${owner.name}`)),
    ...twice(live.map((subject) => `${itemOf(subject)} in the CRM`)),
  );
  return wrong;
}

const twice = (names: readonly string[]): string[] =>
  [...new Set(names.filter((name, i) => names.indexOf(name) !== i))].map((name) => `${name}: there twice`);

/**
 * Items that should have survived a deletion and are missing on a side. An edit by a clock that was put back cannot be told
 * from an older state: then a conflict has to keep it.
 */
async function lost(stage: Stage, survivors: Survivors, { live }: Crm): Promise<string[]> {
  if (survivors.size === 0) return [];
  const { rows } = await stage.world.vendor.query<{ subject: string }>(
    `select comm_subject as subject from domino_sync.conflict join communication on comm_communicationid = appointment_id
     where decided_by = 'Domino showed an older state than before'`,
  );
  const kept = new Set(rows.map(({ subject }) => itemOf(subject)));
  const inCrm = new Set(live.map(itemOf));
  const there = new Set(
    stage.world.users.flatMap((user) => shown(stage, user).map(({ subject }) => itemOf(subject))),
  );
  const expected = [...survivors].filter((item) => !kept.has(item));
  return expected.flatMap((item) => [
    ...(inCrm.has(item) ? [] : [`${item} was edited, and is lost in the CRM`]),
    ...(there.has(item) ? [] : [`${item} was edited, and is lost in Notes`]),
  ]);
}

/** One more run writes neither to Domino nor to the vendor's tables. */
async function unquiet({ two, settle }: Stage): Promise<string[]> {
  const rows = async () =>
    (
      await two.sides.vendor.query<{ digest: string | null }>(
        `select md5(concat(
           (select string_agg(c::text, '|' order by comm_communicationid) from communication as c), '/',
           (select string_agg(l::text, '|' order by cmli_commlinkid) from comm_link as l))) as digest`,
      )
    ).rows[0]!.digest;
  const before = await rows();
  two.sides.standIn.requests.reset();
  await settle();
  const { write } = two.sides.standIn.requests.count();
  return [
    ...(write > 0 ? [`one more run made ${write} writes in Domino`] : []),
    ...((await rows()) === before ? [] : ["one more run changed the CRM's tables"]),
  ];
}
