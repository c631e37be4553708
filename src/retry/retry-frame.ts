/**
 * The frame of a call that is being retried: what can abort it, how long it may go on, and which retries were inside of
 * its attempts. The function and the calls inside of it ask here; the rules are asked in `retried-call.ts`.
 */
import { type Abortable, type Aborted, stopWatching, watchSignal } from '../call/abort.js';
import type { Frame } from '../call/context.js';
import { latestTurn, wasGivenUp } from '../call/nesting.js';
import type { Outcome } from '../call/outcome.js';
import type { WayBack } from '../call/way-back.js';
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import { Attempts, type Limits, type RetryKind } from './attempts.js';
import type { FirstFrame } from './first-frame.js';
import type { Plan } from './plan.js';
import type { RetryScope } from './scope.js';

/** What only some calls need; the others are spared the room. */
export class Aside {
  /** The call around this one. */
  outer: Frame | undefined;
  /** The frame of the first attempt, where it had one of its own. */
  first: FirstFrame | undefined;
  /** The call's own signal. */
  signal: AbortSignal | undefined;
  /** Joins it with that of the call around, where the function asks for it. */
  controller: AbortController | undefined;
  /** To the asynchronous context of the call, where an abort is told of: whoever aborts has another. */
  back: WayBack | undefined;
  /** Whether the event hub had a listener when the call started. */
  observed = false;
  /** The turn when the latest attempt started, to know the retries inside of it. */
  since = 0;
  /** What holds here and now for all retries. */
  scope: RetryScope | undefined;
  /** The limits, where some had to be asked for. */
  limits: Limits | undefined;
  /** Why they could not be asked for. */
  failure: { readonly error: unknown } | undefined;
  /** What `enabled` said, where it had to be asked. */
  enabled: boolean | undefined;
  /** What the budget was charged for the next attempt, or the one under way. */
  charged: RetryKind | undefined;
  /** Whether that attempt is under way. */
  isUnderWay = false;
}

export abstract class RetryFrame extends Attempts implements Frame {
  // The fields are those of the call itself: one constructor less for each call that fails.
  abstract readonly plan: Plan;
  abstract aside: Aside | undefined;

  /** What bounds this call. */
  abstract limits(): Limits;

  get retries(): boolean {
    return true;
  }

  /** The call around this one. */
  get outer(): Frame | undefined {
    return this.aside?.outer;
  }

  get clock(): Clock {
    return this.plan.policy.clock;
  }

  override start(): void {
    super.start();
    if (this.plan.policy.nested === 'once') (this.aside ??= new Aside()).since = latestTurn();
  }

  /** Takes over from a first attempt that had a frame of its own. */
  join(frame: FirstFrame): void {
    this.start();
    const aside = (this.aside ??= new Aside());
    aside.outer = frame.outer;
    aside.first = frame;
    aside.since = frame.since;
  }

  get isAbortable(): boolean {
    return this.aside?.signal !== undefined || this.outer?.isAbortable === true;
  }

  get aborted(): Aborted | undefined {
    const own = this.aside?.signal;
    return own?.aborted === true ? own : this.outer?.aborted;
  }

  watch(abortable: Abortable): void {
    if (this.aside?.signal !== undefined) watchSignal(this.aside.signal, abortable);
    this.outer?.watch(abortable);
  }

  unwatch(abortable: Abortable): void {
    if (this.aside?.signal !== undefined) stopWatching(this.aside.signal, abortable);
    this.outer?.unwatch(abortable);
  }

  get frameSignal(): AbortSignal | undefined {
    const { aside } = this;
    const around = aside?.outer?.frameSignal;
    if (aside?.signal === undefined || around === undefined) return aside?.signal ?? around;
    if (aside.controller === undefined) {
      aside.controller = new AbortController();
      const { aborted } = this;
      if (aborted !== undefined) aside.controller.abort(aborted.reason);
    }
    return aside.controller.signal;
  }

  remaining(_startedAt?: Ms, now?: Ms, clock?: Clock): Ms {
    const { maxTime } = this.limits();
    const own = maxTime === Infinity ? Infinity : Math.max(0, maxTime - this.elapsed(this.clock.now()));
    return this.outer === undefined ? own : Math.min(own, this.outer.remaining(undefined, now, clock));
  }

  /** Milliseconds that the calls around this one leave it. */
  deadline(): Ms {
    return this.aside?.outer?.remaining() ?? Infinity;
  }

  /** Whether an inner retry has spent its tries on this error within this call, and they are not to multiply. */
  isSpent(outcome: Outcome): boolean {
    if (outcome.ok || this.plan.policy.nested !== 'once') return false;
    const { error } = outcome;
    // An error object that this call has had before is not that of an inner retry alone.
    const since = this.hasFailedWith(error) ? Infinity : (this.aside?.since ?? 0);
    if (wasGivenUp(error, this, since)) return true;
    return this.aside?.first !== undefined && wasGivenUp(error, this.aside.first, since);
  }
}
