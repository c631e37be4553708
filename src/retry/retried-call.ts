/**
 * One call that is being retried: what it is of, what it has been told, what its callbacks say.
 *
 * Made when an attempt has failed, or before the first where somebody watches. The rules are asked here, for sync and
 * async calls alike; the drivers make the attempts and wait.
 */
import type { Frame } from '../call/context.js';
import type { CallDetails } from '../call/details.js';
import { wasRefused } from '../call/layers.js';
import { nextTurn } from '../call/nesting.js';
import { type Outcome, isThenable } from '../call/outcome.js';
import { areCallsObserved } from '../events.js';
import { GiveUpError, isRefusal, withCause } from '../errors.js';
import type { Ms } from '../time/duration.js';
import type { Random } from '../time/random.js';
import { type WaitScope, causeOf } from '../wait/waits.js';
import type { GiveUpReason, GiveUpStep, Limits, RetryKind, Step, WaitStep } from './attempts.js';
import { tellBudget } from './handlers.js';
import { noteHistory } from './history.js';
import type { Plan } from './plan.js';
import { checkBoolean, checkBudget, checkMaxTime, checkMaxTries, checkSignalValue } from './option-checks.js';
import { Aside, RetryFrame } from './retry-frame.js';
import { kindOf } from './retry-kind.js';
import { type Rule, type Teller, ruleFor, saysGiveUp } from './rules.js';
import { limitsWithin, scopeHere } from './scope.js';

export class RetriedCall extends RetryFrame implements Teller, WaitScope {
  aside: Aside | undefined;
  /** When it took over, among all retries. */
  readonly began = nextTurn();

  constructor(
    readonly plan: Plan,
    readonly thisArg: unknown,
    readonly args: readonly unknown[],
    startedAt: Ms | undefined,
  ) {
    super(startedAt);
    const scope = scopeHere();
    if (scope !== undefined) (this.aside = new Aside()).scope = scope;
  }

  /** Notes what there is to know before the first attempt. @throws what an option that is a function throws. */
  open(outer: Frame | undefined): void {
    const aside = (this.aside ??= new Aside());
    aside.outer = outer;
    aside.observed = areCallsObserved();
    const { signal } = this.plan.policy;
    aside.signal = typeof signal === 'function' ? checkSignalValue(this.read(signal)) : signal;
    if (aside.observed) this.startedAt ??= this.clock.now();
  }

  get random(): Random {
    return this.plan.policy.open.random;
  }

  read<T>(option: T | ((details: never) => T)): T {
    if (typeof option !== 'function') return option;
    return (option as (this: unknown, details: CallDetails) => T).call(this.thisArg, this.told());
  }

  /** The moment, where the call keeps time. */
  moment(): Ms | undefined {
    return this.plan.keepsTime || this.aside?.observed === true ? this.clock.now() : undefined;
  }

  // What is asked once an attempt has ended.

