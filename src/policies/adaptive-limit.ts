/**
 * How many calls at once a service can take, learned from how it answers: what all such limits have in common.
 *
 * `aimd.ts` climbs step by step and falls by a share when something is dropped; `gradient.ts` follows the latency. A
 * timeout is a drop and never a latency.
 *
 * @see https://github.com/Netflix/concurrency-limits
 */
import { checkNumber } from '../checks.js';
import { OptionError } from '../errors.js';
import type { Ms } from '../time/duration.js';

/** A call that has ended. */
export interface LimitSample {
  readonly startedAt: Ms;
  readonly endedAt: Ms;
  /** Calls in flight when it ended, itself included. */
  readonly inFlight: number;
  /** Whether it was a sign of overload. */
  readonly dropped: boolean;
}

/** A limit that learns. */
export interface ConcurrencyLimit {
  /** How many calls may be in flight now: a whole number of 1 or more. */
  readonly limit: number;
  /** A call has ended. Calls that say nothing of the service (its own errors, aborts) are not told. */
  tell(sample: LimitSample): void;
}

/** Makes a fresh limit, one for each bulkhead and key. */
export type LimitMaker = () => ConcurrencyLimit;

export interface LimitRange {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  /** What is left of the limit after a drop. */
  readonly backoff: number;
}

/** What they share: the range, and that one bad moment is answered once. */
export abstract class Learner<Rules extends LimitRange> implements ConcurrencyLimit {
  protected readonly rules: Rules;
  protected exact: number;
  #cutAt: Ms = -Infinity;

  constructor(rules: Rules) {
    this.rules = rules;
    this.exact = rules.initial;
  }

  get limit(): number {
    return Math.floor(this.exact);
  }

  abstract tell(sample: LimitSample): void;

  protected set(limit: number): void {
    this.exact = Math.min(this.rules.max, Math.max(this.rules.min, limit));
  }

  /** Calls that were under way when the limit was cut have nothing new to say: a hundred timeouts are one event. */
  protected cut(share: number, { startedAt, endedAt }: LimitSample): void {
    if (startedAt <= this.#cutAt) return; // also those of the same millisecond
    this.#cutAt = endedAt;
    this.set(this.exact * share);
  }

  /** Whether the limit is being used: one that nobody reaches says nothing about whether it could be higher. */
  protected isUsed({ inFlight }: LimitSample): boolean {
    return inFlight * 2 >= this.limit;
  }
}

export interface LimitRangeOptions {
  /** @default 20, or the nearest that `min` and `max` allow */
  readonly initial?: number | undefined;
  /** @default 1 */
  readonly min?: number | undefined;
  /** For this process: limits of several processes do not know of each other. @default 200 */
  readonly max?: number | undefined;
  /** What is left of the limit after a sign of overload. @default 0.9 */
  readonly backoff?: number | undefined;
}

/** @throws {OptionError} unless the options make a range. */
export function checkRange(options: LimitRangeOptions): LimitRange {
  const min = checkNumber('min', options.min ?? 1, { least: 1, whole: true });
  const max = checkNumber('max', options.max ?? Math.max(200, min), { least: 1, whole: true });
  if (max < min) throw new OptionError('max', max, `must be ${min} (min) or more`);
  const usual = Math.min(max, Math.max(min, 20));
  const initial = checkNumber('initial', options.initial ?? usual, { least: min, most: max, whole: true });
  return {
    min,
    max,
    initial,
    backoff: checkNumber('backoff', options.backoff ?? 0.9, { least: 0.1, most: 0.99 }),
  };
}
