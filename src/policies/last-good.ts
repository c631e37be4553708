/**
 * The last good values of a function, for when there is no better one.
 */
import { checkKeys, checkNumber } from '../checks.js';
import { OptionError } from '../errors.js';
import { warnOnce } from '../events.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { reportCallback } from './callback-error.js';
import type { FailedCall } from './ending.js';
import { Keyed } from './keyed.js';

/** Keeping the last good value. */
export interface StaleOptions {
  /** How old a value may be given. */
  readonly maxAge: Duration;
  /**
   * Which values stand for each other. Needed where an argument is an object; without it, calls with the same texts,
   * numbers and other plain arguments share one value.
   */
  readonly key?: ((call: FailedCall) => string) | undefined;
  /** How many values are kept, those used last. @default 1000 */
  readonly maxKeys?: number | undefined;
}

/** The same, checked. */
export interface Stale {
  readonly maxAge: Ms;
  readonly key: ((call: FailedCall) => string) | undefined;
  readonly maxKeys: number;
}

const staleNames = ['maxAge', 'key', 'maxKeys'] as const;

/** @throws {OptionError} unless it is a time or `StaleOptions`. */
export function checkStale(given: unknown): Stale | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null) {
    return { maxAge: toMs('staleIfError', given, { infinite: true }), key: undefined, maxKeys: 1000 };
  }
  checkKeys('staleIfError', given, staleNames);
  const { maxAge, key, maxKeys = 1000 } = given as Partial<Record<keyof StaleOptions, unknown>>;
  if (key !== undefined && typeof key !== 'function') {
    throw new OptionError('key', key, 'must be a function of the call that gives a text');
  }
  return {
    maxAge: toMs('maxAge', maxAge, { infinite: true }),
    key: key as Stale['key'],
    maxKeys: checkNumber('maxKeys', maxKeys, { least: 1, whole: true }),
  };
}

interface Good {
  value: unknown;
  since: Ms;
}

/** The last good values of one function. Those of different objects are kept apart, and go with the object. */
export class LastGood {
  #ofNone: Keyed<Good> | undefined;
  readonly #ofObjects = new WeakMap<object, Keyed<Good>>();

  constructor(readonly stale: Stale) {}

  /** Keeps a value. Gives nothing for a call that no key can be made for. */
  keep(call: FailedCall, value: unknown, now: Ms): void {
    const key = this.#keyOf(call);
    if (key === undefined) return;
    const good = this.#of(call.thisArg).get(key);
    good.value = value;
    good.since = now;
  }

  /** The last good value, if it is young enough. */
  find(call: FailedCall, now: Ms): { readonly value: unknown; readonly age: Ms } | undefined {
    const key = this.#keyOf(call);
    const good = key === undefined ? undefined : this.#of(call.thisArg).peek(key);
    if (good === undefined) return undefined;
    const age = Math.max(0, now - good.since);
    return age <= this.stale.maxAge ? { value: good.value, age } : undefined;
  }

  #of(thisArg: unknown): Keyed<Good> {
    // A key of the user's tells what is the same, whoever asks.
    const isObject = (typeof thisArg === 'object' && thisArg !== null) || typeof thisArg === 'function';
    if (this.stale.key !== undefined || !isObject) {
      return (this.#ofNone ??= this.#make());
    }
    let goods = this.#ofObjects.get(thisArg);
    if (goods === undefined) this.#ofObjects.set(thisArg, (goods = this.#make()));
    return goods;
  }

  #make(): Keyed<Good> {
    return new Keyed<Good>(() => ({ value: undefined, since: 0 }), { max: this.stale.maxKeys });
  }

  #keyOf(call: FailedCall): string | undefined {
    const { key } = this.stale;
    if (key === undefined) return keyOfPlain(call);
    try {
      const given: unknown = key(call);
      if (typeof given === 'string') return given;
      throw new OptionError('key', given, 'must give a text');
    } catch (error) {
      reportCallback('staleIfError.key', key, call.name, error); // what a call ends with is not its to say
      return undefined;
    }
  }
}

// What one object holds tells nothing of another that was made for another customer, so objects are not guessed at.
function keyOfPlain({ args, name, target }: FailedCall): string | undefined {
  if (args.every(isPlain)) return JSON.stringify(args.map((arg) => `${typeof arg}:${String(arg)}`));
  warnOnce(
    target,
    `staleIfError keeps nothing of ${name}, as an argument is no plain value. Give it a key.`,
    'STAMPEDE_STALE',
  );
  return undefined;
}

function isPlain(arg: unknown): boolean {
  return arg === null || (typeof arg !== 'object' && typeof arg !== 'function' && typeof arg !== 'symbol');
}
