/**
 * A limit that climbs step by step and falls by a share when something is dropped, as TCP does.
 */
import { checkKeys } from '../checks.js';
import { type Duration, type Ms, toMs } from '../time/duration.js';
import {
  Learner,
  type LimitMaker,
  type LimitRange,
  type LimitRangeOptions,
  type LimitSample,
  checkRange,
} from './adaptive-limit.js';

export interface AimdRules extends LimitRange {
  /** An answer that takes longer counts as dropped. */
  readonly maxLatency: Ms;
}

/** Additive increase, multiplicative decrease. */
export class Aimd extends Learner<AimdRules> {
  tell(sample: LimitSample): void {
    const isSlow = sample.endedAt - sample.startedAt > this.rules.maxLatency;
    if (sample.dropped || isSlow) this.cut(this.rules.backoff, sample);
    else if (this.isUsed(sample)) this.set(this.exact + 1);
  }
}

export interface AimdOptions extends LimitRangeOptions {
  /** An answer that takes longer counts as a sign of overload. @default '5s' */
  readonly maxLatency?: Duration | undefined;
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
