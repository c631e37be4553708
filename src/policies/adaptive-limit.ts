/**
 * How many calls at once a service can take, learned from how it answers.
 *
 * Two thinkers for the option `limit` of a bulkhead. `Aimd` climbs step by step and falls by a share when something is
 * dropped, as TCP does; `Gradient` follows the latency: when answers take longer than they used to, calls are waiting
 * somewhere. Where that lasts it looks once at what the latency is with next to nothing in flight. A timeout is a drop
 * and never a latency.
 *
 * @see https://github.com/Netflix/concurrency-limits
 */
import { checkKeys } from '../checks.js';
import { OptionError } from '../errors.js';
import { checkFunction } from '../retry/option-checks.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import { type Random, systemRandom } from '../time/random.js';
import { checkNumber } from './guard.js';

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

interface Range {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

export interface AimdRules extends Range {
  /** What is left of the limit after a drop. */
  readonly backoff: number;
  /** An answer that takes longer counts as dropped. */
  readonly maxLatency: Ms;
}

/** What both share: the range, and that one bad moment is answered once. */
abstract class Learner<Rules extends Range> implements ConcurrencyLimit {
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

/** Additive increase, multiplicative decrease. */
export class Aimd extends Learner<AimdRules> {
  tell(sample: LimitSample): void {
    const isSlow = sample.endedAt - sample.startedAt > this.rules.maxLatency;
    if (sample.dropped || isSlow) this.cut(this.rules.backoff, sample);
    else if (this.isUsed(sample)) this.set(this.exact + 1);
  }
}

export interface GradientRules extends Range {
  /** What is left of the limit after a drop. */
  readonly backoff: number;
  /** How many times the usual latency is still well. */
  readonly tolerance: number;
  /** Calls that may wait at the service. */
  readonly headroom: number;
  /** How fast the limit follows, from above 0 to 1. */
  readonly smoothing: number;
}

// The latency of late against the usual one: how many answers each of them remembers.
const fewAnswers = 10;
const manyAnswers = 600;

/** A look at the latency while there is as little in flight as can be. */
interface Probe {
  readonly since: Ms;
  /** The limit to go back to. */
  readonly back: number;
  sum: Ms;
  answers: number;
}

/** Follows the ratio of the usual latency to that of late. */
export class Gradient extends Learner<GradientRules> {
  #usual: Ms | undefined;
  #late = 0;
  #slowAnswers = 0;
  #probeAfter: number;
  #probe: Probe | undefined;
  readonly #random: Random;

  constructor(rules: GradientRules, random: Random = systemRandom) {
    super(rules);
    this.#random = random;
    this.#probeAfter = this.#patience();
  }

