/**
 * All rules over all gateways of a configuration.
 */
import { atomAtCap } from './atom-at-cap.js';
import { noWait, unguardedRetries, unsafeMethods } from './bare-retries.js';
import { breakerOutOfReach } from './breaker-out-of-reach.js';
import { type Finding, type Rule, type RuleName, ruleNames } from './finding.js';
import type { GatewayFacts } from './gateway-facts.js';
import { noJitter } from './no-jitter.js';
import { overload } from './overload.js';
import { retriesMultiply } from './retries-multiply.js';
import { noTimeout, queuePastDeadline, timeoutPastDeadline } from './time-limits.js';
import { unboundedRetries } from './unbounded-retries.js';
import { waitsPastDeadline } from './waits-past-deadline.js';

const rules: Readonly<Record<Exclude<RuleName, 'retries-multiply'>, Rule>> = {
  'unbounded-retries': unboundedRetries,
  'no-jitter': noJitter,
  'atom-at-cap': atomAtCap,
  overload,
  'breaker-out-of-reach': breakerOutOfReach,
  'waits-past-deadline': waitsPastDeadline,
  'timeout-past-deadline': timeoutPastDeadline,
  'queue-past-deadline': queuePastDeadline,
  'no-wait': noWait,
  'no-timeout': noTimeout,
  'unguarded-retries': unguardedRetries,
  'unsafe-methods': unsafeMethods,
};

/**
 * Looks for what may turn an outage into a stampede.
 *
 * The dice are seeded, so the same facts always give the same findings.
 *
 * @returns The findings of each gateway in turn, those of a gateway in the order of `ruleNames`.
 */
export function risksOf(all: readonly GatewayFacts[]): readonly Finding[] {
  const findings = [
    ...all.flatMap((facts) => Object.values(rules).flatMap((rule) => rule(facts))),
    ...retriesMultiply(all),
  ];
  const place = new Map(all.map(({ path }, index) => [path, index]));
  const rank = ({ path, rule }: Finding): number =>
    (place.get(path) ?? 0) * ruleNames.length + ruleNames.indexOf(rule);
  return findings.toSorted((a, b) => rank(a) - rank(b));
}