  /** Whether failures are retried at all. */
  isEnabled(): boolean {
    if (this.aside?.scope?.enabled === false) return false;
    const { enabled } = this.plan.policy.open;
    if (typeof enabled !== 'function') return enabled;
    const aside = (this.aside ??= new Aside());
    return (aside.enabled ??= this.#asked(aside, () => checkBoolean('enabled', this.read(enabled))));
  }

  /** What bounds this call. Options that are functions are asked once. */
  limits(): Limits {
    const { limits } = this.plan.policy;
    const scope = this.aside?.scope;
    if (limits !== undefined && scope === undefined) return limits;
    const aside = (this.aside ??= new Aside());
    return (aside.limits ??= limitsWithin(scope, limits ?? this.#asked(aside, () => this.#readLimits())));
  }

  #readLimits(): Limits {
    const { open } = this.plan.policy;
    return {
      maxTries: checkMaxTries(this.read(open.maxTries)),
      maxTime: checkMaxTime(this.read(open.maxTime)),
      budget: typeof open.budget === 'function' ? checkBudget(this.read(open.budget)) : open.budget,
      jitter: open.jitter,
      random: open.random,
    };
  }

  // An option that has failed is not asked again.
  #asked<T>(aside: Aside, ask: () => T): T {
    if (aside.failure !== undefined) throw aside.failure.error;
    try {
      return ask();
    } catch (thrown) {
      const cause = this.latest === undefined ? {} : causeOf(this.latest);
      aside.failure = { error: withCause(thrown, 'An option given as a function', cause) };
      throw aside.failure.error;
    }
  }

  /** The rule that speaks for an outcome; `undefined` when it is to pass through. */
  match(outcome: Outcome): Rule | undefined | PromiseLike<Rule | undefined> {
    if (!this.isEnabled() || this.isSpent(outcome)) return undefined;
    return ruleFor(this.plan.policy.rules, outcome, this);
  }

  /** What to do about an outcome that a rule has matched. */
  decide(rule: Rule, outcome: Outcome): Step | PromiseLike<Step> {
    const { giveup } = this.plan.policy;
    if (outcome.ok || (giveup === undefined && rule.giveup === undefined))
      return this.#next(rule, outcome, false);
    const { error } = outcome;
    const own = rule.giveup === undefined ? false : saysGiveUp(rule.giveup, error, rule, this);
    const outer = (said: boolean): boolean | PromiseLike<boolean> =>
      said || giveup === undefined ? said : saysGiveUp(giveup, error, rule, this);
    const stop = isThenable(own) ? own.then(outer) : outer(own);
    return isThenable(stop)
      ? stop.then((late) => this.#next(rule, outcome, late))
      : this.#next(rule, outcome, stop);
  }

  #next(rule: Rule, outcome: Outcome, stop: boolean): Step {
    const limits = this.limits();
    const kind = limits.budget === undefined ? 'error' : kindOf(outcome);
    const leastWait = outcome.ok ? undefined : leastWaitOf(outcome.error);
    const step = this.next({ rule, outcome, kind, stop, leastWait }, limits, this, this.deadline());
    if (step.kind === 'wait' && step.charged !== undefined && limits.budget !== undefined)
      this.#charge(step.charged);
    return step;
  }

  /** Looks at a wait again after handlers have taken time. */
  afterHandlers(step: WaitStep): Step {
    const now = this.moment();
    if (now === undefined) return step;
    const fitted = this.refit(step, now, this.limits(), this.deadline());
    if (fitted.kind === 'giveup') this.refund();
    return fitted;
  }

  /** Looks at the limits again after a wake that came late. @returns Giving up, or `undefined`. */
  afterWake(late: Ms): GiveUpStep | undefined {
    if (late <= longDelay || !this.isTooLate(this.clock.now(), this.limits(), this.deadline()))
      return undefined;
    this.refund();
    return { kind: 'giveup', because: 'maxTime' };
  }

  #charge(kind: RetryKind): void {
    const aside = (this.aside ??= new Aside());
    aside.charged = kind;
    aside.isUnderWay = false;
  }

  /** The retry that the budget was charged for is not sent. One that is under way is taken to be. */
  refund(): void {
    const { aside } = this;
    if (aside?.charged === undefined || aside.isUnderWay) return;
    const { charged } = aside;
    aside.charged = undefined;
    const { budget } = this.limits();
    if (budget !== undefined) tellBudget(this.plan.nameFor(this.thisArg), budget, 'refund', charged);
  }

  /** The retry that the budget was charged for is being sent. */
  spend(): void {
    if (this.aside !== undefined) this.aside.isUnderWay = true;
  }

  /** An attempt has ended. What an inner policy has refused to send is not paid for. */
  override end(outcome: Outcome, now: Ms | undefined): void {
    super.end(outcome, now);
    const { aside } = this;
    if (aside?.charged === undefined) return;
    aside.isUnderWay = outcome.ok || !wasRefused(outcome.error, this.plan.target);
    this.refund();
    aside.charged = undefined;
  }

  /** What the caller gets when the call gives up. */
  endOf(reason: GiveUpReason, outcome: Outcome): Outcome {
    const { raiseOnGiveup } = this.plan.policy;
    if (!outcome.ok) {
      if (raiseOnGiveup !== false) return outcome;
      this.keepHistory(outcome.error);
      return { ok: true, value: undefined };
    }
    if (raiseOnGiveup !== true) return outcome;
    return {
      ok: false,
      error: new GiveUpError(this.plan.nameFor(this.thisArg), outcome.value, reason, this.tries),
    };
  }

  /** Keeps the history of the call with the error that it ended with. */
  keepHistory(error: unknown): void {
    noteHistory(error, this);
  }

  /** What callbacks are told. */
  told(rule?: Rule): CallDetails {
    return Object.freeze(this.facts(rule));
  }

  /** The details that all events share, not frozen yet. */
  facts(rule: Rule | undefined): CallDetails {
    const { plan, thisArg } = this;
    return {
      target: plan.original,
      args: this.args,
      thisArg,
      name: plan.nameFor(thisArg),
      tries: this.tries,
      elapsed: this.elapsed(this.clock.now()),
      rule: rule?.index,
      history: this.history(),
    };
  }
}

/** How much later than asked a wake may come before the limits are looked at again: the machine may have slept. */
const longDelay: Ms = 1000;

// Whose `retryAfter` it is, nobody knows: it may be anything, or throw.
function leastWaitOf(error: unknown): Ms | undefined {
  if (!isRefusal(error)) return undefined;
  try {
    const { retryAfter }: { readonly retryAfter?: unknown } = error;
    return typeof retryAfter === 'number' && retryAfter >= 0 ? retryAfter : undefined;
  } catch {
    return undefined;
  }
}
