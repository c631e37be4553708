/**
 * A limit that follows the latency: when answers take longer than they used to, calls are waiting somewhere.
 *
 * Where that lasts it looks once at what the latency is with next to nothing in flight.
 *
 * @see https://github.com/Netflix/concurrency-limits
 */
import { checkKeys, checkNumber } from '../checks.js';
import { checkFunction } from '../retry/option-checks.js';
import type { Ms } from '../time/duration.js';
import { type Random, systemRandom } from '../time/random.js';
import {
  Learner,
  type LimitMaker,
  type LimitRange,
  type LimitRangeOptions,
  type LimitSample,
  checkRange,
} from './adaptive-limit.js';

export interface GradientRules extends LimitRange {
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

export interface GradientOptions extends LimitRangeOptions {
  /** How many times the usual latency is still well. @default 1.5 */
  readonly tolerance?: number | undefined;
  /** Calls that may wait at the service; so many are sent while the bare latency is looked at. @default 4 */
  readonly headroom?: number | undefined;
  /** How fast the limit follows, from above 0 to 1. @default 0.2 */
  readonly smoothing?: number | undefined;
  readonly random?: Random | undefined;
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
