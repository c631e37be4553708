/**
 * What a retry budget lets through, from its options.
 */
import { type RetryBudgetOptions, toMs } from '../../core.js';
import type { BudgetFacts } from './gateway-facts.js';

const usualCost = { throttle: 0.5, error: 1, timeout: 2, value: 1 };

/**
 * The facts of `retryBudget(options)` as a gateway or a session makes it: one that pays for all retries of a call.
 *
 * @param usual  What holds where the options say nothing, and how many retries a call may make.
 */
export function budgetFacts(
  options: RetryBudgetOptions,
  usual: { readonly ratio: number; readonly retries: number; readonly minimum: number },
): BudgetFacts {
  const cost = { ...usualCost, ...options.cost };
  const { maximum = 100, ratio = usual.ratio, whenEmpty = 'giveup' } = options;
  const retries = usual.retries === Infinity ? 2 : usual.retries;
  return {
    ratio,
    cost: cost.error,
    minimum:
      options.minimum ??
      Math.min(maximum, Math.max(usual.minimum, retries * Math.max(...Object.values(cost)))),
    maximum,
    window: toMs('window', options.window ?? 10_000),
    whenEmpty: whenEmpty === 'giveup' ? 'end' : 'slow',
  };
}
