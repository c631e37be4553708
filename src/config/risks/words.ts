/**
 * How numbers are written in findings.
 */
import type { Ms } from '../../core.js';

/** A number with as many digits as matter: `1,000`, `36`, `1.33`, `0.4`. */
export function count(value: number): string {
  if (value === Infinity) return 'unlimited';
  if (value >= 1e12) {
    const [digits, power] = value.toExponential(1).split('e+');
    return `${digits} × 10^${power}`;
  }
  if (value > 0 && value < 0.1) return value.toLocaleString('en', { maximumSignificantDigits: 2 });
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

/** A share of one: `29 %`. */
export function percent(share: number): string {
  return `${count(100 * share)} %`;
}

/** A time: `80 ms`, `1.5 s`, `4 min`. */
export function span(ms: Ms): string {
  if (ms < 1000) return `${count(ms)} ms`;
  if (ms < 120_000) return `${count(ms / 1000)} s`;
  return ms < 7_200_000 ? `${count(ms / 60_000)} min` : `${count(ms / 3_600_000)} h`;
}

/** A time as it is written in a file: `250ms`, `90s`, `2m`. */
export function written(ms: Ms): string {
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** `1 try`, `3 tries`; plain words take an s. */
export function some(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
