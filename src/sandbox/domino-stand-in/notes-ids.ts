/** UNIDs, note ids and session ids as Domino makes them, from a seed, so that a run can be repeated. */
import { DAY } from './dates.ts';

const JULIAN_DAY_OF_1970 = 2_440_588;

const hex = (value: number, width: number): string =>
  (value >>> 0).toString(16).toUpperCase().padStart(width, '0');

/** TIMEDATE as text: Julian day in the low 24 bits of the first word, hundredths since midnight UTC in the second. */
export const timedateHex = (at: number): string =>
  hex(Math.floor(at / DAY) + JULIAN_DAY_OF_1970, 8) + hex(Math.floor((at % DAY) / 10), 8);

export interface IdMaker {
  hex(digits: number): string;
  unid(at: number): string;
  noteId(): string;
  /** For saving; hand it back to `idMaker` to go on without repeating an id. */
  state(): IdState;
}

export interface IdState {
  random: number;
  lastNote: number;
}

export const idMaker = (from: IdState): IdMaker => {
  const state = { ...from };
  // mulberry32: short, and good enough for identifiers that need not be secret.
  const next = (): number => {
    state.random = (state.random + 0x6d2b79f5) >>> 0;
    let mixed = state.random;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const random = (digits: number): string => {
    let text = '';
    while (text.length < digits) text += hex(next(), 8);
    return text.slice(0, digits);
  };
  return {
    hex: random,
    unid: (at) => random(16) + timedateHex(at),
    noteId: () => {
      state.lastNote += 4;
      return state.lastNote.toString(16).toUpperCase();
    },
    state: () => ({ ...state }),
  };
};
