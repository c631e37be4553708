/**
 * A policy in words, as people write it: `expo (factor 100ms, maxValue 10s)`.
 */
import type { JitterSettings, WaitSettings } from '../config/index.js';
import { type Ms, readable } from '../core.js';
import type { ChosenPolicy } from './policy.js';

// What is a number and no time.
const NUMBERS = new Set(['base of expo', 'decayFactor of decay', 'ratio of proportional']);

/** A generator or a jitter and its options: `random (min 1s, max 5s)`. */
export function settingsText(settings: WaitSettings | JitterSettings): string {
  if (typeof settings === 'string') return settings;
  const { type, ...options } = settings;
  const told = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${valueText(value, `${name} of ${type}`)}`);
  return told.length === 0 ? type : `${type} (${told.join(', ')})`;
}

function valueText(value: unknown, name: string): string {
  if (Array.isArray(value)) return value.map((one: unknown) => valueText(one, name)).join(', ');
  if (typeof value === 'object' && value !== null) return settingsText(value as WaitSettings);
  return typeof value === 'number' && !NUMBERS.has(name) ? timeText(value) : String(value);
}

/** A time with nothing lost: `100ms`, `1.25s`, `2m`. */
export function timeText(ms: Ms): string {
  if (ms === Infinity) return 'unlimited';
  const [size, unit] = (
    [
      [3_600_000, 'h'],
      [60_000, 'm'],
      [1000, 's'],
    ] as const
  ).find(([one]) => ms >= one) ?? [1, 'ms'];
  const share = ms / size;
  return Number.isInteger(share * 100) ? `${share}${unit}` : readable(ms);
}

/** What spreads waits when nobody says: nothing, where they are random already. */
export function defaultJitter(wait: WaitSettings): JitterSettings {
  const type = typeof wait === 'string' ? wait : wait.type;
  return type === 'random' || type === 'decorrelated' ? 'none' : 'full';
}

/** A policy in one line: `expo (factor 100ms), full jitter, 5 tries, at most 30s`. */
export function policyText({ words, policy: { maxTries, maxTime } }: ChosenPolicy): string {
  const parts = [
    words.wait,
    words.jitter === 'none' ? 'no jitter' : `${words.jitter} jitter`,
    maxTries === Infinity ? 'unlimited tries' : `${maxTries} ${maxTries === 1 ? 'try' : 'tries'}`,
    ...(maxTime === Infinity ? [] : [`at most ${timeText(maxTime)}`]),
  ];
  return parts.join(', ');
}
