/**
 * How long to wait between two attempts: the generators.
 *
 * Each export makes a maker of waits: `expo({ maxValue: '13s' })`, or just `expo`. Times are milliseconds or strings
 * with a unit; any option may be a function of the call. All options are checked when the wait is made.
 */
import { checkKeys } from '../checks.js';
import type { RuntimeOption } from '../call/details.js';
import type { Outcome } from '../call/outcome.js';
import { OptionError } from '../errors.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { bound, longest, positive, setting, settings, time } from './settings.js';
import { type NextWait, type WaitMaker, type Waits, waitFactory, waitMaker } from './waits.js';

/**
 * The same wait for ever, or each wait of a list once and then no more, which ends the retry.
 *
 *     constant('2s')              // 2000, 2000, 2000 ...
 *     constant([100, 200, 500])   // 100, 200, 500, then give up
 *
 * @param interval  A time, an iterable of times that can be walked again and again, or a function of the call that
 *   gives either. Default 1000.
 * @throws {OptionError} for anything else, an iterator that can be walked only once included.
 * @see litl/backoff's `constant`
 */
export const constant = /* @__PURE__ */ waitFactory(
  'constant',
  (interval?: RuntimeOption<Duration | Iterable<Duration>>): WaitMaker => {
    const read = setting<Ms | Iterable<unknown>>('interval', interval, {
      fallback: 1000,
      check: checkInterval,
    });
    const always = (value: Ms): Waits => new ConstantWaits(value);
    const shared = typeof interval === 'function' ? undefined : read();
    if (typeof shared === 'number') {
      const waits = always(shared); // it has no state, so one serves all calls
      return waitMaker('constant', () => waits);
    }
    return waitMaker('constant', (_first, scope) => {
      const value = read(scope);
      return typeof value === 'number' ? always(value) : listed(value);
    });
  },
);

class ConstantWaits implements Waits {
  readonly #next: NextWait;

  constructor(value: Ms) {
    this.#next = Object.freeze({ value });
  }

  next(): NextWait {
    return this.#next;
  }
}

function checkInterval(option: string, value: unknown): Ms | Iterable<unknown> {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) return toMs(option, value);
  const iterable = value as Iterable<unknown>;
  if (Array.isArray(iterable) || iterable instanceof Set)
    return [...iterable].map((item) => toMs(option, item));
  if ((iterable[Symbol.iterator]() as unknown) === iterable) {
    throw new OptionError(
      option,
      value,
      'must be walkable once per call: an array or a Set, not a running iterator',
    );
  }
  return iterable;
}

function listed(items: Iterable<unknown>): Waits {
  const iterator = items[Symbol.iterator]();
  return {
    next() {
      const item = iterator.next();
      return item.done === true ? { value: 0, done: true } : { value: toMs('interval', item.value) };
    },
  };
}

/** Options of `expo`. Times are milliseconds or strings with a unit; any may be a function of the call. */
export interface ExpoOptions {
  /** What each wait is multiplied by to give the next. @default 2 */
  readonly base?: RuntimeOption<number> | undefined;
  /** The first wait. @default 1000 */
  readonly factor?: RuntimeOption<Duration> | undefined;
  /** No wait is longer. @default Infinity */
  readonly maxValue?: RuntimeOption<Duration> | undefined;
}

/**
 * Waits that double: `factor`, `factor × base`, `factor × base²` ... up to `maxValue`.
 *
 *     expo({ factor: 100, maxValue: '1s' })   // 100, 200, 400, 800, 1000, 1000 ...
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 * @see litl/backoff's `expo`
 */
export const expo = /* @__PURE__ */ waitFactory('expo', (options: ExpoOptions = {}): WaitMaker => {
  const read = settings<ExpoSettings>('expo', options, {
    base: positive(2),
    factor: time(1000),
    maxValue: bound,
  });
  return waitMaker('expo', (_first, scope) => new ExpoWaits(read(scope)));
});

interface ExpoSettings {
  readonly base: number;
  readonly factor: Ms;
  readonly maxValue: Ms;
}

// A class, because a hundred thousand of them may be waiting.
class ExpoWaits implements Waits {
  readonly #settings: ExpoSettings;
  #step = 0;

  constructor(settings: ExpoSettings) {
    this.#settings = settings;
  }

  next(): NextWait {
    const { base, factor, maxValue } = this.#settings;
    const value = factor === 0 ? 0 : factor * base ** this.#step;
    this.#step += 1;
    return { value: Math.min(value, maxValue, longest) };
  }
}

/** Options of `fibo`. */
export interface FiboOptions {
  /** The first wait; the second is a second longer. Without it the waits start 1 s, 1 s. */
  readonly initial?: RuntimeOption<Duration> | undefined;
  /** No wait is longer. @default Infinity */
  readonly maxValue?: RuntimeOption<Duration> | undefined;
}

