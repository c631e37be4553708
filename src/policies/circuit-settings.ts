/**
 * The options of a circuit breaker, checked, once, when the breaker is made, and laid out for use.
 */
import { checkKeys } from '../checks.js';
import { OptionError } from '../errors.js';
import { type Handler, checkHandlers } from '../retry/handlers.js';
import {
  checkBoolean,
  checkClock,
  checkFunction,
  checkJitter,
  checkMode,
  checkName,
} from '../retry/option-checks.js';
import type { Clock } from '../time/clock.js';
import { type Ms, toMs } from '../time/duration.js';
import { type Random, systemRandom } from '../time/random.js';
import type { Jitter } from '../wait/jitter.js';
import { type WaitMaker, checkWaitMaker } from '../wait/waits.js';
import type { CircuitBreakerOptions, CircuitDetails } from './circuit-options.js';
import type { CircuitRules } from './circuit-rules.js';
import { CountWindow, TimeWindow } from './windows.js';

/** The options, laid out for use. */
export interface CircuitSettings {
  readonly name: string | undefined;
  /** The rules of a circuit, but for its open time. */
  readonly rules: Omit<CircuitRules, 'openTime'>;
  readonly slowAfter: Ms | undefined;
  readonly open: { readonly wait: WaitMaker } | { readonly first: Ms; readonly max: Ms };
  readonly jitter: Jitter | null | undefined;
  readonly isFailure: CircuitBreakerOptions['isFailure'];
  readonly isNeutral: CircuitBreakerOptions['isNeutral'];
  readonly key: CircuitBreakerOptions['key'];
  readonly maxKeys: number;
  readonly stack: boolean;
  readonly mode: 'auto' | 'sync' | 'async';
  readonly clock: Clock;
  readonly random: Random;
  readonly handlers: Readonly<Record<CircuitDetails['event'], readonly Handler<never>[]>>;
}

type Given = { readonly [K in keyof CircuitBreakerOptions]: unknown };

// What other libraries call it → what it is called here.
const synonyms: Readonly<Record<string, string>> = {
  threshold: 'failureRate',
  failureThreshold: 'consecutive',
  failureRateThreshold: 'failureRate',
  errorThresholdPercentage: 'failureRate',
  volumeThreshold: 'minCalls',
  minimumNumberOfCalls: 'minCalls',
  slidingWindowSize: 'lastCalls',
  rollingCountTimeout: 'window',
  samplingDuration: 'window',
  slowCallDurationThreshold: 'slowAfter',
  slowCallRateThreshold: 'slowRate',
  resetTimeout: 'openTime',
  halfOpenAfter: 'openTime',
  breakDuration: 'openTime',
  waitDurationInOpenState: 'openTime',
  errorFilter: 'isFailure',
  onBreak: 'onOpen',
  onReset: 'onClose',
};

/** Every option, in the order in which faults are reported. */
export const circuitOptionNames: readonly (keyof CircuitBreakerOptions)[] = [
  'name',
  'consecutive',
  'failureRate',
  'slowAfter',
  'slowRate',
  'lastCalls',
  'window',
  'minCalls',
  'openTime',
  'maxOpenTime',
  'jitter',
  'halfOpen',
  'ramp',
  'isFailure',
  'isNeutral',
  'key',
  'maxKeys',
  'stack',
  'mode',
  'clock',
  'random',
  'onOpen',
  'onHalfOpen',
  'onRamp',
  'onClose',
];

