/**
 * One call that is being retried: what it is of, what it has been told, what its callbacks say.
 *
 * Made when an attempt has failed, or before the first where somebody watches. The rules are asked here, for sync and
 * async calls alike; `drivers.ts` makes the attempts and waits.
 */
import { type Frame } from '../call/context.js';
import type { CallDetails } from '../call/details.js';
import { type Outcome, isThenable } from '../call/outcome.js';
import { isObserved, publish } from '../events.js';
import { isRefusal, withCause } from '../errors.js';
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import type { Random } from '../time/random.js';
import { type WaitScope, causeOf } from '../wait/waits.js';
import { Attempts, type GiveUpReason, type GiveUpStep, type Limits, type RetryKind, type Step, type WaitStep } from './attempts.js';
import type { AbortDetails, BackoffDetails, Details, EndDetails, GiveUpDetails, SuccessDetails } from './details.js';
import { type Handler, tell, tellAtOnce, tellBudget } from './handlers.js';
import { noteHistory } from './history.js';
import { backoffText, giveUpText, isLogRead, writeLog } from './log.js';
import type { Plan } from './plan.js';
import { checkBoolean, checkBudget, checkMaxTime, checkMaxTries, checkSignalValue } from './policy.js';
import { type Rule, type Teller, ruleFor, saysGiveUp } from './rules.js';

/** What only some calls need; the others are spared the room. */
export class Aside {
  /** The call around this one. */
  outer: Frame | undefined;
  /** What can abort this call: its own signal, and that of the call around it. */
  signals: readonly AbortSignal[] = [];
  /** Joins several signals into one, where the function asks for it. */
  controller: AbortController | undefined;
  /** Whether the event hub had a listener when the call started. */
  observed = false;
  /** The limits, where some had to be asked for. */
  limits: Limits | undefined;
  /** Whether `enabled` said no. */
  disabled = false;
  /** What the budget was charged for a retry that has not been sent yet. */
  charged: RetryKind | undefined;
}

export class RetriedCall extends Attempts implements Frame, Teller, WaitScope {
  protected aside: Aside | undefined;

  constructor(
    readonly plan: Plan,
    readonly thisArg: unknown,
    readonly args: readonly unknown[],
    startedAt: Ms | undefined,
  ) {
    super(startedAt);
  }

  /** Notes what there is to know before the first attempt. @throws what an option that is a function throws. */
  open(outer: Frame | undefined): void {
    const aside = (this.aside ??= new Aside());
    aside.outer = outer;
    aside.observed = isObserved();
    const { signal } = this.plan.policy;
    const own = typeof signal === 'function' ? checkSignalValue(this.read(signal)) : signal;
    const around = outer?.frameSignal;
    if (own !== undefined || around !== undefined) {
      aside.signals = [own, around].filter((one) => one !== undefined);
    }
    if (aside.observed) this.startedAt ??= this.clock.now();
  }

  get clock(): Clock {
    return this.plan.policy.clock;
  }

  get random(): Random {
    return this.plan.policy.open.random;
  }

  read<T>(option: T | ((details: never) => T)): T {
    if (typeof option !== 'function') return option;
    return (option as (this: unknown, details: CallDetails) => T).call(this.thisArg, this.told());
  }

  /** The moment, where the call keeps time. */
  protected moment(): Ms | undefined {
    return this.plan.keepsTime || this.aside?.observed === true ? this.clock.now() : undefined;
  }

  // The frame of the attempts: what the function is told when it asks.

  get frameSignal(): AbortSignal | undefined {
    const { aside } = this;
    if (aside === undefined || aside.signals.length < 2) return aside?.signals[0];
    if (aside.controller === undefined) {
      aside.controller = new AbortController();
      const aborted = this.abortedBy();
      if (aborted !== undefined) aside.controller.abort(aborted.reason);
    }
    return aside.controller.signal;
  }

  remaining(): Ms {
    const { maxTime } = this.limits();
    return Math.max(0, Math.min(maxTime === Infinity ? Infinity : maxTime - this.elapsed(this.clock.now()), this.deadline()));
  }

  /** The signal that has aborted this call, if any. */
  protected abortedBy(): AbortSignal | undefined {
    return this.aside?.signals.find((signal) => signal.aborted);
  }

