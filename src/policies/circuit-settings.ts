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
import type { Ms } from '../time/duration.js';
import { type Random, systemRandom } from '../time/random.js';
import type { Jitter } from '../wait/jitter.js';
import { type WaitMaker, checkWaitMaker } from '../wait/waits.js';
import { type Given, checkEvidence } from './circuit-evidence.js';
import { circuitOptionNames, synonyms } from './circuit-option-names.js';
import type { CircuitBreakerOptions, CircuitDetails } from './circuit-options.js';
import type { CircuitRules } from './circuit-rules.js';
import { growth, or, rate, time, whole } from './circuit-values.js';
import type { KeyOption } from './guard.js';
import { checkKey, checkMaxKeys } from './guard-options.js';

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
  readonly key: KeyOption | undefined;
  readonly maxKeys: number;
  readonly stack: boolean;
  readonly mode: 'auto' | 'sync' | 'async';
  readonly clock: Clock;
  readonly random: Random;
  readonly handlers: Readonly<Record<CircuitDetails['event'], readonly Handler<never>[]>>;
}

/** @throws {OptionError} naming the first option that is unknown or not allowed. */
export function checkCircuitOptions(given: CircuitBreakerOptions): CircuitSettings {
  checkKeys('circuitBreaker', given, circuitOptionNames, synonyms);
  const options: Given = given;
  const random = checkFunction('random', options.random, systemRandom) as Random;
  return {
    name: checkName(options.name),
    rules: {
      ...checkEvidence(options),
      halfOpen: checkHalfOpen(options.halfOpen),
      ramp: checkRamp(options.ramp),
      random,
    },
    slowAfter: or(undefined, 'slowAfter', options.slowAfter, time),
    open: checkOpenTime(options),
    jitter: checkJitter(options.jitter),
    isFailure: checkFunction('isFailure', options.isFailure, undefined) as CircuitSettings['isFailure'],
    isNeutral: checkFunction('isNeutral', options.isNeutral, undefined) as CircuitSettings['isNeutral'],
    key: checkKey(options.key),
    maxKeys: checkMaxKeys(options.maxKeys),
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

function checkHalfOpen(given: unknown = {}): CircuitRules['halfOpen'] {
  checkKeys('halfOpen', given, ['atOnce', 'successes', 'of', 'lease']);
  const { atOnce, lease, ...half } = given as Record<string, unknown>;
  const successes = or(1, 'halfOpen.successes', half['successes'], whole);
  const of = or(successes, 'halfOpen.of', half['of'], whole);
  if (of < successes) {
    const allowed = `must not be less than halfOpen.successes, which is ${successes}`;
    throw new OptionError('halfOpen.of', of, allowed);
  }
  return {
    atOnce: or(1, 'halfOpen.atOnce', atOnce, whole),
    successes,
    of,
    lease: or(30_000, 'halfOpen.lease', lease, time),
  };
}

function checkRamp(given: unknown = {}): CircuitRules['ramp'] {
  if (given === null) return undefined;
  checkKeys('ramp', given, ['from', 'factor', 'every', 'minCalls']);
  const { from, factor, every, minCalls } = given as Record<string, unknown>;
  return {
    from: or(0.1, 'ramp.from', from, rate),
    factor: or(2, 'ramp.factor', factor, growth),
    every: or(1000, 'ramp.every', every, time),
    minCalls: or(3, 'ramp.minCalls', minCalls, whole),
  };
}
