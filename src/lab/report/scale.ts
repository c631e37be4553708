/**
 * From where to where does an axis go, and what is written at it?
 *
 * One scale serves the four charts of a row, so that they compare by eye.
 */
import { time } from '../units.js';

/** An axis upward. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  /** Each decade as high as the other: for numbers that differ by more than an eye can compare. */
  readonly isLog: boolean;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly at: number;
  /** With its unit. */
  readonly text: string;
}

type Values = Iterable<number | null>;

/** From 0 to a round number above all values, in at most five steps. */
export function linearScale(values: Values, unit: string): Scale {
  const highest = Math.max(1, ...known(values));
  const step = [1, 2, 5, 10].map((digit) => digit * 10 ** Math.floor(Math.log10(highest / 4)));
  const chosen = Math.max(1, step.find((one) => highest / one <= 5) ?? highest);
  const steps = Math.ceil(highest / chosen);
  const ticks = Array.from({ length: steps + 1 }, (_, n) => ({
    at: n * chosen,
    text: `${n * chosen}${unit}`,
  }));
  return { min: 0, max: steps * chosen, isLog: false, ticks };
}

/** From a power of ten below all times to one above them, at least two decades. */
export function timeScale(values: Values): Scale {
  const times = known(values).filter((value) => value > 0);
  const lowest = Math.floor(Math.log10(Math.max(1, Math.min(...times, 10))));
  const highest = Math.max(lowest + 2, Math.ceil(Math.log10(Math.max(1, ...times))));
  const ticks = Array.from({ length: highest - lowest + 1 }, (_, n) => 10 ** (lowest + n));
  return {
    min: 10 ** lowest,
    max: 10 ** highest,
    isLog: true,
    ticks: ticks.map((at) => ({ at, text: time(at) })),
  };
}

function known(values: Values): number[] {
  return [...values].filter((value) => value !== null);
}
