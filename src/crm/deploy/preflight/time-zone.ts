/** Whether the setting crm_time_zone can be true. Pure. */
import { instantToWall, isTimeZone, wallToInstant } from '../../../item/time-zone.ts';
import { fine, row, type PreflightRow } from './row.ts';

export interface TimeZoneFacts {
  /** The setting; null while it is not set. */
  zone: string | null;
  /** Whether the database server can convert with it. */
  knownToServer: boolean;
  /** UTC instant of the database server. */
  clock: string;
  /** Minutes east of UTC of the operating system of the database server; null where that tells nothing. */
  serverOffset: number | null;
  /** The newest Comm_CreatedDate of the latest appointments, as CRM wall-clock text; null for none. */
  newestCreated: string | null;
}

/** A clock may be off, and a save may take a while. */
const TOLERATED_MS = 10 * 60_000;

/** Minutes east of UTC. */
export const offsetAt = (zone: string, instant: string): number =>
  Math.round((Date.parse(`${instantToWall(instant, zone)}Z`) - Date.parse(instant)) / 60_000);

const shown = (minutes: number): string => {
  const sign = minutes < 0 ? '-' : '+';
  const whole = Math.abs(minutes);
  return `UTC${sign}${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
};

export const timeZoneRows = (facts: TimeZoneFacts): PreflightRow[] => {
  const { zone, clock, serverOffset, newestCreated } = facts;
  const object = 'setting crm_time_zone';
  if (zone === null)
    return [row('time_zone', object, 'It is not set: nothing is synchronised until it is.', 'info')];
  if (!isTimeZone(zone)) return [row('time_zone_invalid', object, `${zone} is no IANA time zone.`)];
  if (!facts.knownToServer)
    return [row('time_zone_invalid', object, `The database server does not know ${zone}.`)];
  const offset = offsetAt(zone, clock);
  const rows: PreflightRow[] = [];
  if (serverOffset !== null && serverOffset !== offset)
    rows.push(
      row('time_zone', object, `${zone} is at ${shown(offset)} now, the server at ${shown(serverOffset)}.`),
    );
  if (newestCreated !== null) {
    const ahead = Date.parse(wallToInstant(newestCreated, zone)) - Date.parse(clock);
    if (ahead > TOLERATED_MS)
      rows.push(
        row(
          'time_zone',
          'communication',
          `The newest appointment was created at ${newestCreated}, which is in the future if the zone is ${zone}.`,
        ),
      );
  }
  return rows.length > 0 ? rows : [fine('time_zone', object, `${zone}, ${shown(offset)} now.`)];
};
