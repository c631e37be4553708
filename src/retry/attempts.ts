/**
 * Whether to try again: the one place where it is decided.
 *
 * `Attempts` is a thinker. It is told how an attempt ended and what time it is, and answers with the next step.
 * It makes no call, holds no clock, and knows no handler; the drivers do what it says.
 */
import type { AttemptRecord, History } from '../call/details.js';
import type { Outcome } from '../call/outcome.js';
import { OptionError, withCause } from '../errors.js';
import type { Ms } from '../time/duration.js';
import {
  type WaitKind,
  type WaitMaker,
  type WaitScope,
  type Waits,
  causeOf,
  nextWait,
  startWaits,
} from '../wait/waits.js';
import { type Dice, atLeast, isExact, spread } from './spread.js';

/** Why a call gave up, in the order in which it is asked. The first to refuse names the reason. */
export type GiveUpReason = 'giveup' | 'maxTries' | 'maxTime' | 'waits' | 'budget';

/**
 * What kind of failure a retry answers; a budget may charge them differently. `'throttle'`: the service said "not now",
 * by its status, or by the wait that it asked for.
 */
export type RetryKind = 'error' | 'timeout' | 'throttle' | 'value';

/** Something that pays for retries, so that all of them together stay bounded. */
export interface Budget {
  /**
   * Asked before the wait of a retry.
   *
   * @returns Whether the retry may be made; or so many milliseconds, for one that is not paid for and may be made all the
   *   same, if it waits at least so long. Then there is nothing to be refunded.
   */
  take(kind: RetryKind): boolean | Ms;
  /** A retry that was paid for is not made after all. */
  refund(kind: RetryKind): void;
  /** A call has succeeded. */
  earn(): void;
}

/** Wait, then make another attempt. */
export interface WaitStep {
  readonly kind: 'wait';
  /** How long, after jitter, in milliseconds. */
  readonly ms: Ms;
  /** What kind of wait it is; `undefined` for one that is neither the server's nor drawn at random already. */
  readonly of: WaitKind | undefined;
  /** What the budget was charged for; `undefined` where it asked for a longer wait instead. */
  readonly charged: RetryKind | undefined;
}

/** Stop; the call ends with the outcome of the latest attempt. */
export interface GiveUpStep {
  readonly kind: 'giveup';
  readonly because: GiveUpReason;
}

/** What a call does next. */
export type Step = WaitStep | GiveUpStep;

/** What bounds a call. */
export interface Limits extends Dice {
  readonly maxTries: number;
  readonly maxTime: Ms;
  readonly budget: Budget | undefined;
  /** Whether waits are not waited: each is decided on as always, and then is 0. */
  readonly noWaits?: boolean | undefined;
}

/** The part of a rule that counts and waits. */
export interface WaitRule {
  readonly wait: WaitMaker;
  readonly maxTries: number;
  /** Whether the call has no other rule: then every attempt that failed has matched it. */
  readonly alone: boolean;
}

/** What the doer found out about an attempt that has ended. */
export interface Finding {
  readonly rule: WaitRule;
  readonly outcome: Outcome;
  readonly kind: RetryKind;
  /** Whether `giveup` said to stop. */
  readonly stop: boolean;
  /** The least wait, where the failure names one: a refusal's `retryAfter`. */
  readonly leastWait: Ms | undefined;
}

/** What one of several rules has seen of a call. */
interface Track {
  waits: Waits | undefined;
  matched: number;
}

/** What only a second attempt needs; a hundred thousand calls may be waiting, most of them for the first time. */
interface Past {
  /** Of the attempts that have ended but the latest: the first, and the last eight. */
  readonly attempts: AttemptRecord[];
  omitted: number;
}

/** In place of a result before an attempt has ended. */
const none = Symbol('none');

/** Of the attempts that have ended, the first and this many of the last are remembered. */
const recent = 9;

/**
 * The attempts of one call: told when each starts and how it ended, it says what to do next.
 *
 *     const attempts = new Attempts(clock.now());
 *     attempts.start();
 *     attempts.end({ ok: false, error }, clock.now());
 *     const step = attempts.next({ rule, outcome: { ok: false, error }, ...finding }, limits, scope, Infinity);
 *
 * @param startedAt  The moment of the first attempt, in milliseconds; `undefined` while the call keeps no time.
 */
export class Attempts {
  /** Attempts started so far, the first included. */
  tries = 0;
  /** The moment the first attempt started; `undefined` while the call keeps no time. */
  startedAt: Ms | undefined;

  // The latest attempt that has ended lies open in the object, so that a first failure needs no other.
  #ok = false;
  #result: unknown = none;
  #elapsed: Ms | undefined;
  #wait: Ms | undefined;
  #past: Past | undefined;
  #waits: Waits | Map<WaitRule, Track> | undefined; // of a rule that is alone, or of each of several

  constructor(startedAt: Ms | undefined) {
    this.startedAt = startedAt;
  }

  /** An attempt starts. */
  start(): void {
    this.tries += 1;
  }