  // What is asked once an attempt has ended.

  /** What bounds this call. Options that are functions are asked once. */
  protected limits(): Limits {
    const { limits, open } = this.plan.policy;
    if (limits !== undefined) return limits;
    const aside = (this.aside ??= new Aside());
    if (aside.limits === undefined) {
      const cause = this.latest === undefined ? {} : causeOf(this.latest);
      try {
        aside.disabled = !checkBoolean('enabled', this.read(open.enabled));
        aside.limits = {
          maxTries: checkMaxTries(this.read(open.maxTries)),
          maxTime: checkMaxTime(this.read(open.maxTime)),
          budget: typeof open.budget === 'function' ? checkBudget(this.read(open.budget)) : open.budget,
          jitter: open.jitter,
          random: open.random,
        };
      } catch (thrown) {
        throw withCause(thrown, 'An option given as a function', cause);
      }
    }
    return aside.limits;
  }

  /** Milliseconds that the calls around this one leave it. */
  protected deadline(): Ms {
    return this.aside?.outer?.remaining() ?? Infinity;
  }

  /** The rule that speaks for an outcome; `undefined` when it is to pass through. */
  protected match(outcome: Outcome): Rule | undefined | PromiseLike<Rule | undefined> {
    this.limits();
    if (this.aside?.disabled === true) return undefined;
    return ruleFor(this.plan.policy.rules, outcome, this);
  }

  /** What to do about an outcome that a rule has matched. */
  protected decide(rule: Rule, outcome: Outcome): Step | PromiseLike<Step> {
    const { giveup } = this.plan.policy;
    if (outcome.ok || (giveup === undefined && rule.giveup === undefined)) return this.#next(rule, outcome, false);
    const { error } = outcome;
    const own = rule.giveup === undefined ? false : saysGiveUp(rule.giveup, error, rule, this);
    const outer = (said: boolean): boolean | PromiseLike<boolean> =>
      said || giveup === undefined ? said : saysGiveUp(giveup, error, rule, this);
    const stop = isThenable(own) ? own.then(outer) : outer(own);
    return isThenable(stop) ? stop.then((late) => this.#next(rule, outcome, late)) : this.#next(rule, outcome, stop);
  }

  #next(rule: Rule, outcome: Outcome, stop: boolean): Step {
    const limits = this.limits();
    const kind = limits.budget === undefined ? 'error' : kindOf(outcome);
    const leastWait = !outcome.ok && isRefusal(outcome.error) ? outcome.error.retryAfter : undefined;
    const step = this.next({ rule, outcome, kind, stop, leastWait }, limits, this, this.deadline());
    if (step.kind === 'wait' && limits.budget !== undefined) (this.aside ??= new Aside()).charged = step.charged;
    return step;
  }

  /** Looks at a wait again after handlers have taken time. */
  protected afterHandlers(step: WaitStep): Step {
    const now = this.moment();
    if (now === undefined) return step;
    const fitted = this.refit(step, now, this.limits(), this.deadline());
    if (fitted.kind === 'giveup') this.refund();
    return fitted;
  }

  /** Looks at the limits again after a wake that came late. @returns Giving up, or `undefined`. */
  protected afterWake(late: Ms): GiveUpStep | undefined {
    if (late <= longDelay || !this.isTooLate(this.clock.now(), this.limits(), this.deadline())) return undefined;
    this.refund();
    return { kind: 'giveup', because: 'maxTime' };
  }

  /** The retry that the budget was charged for is not sent. */
  protected refund(): void {
    const { aside } = this;
    if (aside?.charged === undefined) return;
    const { charged } = aside;
    aside.charged = undefined;
    const { budget } = this.limits();
    if (budget !== undefined) tellBudget(this.plan.nameFor(this.thisArg), budget, 'refund', charged);
  }

  /** The retry that the budget was charged for is being sent. */
  protected spend(): void {
    if (this.aside !== undefined) this.aside.charged = undefined;
  }

  // What others are told.

