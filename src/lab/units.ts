/**
 * Measured numbers as people read them. `–` stands for nothing.
 */
import type { Ms } from '../core.js';
import type { Unit } from './record.js';

/** A number with its unit. */
export function withUnit(value: number | null, unit: Unit): string {
  if (unit === 'share') return percent(value);
  if (unit === 'times') return times(value);
  if (unit === 'ms') return time(value);
  return value === null ? '–' : String(value);
}

/** `97.5 %`, of a share from 0 to 1. */
export function percent(share: number | null): string {
  if (share === null) return '–';
  if (share === 0 || share === 1) return `${share * 100} %`;
  // 99.96 % is not 100 %, nor 0.04 % none: what was lost stays seen, and what was left.
  return `${Math.min(99.9, Math.max(0.1, 100 * share)).toFixed(1)} %`;
}

/** `38 ms`, `1.25 s`. */
export function time(ms: Ms | null): string {
  if (ms === null) return '–';
  return Math.round(ms) < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(2))} s`;
}

/** `3.41 ×`. */
export function times(ratio: number | null): string {
  return ratio === null ? '–' : `${ratio.toFixed(2)} ×`;
}