/**
 * Waits that grow as Fibonacci's rabbits, in seconds: 1, 1, 2, 3, 5, 8 ...
 *
 *     fibo()                  // 1000, 1000, 2000, 3000, 5000 ...
 *     fibo({ initial: 0 })    // 0, 1000, 1000, 2000, 3000 ...
 *     fibo({ initial: '3s' }) // 3000, 4000, 7000, 11000 ...
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 * @see litl/backoff's `fibo`; *Requests Stampede*'s FibonacciBackoffPolicy for `initial`
 */
export const fibo = /* @__PURE__ */ waitFactory('fibo', (options: FiboOptions = {}): WaitMaker => {
  const read = settings<{ initial: Ms | undefined; maxValue: Ms }>('fibo', options, {
    initial: { fallback: undefined, check: (option, value) => toMs(option, value) },
    maxValue: bound,
  });
  return waitMaker('fibo', (_first, scope) => {
    const { initial, maxValue } = read(scope);
    let wait: Ms = initial ?? 1000;
    let following: Ms = initial === undefined ? 1000 : initial + 1000;
    return {
      next() {
        const value = Math.min(wait, maxValue, longest);
        [wait, following] = [following, Math.min(wait + following, longest)];
        return { value };
      },
    };
  });
});

/** Options of `decay`. */
export interface DecayOptions {
  /** The first wait. @default 1000 */
  readonly initial?: RuntimeOption<Duration> | undefined;
  /** How fast the waits shrink: each is `e^-decayFactor` of the one before. @default 1 */
  readonly decayFactor?: RuntimeOption<number> | undefined;
  /** No wait is shorter. @default 0 */
  readonly minValue?: RuntimeOption<Duration> | undefined;
}

/**
 * Waits that shrink, for polling something that gets more likely: `initial × e^(-n × decayFactor)`, at least `minValue`.
 *
 *     decay({ initial: '100s', decayFactor: 3, minValue: '5s' })   // 100000, 5000, 5000 ...
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 * @see litl/backoff's `decay`
 */
export const decay = /* @__PURE__ */ waitFactory('decay', (options: DecayOptions = {}): WaitMaker => {
  const read = settings<{ initial: Ms; decayFactor: number; minValue: Ms }>('decay', options, {
    initial: time(1000),
    decayFactor: positive(1),
    minValue: time(0),
  });
  return waitMaker('decay', (_first, scope) => {
    const { initial, decayFactor, minValue } = read(scope);
    let step = 0;
    return {
      next: () => ({
        value: Math.min(Math.max(initial * Math.exp(-decayFactor * step++), minValue), longest),
      }),
    };
  });
});

/** Options of `linear`. */
export interface LinearOptions {
  /** The first wait. @default 1000 */
  readonly initial?: RuntimeOption<Duration> | undefined;
  /** How much longer each wait is than the one before. @default 1000 */
  readonly step?: RuntimeOption<Duration> | undefined;
  /** No wait is longer. @default Infinity */
  readonly maxValue?: RuntimeOption<Duration> | undefined;
}

/**
 * Waits that grow by the same step: `initial`, `initial + step`, `initial + 2 × step` ... up to `maxValue`.
 *
 *     linear({ initial: 100, step: 50 })   // 100, 150, 200 ...
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export const linear = /* @__PURE__ */ waitFactory('linear', (options: LinearOptions = {}): WaitMaker => {
  const read = settings<{ initial: Ms; step: Ms; maxValue: Ms }>('linear', options, {
    initial: time(1000),
    step: time(1000),
    maxValue: bound,
  });
  return waitMaker('linear', (_first, scope) => {
    const { initial, step, maxValue } = read(scope);
    let count = 0;
    return { next: () => ({ value: Math.min(initial + step * count++, maxValue, longest) }) };
  });
});

/** Options of `runtime`. */
export interface RuntimeWaitOptions {
  /** Reads the wait, in milliseconds, from what the attempt ended with. */
  readonly value: (outcome: Outcome<any, any>) => Ms;
}

/**
 * Waits that the outcome of the attempt dictates. Never shortened; the default jitter only adds, a tenth at most.
 *
 *     runtime({ value: (outcome) => outcome.ok ? 0 : outcome.error.retryInMs })
 *
 * @throws {OptionError} when `value` is not a function; at the call, when it gives no number.
 * @see litl/backoff's `runtime`
 */
export const runtime = /* @__PURE__ */ waitFactory('runtime', (options: RuntimeWaitOptions): WaitMaker => {
  checkKeys('runtime', options, ['value']);
  const { value } = options;
  if (typeof value !== 'function') throw new OptionError('value', value, 'must be a function of the outcome');
  return waitMaker('runtime', () => ({ next: (outcome) => ({ value: value(outcome), kind: 'server' }) }));
});