/** @throws {OptionError} naming the first option that is unknown or not allowed. */
export function checkCircuitOptions(given: CircuitBreakerOptions): CircuitSettings {
  checkKeys('circuitBreaker', given, circuitOptionNames, synonyms);
  const options: Given = given;
  const random = checkFunction('random', options.random, systemRandom) as Random;
  return {
    name: checkName(options.name),
    rules: { ...checkEvidence(options), ...checkRecovery(options), random },
    slowAfter: or(undefined, 'slowAfter', options.slowAfter, time),
    open: checkOpenTime(options),
    jitter: checkJitter(options.jitter),
    isFailure: checkFunction('isFailure', options.isFailure, undefined) as CircuitSettings['isFailure'],
    isNeutral: checkFunction('isNeutral', options.isNeutral, undefined) as CircuitSettings['isNeutral'],
    key: checkFunction('key', options.key, undefined) as CircuitSettings['key'],
    maxKeys: or(1000, 'maxKeys', options.maxKeys, whole),
    stack: or(false, 'stack', options.stack, checkBoolean),
    mode: checkMode(options.mode),
    clock: checkClock(options.clock),
    random,
    handlers: {
      open: checkHandlers('onOpen', options.onOpen),
      halfOpen: checkHandlers('onHalfOpen', options.onHalfOpen),
      ramp: checkHandlers('onRamp', options.onRamp),
      close: checkHandlers('onClose', options.onClose),
    },
  };
}

type Evidence = Pick<
  CircuitRules,
  'consecutive' | 'failureRate' | 'slowRate' | 'minCalls' | 'window' | 'isTimed'
>;

function checkEvidence(options: Given): Evidence {
  const { slowAfter } = options;
  const isByDefault = options.consecutive === undefined || options.consecutive === null;
  const failureRate =
    options.failureRate === null
      ? undefined
      : or(isByDefault ? 0.5 : undefined, 'failureRate', options.failureRate, rate);
  if (options.slowRate !== undefined && slowAfter === undefined)
    throw new OptionError('slowRate', options.slowRate, 'needs slowAfter, which says what is slow');
  const slowRate = slowAfter === undefined ? undefined : or(0.5, 'slowRate', options.slowRate, rate);
  const consecutive = checkConsecutive(options.consecutive, failureRate !== undefined);
  if (consecutive === undefined && failureRate === undefined && slowRate === undefined)
    throw new OptionError(
      'failureRate',
      options.failureRate,
      'must be given where nothing else opens the circuit',
    );
  return { consecutive, failureRate, slowRate, ...checkWindow(options, failureRate ?? slowRate) };
}

function checkConsecutive(given: unknown, besideRate: boolean): CircuitRules['consecutive'] {
  if (given === undefined) return besideRate ? { failures: 5, lasting: 10_000 } : undefined;
  if (given === null) return undefined;
  if (typeof given !== 'object') return { failures: whole('consecutive', given), lasting: 0 };
  checkKeys('consecutive', given, ['failures', 'lasting']);
  const { failures, lasting } = given as { failures?: unknown; lasting?: unknown };
  return {
    failures: whole('consecutive.failures', failures),
    lasting: or(0, 'consecutive.lasting', lasting, toMs),
  };
}

function checkWindow(
  { lastCalls, window: givenSpan, minCalls }: Given,
  anyRate: number | undefined,
): Pick<CircuitRules, 'minCalls' | 'window' | 'isTimed'> {
  if (lastCalls !== undefined && givenSpan !== undefined)
    throw new OptionError('window', givenSpan, 'counts by time, and lastCalls by calls; give one of them');
  if (anyRate === undefined) {
    for (const [option, value] of [
      ['lastCalls', lastCalls],
      ['window', givenSpan],
      ['minCalls', minCalls],
    ] as const) {
      if (value !== undefined) throw new OptionError(option, value, 'needs failureRate or slowAfter');
    }
  }
  const size = or(100, 'lastCalls', lastCalls, whole);
  const span = or(undefined, 'window', givenSpan, time);
  const least = checkMinCalls(minCalls, span === undefined ? size : Infinity);
  if (anyRate === undefined) return { minCalls: least, window: undefined, isTimed: false };
  return span === undefined
    ? { minCalls: least, window: () => new CountWindow(size), isTimed: false }
    : { minCalls: least, window: () => new TimeWindow(span), isTimed: true };
}

