/** VTIMEZONE data as servers write it, made from what `Temporal` knows of a zone. */
import { Temporal } from 'temporal-polyfill';
import type { WireTimeZone } from '../../src/domino/das/wire.ts';

const offsetText = (nanoseconds: number): string => {
  const seconds = Math.round(nanoseconds / 1e9);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(seconds);
  const parts = [
    Math.floor(size / 3600),
    Math.floor(size / 60) % 60,
    ...(size % 60 === 0 ? [] : [size % 60]),
  ];
  return `${seconds < 0 ? '-' : '+'}${parts.map(pad).join('')}`;
};

/** Every change of `zone` in these years as an observance of its own: a zone with its history, however irregular. */
export function zoneWithHistory(tzid: string, zone: string, years: readonly [number, number]): WireTimeZone {
  const observances: { start: { date: string; time: string }; offsetFrom: string; offsetTo: string }[] = [];
  const end = Temporal.Instant.from(`${years[1] + 1}-01-01T00:00:00Z`);
  const begin = Temporal.Instant.from(`${years[0]}-01-01T00:00:00Z`).toZonedDateTimeISO(zone);
  for (
    let next = begin.getTimeZoneTransition('next');
    next !== null;
    next = next.getTimeZoneTransition('next')
  ) {
    if (Temporal.Instant.compare(next.toInstant(), end) >= 0) break;
    const before = next.subtract({ nanoseconds: 1 }).offsetNanoseconds;
    // The onset is told in the local time that held before it.
    const onset = next.toInstant().toZonedDateTimeISO('UTC').add({ nanoseconds: before }).toPlainDateTime();
    observances.push({
      start: {
        date: onset.toPlainDate().toString(),
        time: onset.toPlainTime().toString({ smallestUnit: 'second' }),
      },
      offsetFrom: offsetText(before),
      offsetTo: offsetText(next.offsetNanoseconds),
    });
  }
  const always = offsetText(begin.offsetNanoseconds);
  return {
    tzid,
    standard: [
      { start: { date: `${years[0]}-01-01`, time: '00:00:00' }, offsetFrom: always, offsetTo: always },
      ...observances,
    ],
  };
}