  /** An attempt has ended. `now` is `undefined` when the call keeps no time. */
  end(outcome: Outcome, now: Ms | undefined): void {
    if (this.#result !== none) this.#file();
    this.#elapsed = now === undefined ? undefined : this.elapsed(now);
    this.#ok = outcome.ok;
    this.#result = outcome.ok ? outcome.value : outcome.error;
    this.#wait = undefined;
  }

  /** What the latest attempt to end has ended with; `undefined` before one has. */
  get latest(): Outcome | undefined {
    if (this.#result === none) return undefined;
    return this.#ok ? { ok: true, value: this.#result } : { ok: false, error: this.#result };
  }

  /** Milliseconds from the start of the call to `now`. Never less than before, whatever the clock does. */
  elapsed(now: Ms): Ms {
    this.startedAt ??= now;
    return Math.max(0, now - this.startedAt, this.#elapsed ?? 0);
  }

  /**
   * What to do after an attempt that has ended and that a rule has matched.
   *
   * @param deadline  Milliseconds that the calls around this one leave it. `Infinity` without any.
   * @throws {OptionError} for a wait or a jitter that gives no number, or fails.
   */
  next(finding: Finding, limits: Limits, scope: WaitScope, deadline: Ms): Step {
    const { rule, outcome, leastWait } = finding;
    const matched = rule.alone ? this.tries : (this.#track(rule).matched += 1);
    if (finding.stop) return giveUp('giveup');
    if (this.tries >= limits.maxTries || matched >= rule.maxTries) return giveUp('maxTries');
    const left = this.#left(this.#elapsed ?? 0, limits, deadline);
    if (left <= 0) return giveUp('maxTime');
    const own = nextWait(this.#waitsOf(rule, outcome, scope), outcome, rule.wait);
    if (own === undefined) return giveUp('waits');
    const wait = leastWait === undefined ? own : atLeast(leastWait, own);
    const drawn = spread(wait, left, limits, outcome);
    if (drawn === undefined) return giveUp('maxTime');
    const charged = wait.kind === 'server' ? 'throttle' : finding.kind;
    const paid = limits.budget === undefined ? true : askBudget(limits.budget, charged, outcome);
    if (paid === false) return giveUp('budget');
    if (paid === true) return this.#waitStep(drawn, wait.kind, charged, limits);
    const slowed = drawn >= paid ? drawn : spread(atLeast(paid, { value: drawn }), left, limits, outcome);
    if (slowed === undefined) return giveUp('budget');
    return this.#waitStep(slowed, 'server', undefined, limits); // never cut, as what a server asks for
  }

  /** Looks at a wait again after time has passed, as handlers may take some: it may be cut, or not fit any more. */
  refit(step: WaitStep, now: Ms, limits: Limits, deadline: Ms): Step {
    const left = this.#left(this.elapsed(now), limits, deadline);
    if (step.ms <= left) return step;
    if (left <= 0 || step.of === 'server') {
      this.#wait = undefined;
      return giveUp(left > 0 && step.charged === undefined ? 'budget' : 'maxTime');
    }
    this.#wait = isExact(limits.jitter) && step.of !== 'spread' ? left : left * limits.random();
    return { ...step, ms: this.#wait };
  }

  /** Whether the time for another attempt has passed. */
  isTooLate(now: Ms, limits: Limits, deadline: Ms): boolean {
    return this.#left(this.elapsed(now), limits, deadline) <= 0;
  }

  /** Whether an attempt before the latest has failed with this error; of many attempts, one that is remembered. */
  hasFailedWith(error: unknown): boolean {
    return this.#past?.attempts.some((attempt) => !attempt.ok && attempt.error === error) === true;
  }

  /** The attempts that have ended. */
  history(): History {
    const attempts = [...(this.#past?.attempts ?? [])];
    if (this.#result !== none) attempts.push(this.#record());
    for (const attempt of attempts) Object.freeze(attempt);
    return Object.freeze({ attempts: Object.freeze(attempts), omitted: this.#past?.omitted ?? 0 });
  }

  /** Lets go of what is only needed to go on. The history stays. */
  close(): void {
    this.#waits = undefined;
  }

  #waitStep(wait: Ms, of: WaitStep['of'], charged: WaitStep['charged'], { noWaits }: Limits): WaitStep {
    const ms = noWaits === true ? 0 : wait;
    this.#wait = ms;
    return { kind: 'wait', ms, of, charged };
  }

  #left(elapsed: Ms, limits: Limits, deadline: Ms): Ms {
    return Math.min(limits.maxTime - elapsed, deadline);
  }

  #waitsOf(rule: WaitRule, outcome: Outcome, scope: WaitScope): Waits {
    if (rule.alone) return (this.#waits ??= startWaits(rule.wait, outcome, scope)) as Waits;
    const track = this.#track(rule);
    return (track.waits ??= startWaits(rule.wait, outcome, scope));
  }

  #track(rule: WaitRule): Track {
    const tracks = (this.#waits ??= new Map<WaitRule, Track>()) as Map<WaitRule, Track>;
    const track = tracks.get(rule) ?? { waits: undefined, matched: 0 };
    tracks.set(rule, track);
    return track;
  }

  #file(): void {
    const past = (this.#past ??= { attempts: [], omitted: 0 });
    past.attempts.push(this.#record());
    if (past.attempts.length <= recent) return;
    past.attempts.splice(1, 1);
    past.omitted += 1;
  }

  #record(): AttemptRecord {
    const tries = (this.#past ? this.#past.attempts.length + this.#past.omitted : 0) + 1;
    const wait = this.#wait;
    const elapsed = this.#elapsed;
    return this.#ok
      ? { tries, elapsed, ok: true, value: this.#result, wait }
      : { tries, elapsed, ok: false, error: this.#result, wait };
  }
}

function giveUp(because: GiveUpReason): Step {
  return { kind: 'giveup', because };
}

function askBudget(budget: Budget, kind: RetryKind, outcome: Outcome): boolean | Ms {
  let paid: unknown;
  try {
    paid = budget.take(kind);
  } catch (thrown) {
    throw withCause(thrown, 'budget', causeOf(outcome));
  }
  if (typeof paid === 'boolean') return paid;
  if (typeof paid === 'number' && paid >= 0 && paid < Infinity) return paid;
  const allowed = 'must answer take() at once, with true, false, or milliseconds of 0 or more to wait unpaid';
  throw new OptionError('budget', paid, allowed, causeOf(outcome));
}