function checkMinCalls(given: unknown, size: number): CircuitRules['minCalls'] {
  const fits = (option: string, value: unknown): number => {
    const calls = whole(option, value);
    if (calls <= size) return calls;
    throw new OptionError(option, value, `must be at most lastCalls, which is ${size}`);
  };
  if (given !== undefined && typeof given !== 'object') {
    const calls = fits('minCalls', given);
    return { least: calls, share: 0, most: calls };
  }
  checkKeys('minCalls', given ?? {}, ['least', 'share', 'most']);
  const { least, share, most } = (given ?? {}) as Record<string, unknown>;
  return {
    least: or(Math.min(5, size), 'minCalls.least', least, fits),
    share: or(0.2, 'minCalls.share', share, (option, value) => (value === 0 ? 0 : rate(option, value))),
    most: or(100, 'minCalls.most', most, whole),
  };
}

function checkOpenTime({ openTime, maxOpenTime }: Given): CircuitSettings['open'] {
  if (typeof openTime === 'function') {
    if (maxOpenTime !== undefined)
      throw new OptionError(
        'maxOpenTime',
        maxOpenTime,
        'bounds an openTime that is a time; waits have bounds of their own',
      );
    return { wait: checkWaitMaker(openTime, 'openTime') };
  }
  const first = or(5000, 'openTime', openTime, time);
  const max = or(Math.max(60_000, first), 'maxOpenTime', maxOpenTime, time);
  if (max < first)
    throw new OptionError('maxOpenTime', maxOpenTime, `must not be less than openTime, which is ${first} ms`);
  return { first, max };
}

function checkRecovery({ halfOpen = {}, ramp = {} }: Given): Pick<CircuitRules, 'halfOpen' | 'ramp'> {
  checkKeys('halfOpen', halfOpen, ['atOnce', 'successes', 'of', 'lease']);
  const half = halfOpen as Record<string, unknown>;
  const successes = or(1, 'halfOpen.successes', half['successes'], whole);
  const of = or(successes, 'halfOpen.of', half['of'], whole);
  if (of < successes)
    throw new OptionError(
      'halfOpen.of',
      of,
      `must not be less than halfOpen.successes, which is ${successes}`,
    );
  const checked = {
    atOnce: or(1, 'halfOpen.atOnce', half['atOnce'], whole),
    successes,
    of,
    lease: or(30_000, 'halfOpen.lease', half['lease'], time),
  };
  if (ramp === null) return { halfOpen: checked, ramp: undefined };
  checkKeys('ramp', ramp, ['from', 'factor', 'every', 'minCalls']);
  const { from, factor, every, minCalls } = ramp as Record<string, unknown>;
  return {
    halfOpen: checked,
    ramp: {
      from: or(0.1, 'ramp.from', from, rate),
      factor: or(2, 'ramp.factor', factor, growth),
      every: or(1000, 'ramp.every', every, time),
      minCalls: or(3, 'ramp.minCalls', minCalls, whole),
    },
  };
}

// What a value may be.

function or<T, F>(
  fallback: F,
  option: string,
  value: unknown,
  check: (option: string, value: unknown) => T,
): T | F {
  return value === undefined ? fallback : check(option, value);
}

function whole(option: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 10_000_000)
    return value as number;
  throw new OptionError(option, value, 'must be a whole number from 1 to 10000000');
}

function rate(option: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value <= 1) return value;
  const hint =
    typeof value === 'number' && value > 1 && value <= 100 ? ` (did you mean ${value / 100}?)` : '';
  throw new OptionError(option, value, `must be a share over 0, up to 1${hint}`);
}

function growth(option: string, value: unknown): number {
  if (typeof value === 'number' && value >= 1.01 && value < Infinity) return value;
  throw new OptionError(option, value, 'must be a number of 1.01 or more');
}

function time(option: string, value: unknown): Ms {
  const ms = toMs(option, value);
  if (ms >= 1) return ms;
  const hint = ms > 0 ? `is in milliseconds (did you mean ${ms * 1000} ms?)` : 'must be 1 ms or more';
  throw new OptionError(option, value, hint);
}
