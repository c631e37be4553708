/**
 * How long to wait between two attempts: the generators that draw their waits at random.
 *
 * The default jitter leaves these waits alone. Each draws from bounds and never moves a draw to a bound, so that no
 * crowd gathers there.
 */
import type { RuntimeOption } from '../call/details.js';
import { OptionError } from '../errors.js';
import type { Duration, Ms } from '../time/duration.js';
import { bound, longest, positiveTime, settings, time } from './settings.js';
import { truncatedNormal } from './truncated-normal.js';
import { type WaitMaker, waitFactory, waitMaker } from './waits.js';

/** Options of `random`. */
export interface RandomOptions {
  /** The shortest wait. @default 0 */
  readonly min?: RuntimeOption<Duration> | undefined;
  /** The longest wait. @default 1000 */
  readonly max?: RuntimeOption<Duration> | undefined;
  /** `'normal'`: most waits near the middle, a sixth of the range as deviation. @default 'normal' */
  readonly distribution?: RuntimeOption<'normal' | 'uniform'> | undefined;
}

/**
 * Waits drawn between two bounds, each on its own. Already random: the default jitter leaves them alone.
 *
 *     random({ min: '3s', max: '15s' })   // 8114, 10377, 7022 ...
 *
 * @throws {OptionError} when an option is unknown or not allowed, or `min` is above `max`.
 * @see *Requests Stampede*'s RandomBackoffPolicy
 */
export const random = /* @__PURE__ */ waitFactory('random', (options: RandomOptions = {}): WaitMaker => {
  const read = settings<{ min: Ms; max: Ms; distribution: 'normal' | 'uniform' }>('random', options, {
    min: time(0),
    max: time(1000),
    distribution: { fallback: 'normal', check: checkDistribution },
  });
  if (Object.values(options).every((option) => typeof option !== 'function'))
    checkBelow('min', 'max', read());
  return waitMaker('random', (_first, scope) => {
    const { min, max, distribution } = read(scope);
    checkBelow('min', 'max', { min, max });
    const { random } = scope;
    return {
      next() {
        const share = distribution === 'normal' ? truncatedNormal(random) : random();
        return { value: min + (max - min) * share, kind: 'spread', least: min };
      },
    };
  });
});

function checkDistribution(option: string, value: unknown): 'normal' | 'uniform' {
  if (value === 'normal' || value === 'uniform') return value;
  throw new OptionError(option, value, 'must be "normal" or "uniform"');
}

function checkBelow<Low extends string, High extends string>(
  low: Low,
  high: High,
  values: Readonly<Record<Low | High, Ms>>,
): void {
  if (values[low] <= values[high]) return;
  throw new OptionError(low, values[low], `must not be above ${high}, which is ${values[high]}`);
}

/** Options of `decorrelated`. */
export interface DecorrelatedOptions {
  /** The shortest wait. @default 100 */
  readonly base?: RuntimeOption<Duration> | undefined;
  /** No wait is longer. @default 10000 */
  readonly maxValue?: RuntimeOption<Duration> | undefined;
}

/**
 * Waits drawn between `base` and three times the last wait ("decorrelated jitter"). Already random: the default
 * jitter leaves them alone. The range is capped, not the draw, so no crowd gathers at `maxValue`.
 *
 *     decorrelated({ base: 100, maxValue: '10s' })   // 187, 402, 233, 610 ...
 *
 * @throws {OptionError} when an option is unknown or not allowed, or `base` is above `maxValue`.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export const decorrelated = /* @__PURE__ */ waitFactory(
  'decorrelated',
  (options: DecorrelatedOptions = {}): WaitMaker => {
    const read = settings<{ base: Ms; maxValue: Ms }>('decorrelated', options, {
      base: positiveTime(100),
      maxValue: { ...bound, fallback: 10_000 },
    });
    if (Object.values(options).every((option) => typeof option !== 'function'))
      checkBelow('base', 'maxValue', read());
    return waitMaker('decorrelated', (_first, scope) => {
      const { base, maxValue } = read(scope);
      checkBelow('base', 'maxValue', { base, maxValue });
      let last = base;
      return {
        next() {
          const most = Math.min(3 * last, maxValue, longest);
          last = base + (most - base) * scope.random();
          return { value: last, kind: 'spread', least: base };
        },
      };
    });
  },
);
