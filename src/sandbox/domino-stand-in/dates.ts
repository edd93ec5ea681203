/** The stand-in's own date arithmetic, apart from the client's on purpose. Instants are milliseconds since 1970 UTC. */

export const DAY = 86_400_000;

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** `yyyy-MM-dd` of the UTC day `at` falls on. */
export const isoDate = (at: number): string => {
  const day = new Date(at);
  return `${pad(day.getUTCFullYear(), 4)}-${pad(day.getUTCMonth() + 1)}-${pad(day.getUTCDate())}`;
};

/** `HH:mm:ss` in UTC. */
export const isoTime = (at: number): string => {
  const day = new Date(at);
  return `${pad(day.getUTCHours())}:${pad(day.getUTCMinutes())}:${pad(day.getUTCSeconds())}`;
};

/** `yyyy-MM-ddTHH:mm:ssZ`: the only instant format Domino reads and writes, without fractions. */
export const isoInstant = (at: number): string => `${isoDate(at)}T${isoTime(at)}Z`;

/** `yyyyMMddTHHmmssZ`, as in recurrence ids and `last-modified`. */
export const basicInstant = (at: number): string => isoInstant(at).replace(/[-:]/g, '');

export const basicDate = (date: string): string => date.replaceAll('-', '');

/** Midnight UTC of a date. */
export const dateMillis = (date: string): number => {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return Date.UTC(year, month - 1, day);
};

export const addDays = (date: string, days: number): string => isoDate(dateMillis(date) + days * DAY);

/** `date` and `HH:mm[:ss]` read as if they were UTC. */
export const wallMillis = (date: string, time: string): number => {
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number);
  return dateMillis(date) + ((hour * 60 + minute) * 60 + second) * 1000;
};

/** RFC 1123, as in `Date` and `Last-Modified`. */
export const httpDate = (at: number): string => new Date(at).toUTCString();

/**
 * Reads as Java's lenient `SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss'Z'")` does: rolls months and days over, ignores what
 * follows the `Z`, and refuses anything else, fractions of a second included. Null when refused.
 */
export const parseStrictInstant = (text: string): number | null => {
  const match = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)Z/.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

/** `PnW`, `PnDTnHnMnS` in milliseconds; null when it is not a duration. */
export const parseDuration = (text: string): number | null => {
  const match = /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (match === null) return null;
  const [weeks, days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const length = ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  return match[1] === '-' ? -length : length;
};
