/**
 * What it takes to tell and ask `Attempts` directly: a rule, limits, a scope, a finding.
 */
import { VirtualClock, constant, seeded } from '../../src/core.js';
import type {
  Finding,
  Limits,
  Ms,
  Outcome,
  Step,
  WaitMaker,
  WaitRule,
  WaitScope,
  Attempts,
} from '../../src/core.js';

export const scope: WaitScope = {
  clock: new VirtualClock(),
  random: seeded(1),
  read: (option) => option as never,
};

export function ruleOf(wait: WaitMaker = constant(100), overrides: Partial<WaitRule> = {}): WaitRule {
  return { wait, maxTries: Infinity, alone: true, ...overrides };
}

export function limitsOf(overrides: Partial<Limits> = {}): Limits {
  return {
    maxTries: 10,
    maxTime: Infinity,
    jitter: null,
    random: seeded(1),
    budget: undefined,
    ...overrides,
  };
}

export const failure: Outcome = { ok: false, error: new Error('boom') };

export function findingOf(rule: WaitRule, overrides: Partial<Finding> = {}): Finding {
  return { rule, outcome: failure, kind: 'error', stop: false, leastWait: undefined, ...overrides };
}

/** Tells of one failed attempt that ended at `now`, and asks what is next. */
export function fail(
  attempts: Attempts,
  now: Ms | undefined,
  limits: Limits = limitsOf(),
  finding: Finding = findingOf(ruleOf()),
  deadline: Ms = Infinity,
): Step {
  attempts.start();
  attempts.end(finding.outcome, now);
  return attempts.next(finding, limits, scope, deadline);
}

/** The wait of a step; an error when the step is to give up. */
export function msOf(step: Step): Ms {
  if (step.kind === 'wait') return step.ms;
  throw new Error(`gave up because of ${step.because}`);
}
