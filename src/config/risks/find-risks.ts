/**
 * All rules over all gateways of a configuration.
 */
import { atomAtCap } from './atom-at-cap.js';
import { noWait, unguardedRetries, unsafeMethods } from './bare-retries.js';
import { breakerOutOfReach } from './breaker-out-of-reach.js';
import type { StampedeSettings } from '../settings.js';
import { factsOf } from './facts.js';
import { type Finding, type Rule, type Severity, ruleNames, severities } from './finding.js';
import { fleetBudget } from './fleet-budget.js';
import type { GatewayFacts } from './gateway-facts.js';
import { limitOutOfReach } from './limit-out-of-reach.js';
import { noJitter } from './no-jitter.js';
import { overload } from './overload.js';
import { retriesMultiply } from './retries-multiply.js';
import { noTimeout, queuePastDeadline, timeoutPastDeadline } from './time-limits.js';
import { unboundedRetries } from './unbounded-retries.js';
import { waitsPastDeadline } from './waits-past-deadline.js';

/** Those that look at the waits; where a retry has several rules, at the waits of each. */
const ofWaits: readonly Rule[] = [unboundedRetries, noJitter, atomAtCap, waitsPastDeadline, noWait];

const others: readonly Rule[] = [
  overload,
  fleetBudget,
  breakerOutOfReach,
  timeoutPastDeadline,
  queuePastDeadline,
  limitOutOfReach,
  noTimeout,
  unguardedRetries,
  unsafeMethods,
];

/**
 * Looks in a configuration for what may turn an outage into a stampede: what `stampede check` prints.
 *
 *     const { settings } = loadStampede({ file: 'stampede.yml' });
 *     expect(findRisks(settings)).toEqual([]);
 *
 * The dice are seeded, so the same settings always give the same findings.
 *
 * @returns The findings of each gateway in turn.
 */
export function findRisks(settings: StampedeSettings): readonly Finding[] {
  return risksOf(factsOf(settings));
}

/**
 * The same, from facts.
 *
 * @returns The findings of each gateway in turn, those of a gateway in the order of `ruleNames`.
 */
export function risksOf(all: readonly GatewayFacts[]): readonly Finding[] {
  const findings = all.flatMap((facts) => [
    ...ofWaits.flatMap((rule) => worst(variantsOf(facts).flatMap(rule))),
    ...others.flatMap((rule) => rule(facts)),
  ]);
  const place = new Map(all.map(({ path }, index) => [path, index]));
  const rank = ({ path, rule }: Finding): number =>
    (place.get(path) ?? 0) * ruleNames.length + ruleNames.indexOf(rule);
  return [...findings, ...retriesMultiply(all)].toSorted((a, b) => rank(a) - rank(b));
}

function variantsOf(facts: GatewayFacts): readonly GatewayFacts[] {
  const { retry } = facts;
  return retry?.rules?.map((rule) => ({ ...facts, retry: { ...retry, ...rule } })) ?? [facts];
}

/** The worst of what one rule has found, as one word is enough. */
function worst(findings: readonly Finding[]): readonly Finding[] {
  const severe = (severity: Severity): number => severities.indexOf(severity);
  return findings.toSorted((a, b) => severe(a.severity) - severe(b.severity)).slice(0, 1);
}
