/** Users, companies and persons of the sample CRM, with their e-mail addresses where Sage keeps them. */
import {
  COMPANY_FORMS,
  COMPANY_TRADES,
  COMPANY_WORDS,
  FIRST_NAMES,
  LAST_NAMES,
  plainLetters,
} from './sample-texts.ts';
import type { Random } from './random.ts';
import { DAY, wallText } from './wall-time.ts';

/** A row as it goes into the table: column names in lower case; a column left out is NULL. */
export type Row = Record<string, string | number | null>;

/** A user the sandbox enables for synchronisation. */
export interface SampleUser {
  userId: number;
  logon: string;
  email: string;
  name: string;
  notesName: string;
  mailFile: string;
}

export interface ExternalPerson {
  personId: number;
  companyId: number;
  name: string;
  email: string | null;
}

export interface SamplePeople {
  rows: { users: Row[]; company: Row[]; person: Row[]; email: Row[]; emaillink: Row[] };
  enabled: SampleUser[];
  /** Ordinary users that are not enabled: they organise and attend as well. */
  others: { userId: number; email: string | null; name: string }[];
  resources: { userId: number; email: string; name: string }[];
  persons: ExternalPerson[];
  companies: { companyId: number; name: string }[];
}

export interface PeopleCounts {
  users: number;
  enabled: number;
  companies: number;
  persons: number;
}

const DOMAIN = 'acme.example';
const RESOURCES = ['Board room', 'Besprechungsraum Elbe', 'Projector 1', 'Pool car'];

/** Names and logons that have not been given out yet. */
const createNames = (random: Random) => {
  const taken = new Set<string>();
  return (): { first: string; last: string; logon: string; address: string } => {
    const first = random.pick(FIRST_NAMES);
    const last = random.pick(LAST_NAMES);
    const base = `${plainLetters(first)}.${plainLetters(last)}`;
    let address = base;
    for (let number = 2; taken.has(address); number += 1) address = `${base}${number}`;
    taken.add(address);
    return { first, last, address, logon: address.replace('.', '') };
  };
};

const audit = (prefix: string, by: number, created: number, updated: number): Row => ({
  [`${prefix}_createdby`]: by,
  [`${prefix}_createddate`]: wallText(created),
  [`${prefix}_updatedby`]: by,
  [`${prefix}_updateddate`]: wallText(updated),
  [`${prefix}_timestamp`]: wallText(updated),
});

type UserKind = 'ordinary' | 'disabled' | 'deleted' | 'resource' | 'template' | 'without_address';

/** The enabled ones come first, then every kind that must be refused, then ordinary users that are not enabled. */
const userKinds = (random: Random, { users, enabled }: PeopleCounts): UserKind[] => {
  const special: UserKind[] = [
    ...Array<UserKind>(Math.ceil(users * 0.05)).fill('disabled'),
    ...Array<UserKind>(Math.ceil(users * 0.03)).fill('deleted'),
    ...Array<UserKind>(RESOURCES.length).fill('resource'),
    ...Array<UserKind>(2).fill('template'),
    ...Array<UserKind>(Math.ceil(users * 0.03)).fill('without_address'),
  ];
  // One is the administrator, who is made apart.
  const ordinary = users - 1 - special.length;
  if (ordinary < enabled) throw new RangeError(`${users} users are too few for ${enabled} enabled ones`);
  return random.sample([...special, ...Array<UserKind>(ordinary).fill('ordinary')], users - 1);
};

const userRow = (random: Random, userId: number, now: number): Row => ({
  user_userid: userId,
  user_primarychannelid: random.int(1, 6),
  user_primaryterritory: -2_147_483_640,
  user_securityprofile: 1,
  user_language: random.pick(['US', 'UK', 'DE', 'FR']),
  user_webserviceenabled: null,
  user_licencetype: 'named',
  ...audit('user', 1, now - random.int(800, 2000) * DAY, now - random.int(1, 700) * DAY),
});