  tell(sample: LimitSample): void {
    const latency = Math.max(0.001, sample.endedAt - sample.startedAt);
    if (sample.dropped) {
      if (this.#probe !== undefined) this.#endProbe(this.#probe);
      this.cut(this.rules.backoff, sample);
    } else if (this.#probe !== undefined) this.#look(this.#probe, sample, latency);
    else this.#learn(sample, latency);
  }

  /** The latency that counts as usual; `undefined` before the first answer. */
  get usual(): Ms | undefined {
    return this.#usual;
  }

  #learn(sample: LimitSample, latency: Ms): void {
    const { tolerance, headroom, smoothing } = this.rules;
    const usual = this.#usual ?? latency;
    this.#late = this.#usual === undefined ? latency : smoothed(this.#late, latency, fewAnswers);
    const isSlow = this.#late > tolerance * usual;
    // What is measured in an overload must not become the usual. If it lasts, a look at the bare latency will tell.
    this.#usual = isSlow ? usual : smoothed(usual, latency, manyAnswers);
    this.#slowAnswers = isSlow ? this.#slowAnswers + 1 : 0;
    // After a change for the better the usual comes down soon.
    if (usual > 2 * this.#late) this.#usual = 0.95 * usual;
    const share = Math.min(1, Math.max(0.5, (tolerance * usual) / this.#late));
    const next = this.exact * (1 - smoothing) + (this.exact * share + headroom) * smoothing;
    if (next <= this.exact || this.isUsed(sample)) this.set(next);
    if (this.#slowAnswers >= this.#probeAfter) this.#startProbe(sample.endedAt);
  }

  #startProbe(now: Ms): void {
    this.#probe = { since: now, back: this.exact, sum: 0, answers: 0 };
    this.set(this.rules.headroom);
  }

  /** Answers to calls that were under way before, or beside such, do not count. */
  #look(probe: Probe, { startedAt, inFlight }: LimitSample, latency: Ms): void {
    if (startedAt < probe.since || inFlight > this.limit) return;
    probe.sum += latency;
    probe.answers += 1;
    if (probe.answers < fewAnswers) return;
    this.#usual = probe.sum / probe.answers;
    this.#late = this.#usual;
    this.#endProbe(probe);
  }

  #endProbe({ back }: Probe): void {
    this.#probe = undefined;
    this.#slowAnswers = 0;
    this.#probeAfter = this.#patience();
    this.set(back);
  }

  // Not the same for all, so that a fleet does not look at once and see a service that is idle.
  #patience(): number {
    return manyAnswers * (1 + this.#random());
  }
}

function smoothed(average: number, value: number, answers: number): number {
  return average + ((value - average) * 2) / (answers + 1);
}

interface RangeOptions {
  /** @default 20, or the nearest that `min` and `max` allow */
  readonly initial?: number | undefined;
  /** @default 1 */
  readonly min?: number | undefined;
  /** For this process: limits of several processes do not know of each other. @default 200 */
  readonly max?: number | undefined;
  /** What is left of the limit after a sign of overload. @default 0.9 */
  readonly backoff?: number | undefined;
}

export interface AimdOptions extends RangeOptions {
  /** An answer that takes longer counts as a sign of overload. @default '5s' */
  readonly maxLatency?: Duration | undefined;
}

export interface GradientOptions extends RangeOptions {
  /** How many times the usual latency is still well. @default 1.5 */
  readonly tolerance?: number | undefined;
  /** Calls that may wait at the service; so many are sent while the bare latency is looked at. @default 4 */
  readonly headroom?: number | undefined;
  /** How fast the limit follows, from above 0 to 1. @default 0.2 */
  readonly smoothing?: number | undefined;
  readonly random?: Random | undefined;
}

/**
 * A limit that climbs by one with each answer and falls by a tenth at a sign of overload.
 *
 *     bulkhead({ limit: aimd({ max: 50 }) })
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function aimd(options: AimdOptions = {}): LimitMaker {
  checkKeys('aimd', options, ['initial', 'min', 'max', 'backoff', 'maxLatency']);
  const rules: AimdRules = {
    ...checkRange(options),
    maxLatency: toMs('maxLatency', options.maxLatency ?? '5s', { infinite: true }),
  };
  return () => new Aimd(rules);
}

/**
 * A limit that follows the latency: it falls while answers take longer than they usually do.
 *
 *     bulkhead({ limit: gradient({ min: 5, max: 100 }), queue: 20 })
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function gradient(options: GradientOptions = {}): LimitMaker {
  checkKeys('gradient', options, ['initial', 'min', 'max', 'backoff', 'tolerance', 'headroom', 'smoothing']);
  const rules: GradientRules = {
    ...checkRange(options),
    tolerance: checkNumber('tolerance', options.tolerance ?? 1.5, { least: 1 }),
    headroom: checkNumber('headroom', options.headroom ?? 4, { least: 1 }),
    smoothing: checkNumber('smoothing', options.smoothing ?? 0.2, { least: 0.001, most: 1 }),
  };
  const random = checkFunction('random', options.random, systemRandom) as Random;
  return () => new Gradient(rules, random);
}

function checkRange(options: RangeOptions): Range & { readonly backoff: number } {
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
