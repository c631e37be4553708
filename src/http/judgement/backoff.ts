/**
 * How long to wait between the attempts of an HTTP call: the ways to say it.
 */
import {
  type Duration,
  type Ms,
  OptionError,
  type WaitMaker,
  chain,
  checkKeys,
  constant,
  expo,
  fibo,
  random,
  toMs,
} from '../../core.js';

/**
 * Waits as data, as a configuration file has them. Times are milliseconds or strings with a unit, and upper bounds:
 * jitter spreads what it finds.
 */
export type BackoffPolicy =
  | { readonly type: 'fixed'; readonly delay: Duration }
  | { readonly type: 'random'; readonly min?: Duration | undefined; readonly max?: Duration | undefined }
  | {
      readonly type: 'fibonacci';
      readonly initial?: Duration | undefined;
      readonly maxValue?: Duration | undefined;
    }
  | {
      readonly type: 'exponential';
      readonly factor?: Duration | undefined;
      readonly base?: number | undefined;
      readonly maxValue?: Duration | undefined;
    };

/** The option `backoff`: a maker of waits (`expo`, `fibo({ ... })`), the same as data, or `false` for no wait at all. */
export type Backoff = WaitMaker | BackoffPolicy | false;

const usual = /* @__PURE__ */ expo({ factor: 100, maxValue: '10s' });

/** urllib3's `DEFAULT_BACKOFF_MAX`: the longest wait that `backoffFactor` makes. */
const longestByFactor: Ms = 120_000;

const makers: Readonly<Record<BackoffPolicy['type'], (options: never) => WaitMaker>> = {
  fixed: ({ delay, ...rest }: { delay?: Duration }) => {
    checkKeys('backoff', rest, []);
    return constant(toMs('backoff.delay', delay));
  },
  random,
  fibonacci: fibo,
  exponential: expo,
};

/**
 * Reads the options `backoff` and `backoffFactor`.
 *
 * @returns A maker of waits. Without either: 100 ms, 200, 400 ... 10 s.
 * @throws {OptionError} for what makes no waits, and for both at once.
 */
export function checkBackoff(backoff: unknown, factor: unknown): WaitMaker {
  if (factor !== undefined) {
    if (backoff === undefined) return byFactor(checkFactor(factor));
    throw new OptionError('backoffFactor', factor, 'cannot stand beside backoff, which says the same');
  }
  if (backoff === undefined) return usual;
  if (backoff === false) return constant(0);
  if (typeof backoff === 'function') return givesWaits(chain(backoff as WaitMaker), backoff as WaitMaker);
  if (isObject(backoff)) return fromPolicy(backoff);
  throw new OptionError(
    'backoff',
    backoff,
    'must make waits (expo, fibo({ maxValue }), constant("1s")), be { type: "fixed" | "random" | "fibonacci" | "exponential", ... } or false',
  );
}

// Others take `(tries) => tries * 100`. Here that would come to light at the first retry, in the midst of an outage; a maker
// gives a fresh sequence, so one that nobody walks does no harm. A generator function gives numbers in its own way.
function givesWaits(checked: WaitMaker, given: WaitMaker): WaitMaker {
  if (Object.prototype.toString.call(given) === '[object GeneratorFunction]') return checked;
  let made: unknown;
  try {
    made = given(undefined, undefined);
  } catch {
    return checked; // it looks at the outcome of a call, and there is none yet
  }
  if (typeof made !== 'number' && typeof made !== 'string') return checked;
  throw new OptionError(
    'backoff',
    given,
    'must give a sequence of waits, such as expo() or fibo(); this one gives a single wait (one that is read from the outcome is runtime({ value }))',
  );
}

// urllib3's is in seconds, and usually 0.1.
function checkFactor(factor: unknown): Ms {
  const ms = toMs('backoffFactor', factor);
  if (ms === 0 || ms >= 1) return ms;
  throw new OptionError('backoffFactor', factor, `is in milliseconds (did you mean ${ms * 1000}?)`);
}

// urllib3: none before the first retry, then factor × 2, × 4, × 8 ...
function byFactor(factor: Ms): WaitMaker {
  return chain(constant([0]), expo({ factor: 2 * factor, maxValue: longestByFactor }));
}

function fromPolicy({ type, ...options }: Readonly<Record<string, unknown>>): WaitMaker {
  if (typeof type === 'string' && Object.hasOwn(makers, type))
    return makers[type as BackoffPolicy['type']](options as never);
  throw new OptionError('backoff.type', type, `must be one of ${Object.keys(makers).join(', ')}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]';
}
