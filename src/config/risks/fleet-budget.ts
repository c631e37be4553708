/**
 * Budgets that are right for one process and wrong for a fleet: each process starts with a few retries to spend, and a
 * thousand processes spend a thousand times as many at once.
 */
import { type Finding, found } from './finding.js';
import type { BudgetFacts, GatewayFacts, LoadFacts } from './gateway-facts.js';
import { count, some, span } from './words.js';

/** For so long the fleet may take all the capacity that there is to spare. */
const acceptable = 30_000;

/**
 * Finds a fleet whose saved-up retries are more than the service can take beside its load, where rate, capacity and
 * processes are declared: `processes × tokens / cost` of them, at `capacity - rate` in a second.
 */
export function fleetBudget(facts: GatewayFacts): readonly Finding[] {
  const { retry, budget, load } = facts;
  const { rate, capacity, processes } = load;
  if (retry === undefined || retry.maxTries < 2 || budget === undefined) return [];
  if (rate === undefined || capacity === undefined || rate >= capacity || processes < 2) return [];
  const tokens = tokensOf(budget, { rate, processes });
  const retries = (processes * tokens) / budget.cost;
  const lasts = (1000 * retries) / (capacity - rate);
  if (lasts <= acceptable) return [];
  const fewer = ((capacity - rate) * (acceptable / 1000) * budget.cost) / processes;
  return [
    found(facts, {
      rule: 'fleet-budget',
      severity: 'warning',
      number: {
        value: lasts,
        unit: 'ms',
        says:
          `${count(processes)} processes have ${count(retries)} retries saved up (${some(tokens, 'token')} each): ` +
          `they take all the ${some(capacity - rate, 'call')} a second that there are to spare, for ${span(lasts)}.`,
      },
      cure:
        fewer >= 1
          ? `Set the budget's minimum and maximum to ${count(Math.floor(fewer))}.`
          : 'Make the calls from fewer processes, or set max_tries: 2 and a budget with minimum: 1 and maximum: 1.',
    }),
  ];
}

/** What the budget of one process holds at its own rate. */
function tokensOf(
  { ratio, minimum, maximum, window }: BudgetFacts,
  { rate, processes }: Pick<LoadFacts, 'processes'> & { readonly rate: number },
): number {
  return Math.min(maximum, Math.max(minimum, (ratio * (rate / processes) * window) / 1000));
}
