/** Values that both nasty samples use. */

/** Hebrew within Latin, an override, a family that is one character, a letter under two marks. */
export const RIGHT_TO_LEFT =
  'a \u05e9\u05dc\u05d5\u05dd \u202Ex\u202C 👩\u200d👩\u200d👧\u200d👦 e\u0301\u0327';

/** The next Sunday of that month, but for the days right ahead, on which the clocks of Berlin change. */
export function clockChange(month: 3 | 10): string {
  const soon = Date.now() + 3 * DAY;
  for (let year = new Date(soon).getUTCFullYear(); ; year += 1) {
    const last = new Date(Date.UTC(year, month, 0));
    const sunday = new Date(last.getTime() - last.getUTCDay() * DAY);
    if (sunday.getTime() > soon) return sunday.toISOString().slice(0, 10);
  }
}

export const dayBefore = (date: string): string =>
  new Date(Date.parse(date) - DAY).toISOString().slice(0, 10);

const DAY = 86_400_000;
