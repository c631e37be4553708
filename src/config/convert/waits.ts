/**
 * Waits and jitters as data → the core's own.
 */
import {
  type Jitter,
  type WaitMaker,
  add,
  cap,
  chain,
  constant,
  decay,
  decorrelated,
  equalJitter,
  expo,
  fibo,
  fullJitter,
  linear,
  proportionalJitter,
  random,
  randomJitter,
  retryAfter,
} from '../../core.js';
import type { BackoffSettings, JitterSettings, WaitName, WaitObject, WaitSettings } from '../settings.js';

type Made = { readonly [Type in WaitObject['type']]: (options: OptionsOf<Type>) => WaitMaker };
type OptionsOf<Type> = Omit<Extract<WaitObject, { readonly type: Type }>, 'type'>;

const makers: Made = {
  constant: ({ interval }) => constant(interval),
  fibo,
  expo,
  linear,
  decay,
  random,
  decorrelated,
  retryAfter: ({ fallback, ...options }) =>
    retryAfter({ ...options, fallback: fallback === undefined ? undefined : waitOf(fallback) }),
  chain: ({ waits }) => chain(...waits.map(waitOf)),
  add: ({ waits }) => add(...waits.map(waitOf)),
  cap: ({ wait, max }) => cap(waitOf(wait), max),
};

/**
 * Makes waits of what a file says.
 *
 *     waitOf('fibo')
 *     waitOf({ type: 'expo', factor: 100, maxValue: 10_000 })
 *
 * @throws {OptionError} for options that do not fit together, such as a `min` above `max`.
 */
export function waitOf(settings: WaitSettings): WaitMaker {
  const { type, ...options } = typeof settings === 'string' ? { type: settings } : settings;
  return makers[type as WaitName](options as never);
}

/** The waits of HTTP calls; `false` for none. The three types of its own are passed on. */
export function backoffOf(settings: BackoffSettings): WaitMaker | false {
  if (settings === false || typeof settings === 'string') return settings && waitOf(settings);
  switch (settings.type) {
    case 'fixed':
      return constant(settings.delay);
    case 'fibonacci':
      return waitOf({ ...settings, type: 'fibo' });
    case 'exponential':
      return waitOf({ ...settings, type: 'expo' });
    default:
      return waitOf(settings);
  }
}

/**
 * Makes a jitter of what a file says. `undefined` stays so: the default of whoever is given it.
 *
 * @returns `null` for none.
 */
export function jitterOf(settings: JitterSettings): Jitter | null;
export function jitterOf(settings: JitterSettings | undefined): Jitter | null | undefined;
export function jitterOf(settings: JitterSettings | undefined): Jitter | null | undefined {
  switch (settings) {
    case undefined:
      return undefined;
    case 'full':
      return fullJitter;
    case 'equal':
      return equalJitter;
    case 'none':
      return null;
  }
  return settings.type === 'random'
    ? randomJitter({ max: settings.max })
    : proportionalJitter({ ratio: settings.ratio });
}
