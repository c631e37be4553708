/**
 * What a rule has found, and the names of the rules.
 */
import type { GatewayFacts } from './gateway-facts.js';

/** The rules, in the order in which findings of a gateway are told. */
export const ruleNames = [
  'unbounded-retries',
  'no-jitter',
  'atom-at-cap',
  'retries-multiply',
  'overload',
  'fleet-budget',
  'breaker-out-of-reach',
  'waits-past-deadline',
  'timeout-past-deadline',
  'queue-past-deadline',
  'limit-out-of-reach',
  'no-wait',
  'no-timeout',
  'unguarded-retries',
  'unsafe-methods',
] as const;

export type RuleName = (typeof ruleNames)[number];

/** The worst first. */
export const severities = ['error', 'warning', 'note'] as const;

/** `error`: it will keep a service down, or does not do what it says. `warning`: it may. `note`: good to know. */
export type Severity = (typeof severities)[number];

/** What was measured or computed. */
export interface Measure {
  /** `Infinity` where there is no bound. */
  readonly value: number;
  /** Of what: `'attempts'`, `'clients'`, `'ms'` ... */
  readonly unit: string;
  /** The number in a sentence. */
  readonly says: string;
}

/** A risk that a rule has found in a configuration. */
export interface Finding {
  readonly rule: RuleName;
  readonly severity: Severity;
  /** The name of the gateway, or of the section. */
  readonly gateway: string;
  /** Where it stands in the file: `gateways.ledger`. */
  readonly path: string;
  readonly number: Measure;
  /** What to do about it, with the options by their names. */
  readonly cure: string;
}

/** A rule that looks at one gateway at a time. */
export type Rule = (facts: GatewayFacts) => readonly Finding[];

/** A finding about a gateway. */
export function found(
  { name, path }: Pick<GatewayFacts, 'name' | 'path'>,
  finding: Omit<Finding, 'gateway' | 'path'>,
): Finding {
  const { rule, severity, number, cure } = finding;
  const value = Number(number.value.toPrecision(12)); // 1.8, not 1.7999999999999998
  return Object.freeze({
    rule,
    severity,
    gateway: name,
    path,
    number: Object.freeze({ ...number, value }),
    cure,
  });
}
