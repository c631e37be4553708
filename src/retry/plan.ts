/**
 * A policy joined with the function that it is for: everything that is known before the first call.
 */
import { type Frame, FrameWithin } from '../call/context.js';
import { isAsync as isFunctionAsync } from '../call/kind.js';
import { isPrompt } from '../call/layers.js';
import type { AnyFunction } from '../call/wrapper.js';
import type { Ms } from '../time/duration.js';
import { tellBudget } from './handlers.js';
import type { RetryPolicy } from './policy.js';

/** What a function has been seen to return. Once a promise has been seen, all calls give promises. */
export type Kind = 'unknown' | 'sync' | 'async';

/**
 * The plan of one wrapped function. It is also the frame of a first attempt that nothing bounds and nothing watches,
 * so that such a call needs no object of its own.
 */
export class Plan extends FrameWithin implements Frame {
  readonly tries = 1;
  readonly within = undefined;
  kind: Kind;
  /** Whether somebody has to be told or asked before the first attempt. */
  readonly attended: boolean;
  /** Whether each call is told apart from the others of the plan. */
  readonly isFramed: boolean;
  /** Whether the target ends by itself when the call around it is aborted. */
  readonly isPrompt: boolean;
  /** Whether values are looked at, not just errors. */
  readonly watchesValues: boolean;
  readonly keepsTime: boolean;
  /** Takes the value of a first attempt, where nothing but the budget wants to know of it. */
  readonly earned: ((value: unknown) => unknown) | undefined;
  /** Whether a first attempt needs more than one promise to hear how it ends. */
  readonly isLookedAt: boolean;
  /** Whether there is somebody to be told of a success. */
  readonly tellsSuccess: boolean;
  readonly #name: (thisArg: unknown) => string;

  constructor(
    readonly policy: RetryPolicy,
    readonly target: AnyFunction,
    name: (thisArg: unknown) => string,
    /** The user's function, where `target` only leads to it. */
    readonly original: AnyFunction = target,
  ) {
    super();
    const { handlers, open, rules, signal, mode } = policy;
    const isAsync = mode === 'async' || isFunctionAsync(target);
    this.kind = mode === 'sync' ? 'sync' : isAsync ? 'async' : 'unknown';
    this.isFramed = policy.nested === 'once';
    this.isPrompt = isPrompt(target);
    this.attended =
      signal !== undefined || handlers.onAttempt.length > 0 || typeof open.maxTime === 'function';
    this.keepsTime = policy.keepsTime;
    this.tellsSuccess = handlers.onSuccess.length > 0;
    const asksValue = this.tellsSuccess || rules.some((rule) => rule.predicate !== undefined);
    this.watchesValues = asksValue || open.budget !== undefined;
    const { budget } = policy.limits ?? {};
    if (budget !== undefined && !asksValue) {
      this.earned = (value) => {
        tellBudget(policy.name ?? 'a retry', budget, 'earn');
        return value;
      };
    }
    this.isLookedAt = this.attended || this.isFramed || (this.watchesValues && this.earned === undefined);
    this.#name = name;
  }

  remaining(startedAt?: Ms): Ms {
    const { open, clock } = this.policy;
    if (startedAt === undefined || typeof open.maxTime === 'function') return Infinity;
    return Math.max(0, open.maxTime - (clock.now() - startedAt));
  }

  /** What to call the function in logs and errors. */
  nameFor(thisArg: unknown): string {
    return this.policy.name ?? this.#name(thisArg);
  }
}
