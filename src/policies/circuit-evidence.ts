/**
 * What opens a circuit, from the options: failures in a row, rates, and how many calls make a rate.
 */
import { checkKeys } from '../checks.js';
import { OptionError } from '../errors.js';
import { toMs } from '../time/duration.js';
import type { CircuitBreakerOptions } from './circuit-options.js';
import type { CircuitRules } from './circuit-rules.js';
import { or, rate, time, whole } from './circuit-values.js';
import { CountWindow, TimeWindow } from './windows.js';

/** Options before they are checked. */
export type Given = { readonly [K in keyof CircuitBreakerOptions]: unknown };

type Evidence = Pick<
  CircuitRules,
  'consecutive' | 'failureRate' | 'slowRate' | 'minCalls' | 'window' | 'isTimed'
>;

/** @throws {OptionError} for what cannot be meant, and where nothing is left that could open the circuit. */
export function checkEvidence(options: Given): Evidence {
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