  /** What callbacks are told. */
  told(rule?: Rule): CallDetails {
    return Object.freeze(this.#facts(rule));
  }

  #facts(rule: Rule | undefined): CallDetails {
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

  // Not by spreading: V8 takes thirty times as long for it as for assigning.
  #event<E extends object>(rule: Rule | undefined, event: E): CallDetails & E {
    return Object.freeze(Object.assign(this.#facts(rule), event));
  }

  #wanted(handlers: readonly Handler<never>[]): boolean {
    return handlers.length > 0 || isObserved();
  }

  #tell(handlers: readonly Handler<never>[], details: Details): Promise<void> | undefined {
    if (isObserved()) publish(`retry:${details.event}`, details.name, details);
    if (this.plan.kind === 'async') return tell(handlers, details.name, details);
    tellAtOnce(handlers, details.name, details);
    return undefined;
  }

  protected tellAttempt(): void {
    const { onAttempt } = this.plan.policy.handlers;
    if (!this.#wanted(onAttempt)) return;
    const details: Details = this.#event(undefined, { event: 'attempt' });
    if (isObserved()) publish('retry:attempt', details.name, details);
    tellAtOnce(onAttempt, details.name, details);
  }

  /** The call has succeeded: the budget earns, handlers are told. */
  protected tellSuccess(value: unknown): Promise<void> | undefined {
    const { budget } = this.limits();
    if (budget !== undefined) tellBudget(this.plan.nameFor(this.thisArg), budget, 'earn');
    const { onSuccess } = this.plan.policy.handlers;
    if (!this.#wanted(onSuccess)) return undefined;
    const details: SuccessDetails = this.#event(undefined, { event: 'success', ok: true, value });
    return this.#tell(onSuccess, details);
  }

  protected tellBackoff(step: WaitStep, outcome: Outcome, rule: Rule): Promise<void> | undefined {
    const { handlers, log } = this.plan.policy;
    const isTold = this.#wanted(handlers.onBackoff);
    const isLogged = log !== false && (log !== undefined || isLogRead(step.ms > 0));
    if (!isTold && !isLogged) return undefined;
    const details: BackoffDetails = this.#event(rule, { event: 'backoff', ...outcome, wait: step.ms });
    if (isLogged) writeLog(log, 'info', backoffText(details), details);
    return isTold ? this.#tell(handlers.onBackoff, details) : undefined;
  }

  protected tellGiveUp(reason: GiveUpReason, outcome: Outcome, rule: Rule | undefined): Promise<void> | undefined {
    const { handlers, log } = this.plan.policy;
    const isTold = this.#wanted(handlers.onGiveup);
    const isLogged = log !== false && (log !== undefined || isLogRead(true));
    if (!isTold && !isLogged) return undefined;
    const details: GiveUpDetails = this.#event(rule, { event: 'giveup', ...outcome, reason });
    if (isLogged) writeLog(log, reason === 'giveup' ? 'info' : 'error', giveUpText(details), details);
    return isTold ? this.#tell(handlers.onGiveup, details) : undefined;
  }

  /** An abort waits for nobody. */
  protected tellAbort(abortReason: unknown): void {
    const { onAbort } = this.plan.policy.handlers;
    if (!this.#wanted(onAbort)) return;
    const error = this.latest?.ok === false ? this.latest.error : undefined;
    const details: AbortDetails = this.#event(undefined, { event: 'abort', error, abortReason });
    if (isObserved()) publish('retry:abort', details.name, details);
    tellAtOnce(onAbort, details.name, details);
  }

  /** The call is over. */
  protected tellEnd(ended: EndDetails['ended']): void {
    this.close();
    if (this.aside?.observed !== true) return;
    const details: EndDetails = this.#event(undefined, { event: 'end', ended });
    publish('retry:end', details.name, details);
  }

  /** Keeps the history of the call with the error that it ended with. */
  protected keepHistory(error: unknown): void {
    noteHistory(error, this);
  }
}

/** How much later than asked a wake may come before the limits are looked at again: the machine may have slept. */
const longDelay: Ms = 1000;

// What was thrown may be a Proxy that throws when it is asked anything.
function kindOf(outcome: Outcome): RetryKind {
  if (outcome.ok) return 'value';
  try {
    const { code, name } = outcome.error as { code?: unknown; name?: unknown };
    return code === 'ERR_TIMEOUT' || name === 'TimeoutError' ? 'timeout' : 'error';
  } catch {
    return 'error';
  }
}