const makeUsers = (
  random: Random,
  counts: PeopleCounts,
  now: number,
): Pick<SamplePeople, 'enabled' | 'others' | 'resources'> & { rows: Row[] } => {
  const nextName = createNames(random);
  const administrator: Row = {
    ...userRow(random, 1, now),
    user_logon: 'Admin',
    user_lastname: 'Administrator',
  };
  const rows: Row[] = [administrator];
  const enabled: SampleUser[] = [];
  const others: SamplePeople['others'] = [];
  const resources: SamplePeople['resources'] = [];
  let userId = 3; // ids have gaps in real life
  for (const kind of userKinds(random, counts)) {
    userId += random.chance(0.15) ? 2 : 1;
    const row = userRow(random, userId, now);
    rows.push(row);
    if (kind === 'resource') {
      const name = RESOURCES[resources.length] as string;
      const email = `${plainLetters(name)}@${DOMAIN}`;
      Object.assign(row, { user_lastname: name, user_resource: 'Y', user_emailaddress: email });
      resources.push({ userId, email, name });
      continue;
    }
    const { first, last, address, logon } = nextName();
    const email = `${address}@${DOMAIN}`;
    const name = `${first} ${last}`;
    Object.assign(row, {
      user_firstname: first,
      user_lastname: last,
      user_logon: logon,
      user_emailaddress: email,
    });
    // Sage writes NULL or 'N' for "no"; both occur.
    if (random.chance(0.2)) row['user_disabled'] = 'N';
    if (kind === 'disabled') row['user_disabled'] = 'Y';
    if (kind === 'deleted') row['user_deleted'] = 1;
    if (kind === 'template') row['user_istemplate'] = 'Y';
    if (kind === 'without_address') {
      row['user_emailaddress'] = null;
      others.push({ userId, email: null, name });
    }
    if (kind !== 'ordinary') continue;
    if (enabled.length < counts.enabled) {
      enabled.push({
        userId,
        logon,
        email,
        name,
        notesName: `CN=${name}/O=Acme`,
        mailFile: `mail/${logon}.nsf`,
      });
    } else {
      others.push({ userId, email, name });
    }
  }
  return { rows, enabled, others, resources };
};

/** `personEntity`, `companyEntity`: Custom_Tables.Bord_TableId, which differs between installations. */
export const makePeople = (
  random: Random,
  counts: PeopleCounts,
  now: number,
  entities: { person: number; company: number },
): SamplePeople => {
  const users = makeUsers(random, counts, now);
  const rows: SamplePeople['rows'] = { users: users.rows, company: [], person: [], email: [], emaillink: [] };
  const anyUser = (): number => random.pick(users.rows)['user_userid'] as number;
  const stamps = (prefix: string): Row => {
    const created = now - random.int(30, 1500) * DAY;
    return audit(prefix, anyUser(), created, created + random.int(0, 29) * DAY);
  };

  const addAddress = (address: string): number => {
    const emailId = rows.email.length + 1;
    rows.email.push({ emai_emailid: emailId, emai_emailaddress: address, ...stamps('emai') });
    return emailId;
  };
  const linkAddress = (emailId: number, entity: number, recordId: number, deleted: boolean): void => {
    rows.emaillink.push({
      elink_linkid: rows.emaillink.length + 1,
      elink_entityid: entity,
      elink_recordid: recordId,
      elink_type: 'Business',
      elink_emailid: emailId,
      elink_deleted: deleted ? 1 : null,
      ...stamps('elink'),
    });
  };

  const companies: SamplePeople['companies'] = [];
  const domains = new Map<number, string>();
  for (let companyId = 1; companyId <= counts.companies; companyId += 1) {
    const word = random.pick(COMPANY_WORDS);
    const name = `${word} ${random.pick(COMPANY_TRADES)} ${random.pick(COMPANY_FORMS)}`;
    const domain = `${plainLetters(word)}${companyId}.example`;
    companies.push({ companyId, name });
    domains.set(companyId, domain);
    rows.company.push({
      comp_companyid: companyId,
      comp_primaryuserid: anyUser(),
      comp_name: name,
      comp_type: random.pick(['Customer', 'Prospect', 'Supplier']),
      comp_status: 'Active',
      comp_website: `https://www.${domain}`,
      comp_deleted: random.chance(0.02) ? 1 : null,
      ...stamps('comp'),
    });
    linkAddress(addAddress(`info@${domain}`), entities.company, companyId, false);
  }

  const persons: ExternalPerson[] = [];
  const nextName = createNames(random);
  for (let personId = 1; personId <= counts.persons; personId += 1) {
    const { companyId } = random.pick(companies);
    const { first, last, address } = nextName();
    rows.person.push({
      pers_personid: personId,
      pers_companyid: companyId,
      pers_primaryuserid: anyUser(),
      pers_firstname: first,
      pers_lastname: last,
      pers_deleted: random.chance(0.02) ? 1 : null,
      ...stamps('pers'),
    });
    const name = `${first} ${last}`;
    const email = random.chance(0.1) ? null : `${address}@${domains.get(companyId) ?? DOMAIN}`;
    persons.push({ personId, companyId, name, email });
    if (email === null) continue;
    // People type addresses in capitals, too.
    const emailId = addAddress(random.chance(0.05) ? email.toUpperCase() : email);
    linkAddress(emailId, entities.person, personId, random.chance(0.02));
    // Ambiguous: a second person of the same address, the same row or one of its own.
    const earlier = persons[personId - 2];
    if (earlier !== undefined && random.chance(0.02)) {
      linkAddress(random.chance(0.5) ? emailId : addAddress(email), entities.person, earlier.personId, false);
    }
  }
  return { ...users, rows, companies, persons };
};
