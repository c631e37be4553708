/**
 * One function under a guard: whether its callers expect a promise, and making its calls so that they always get one
 * or never.
 */
import { rejectLater } from '../call/adoption.js';
import { isAsync } from '../call/kind.js';
import { noteRefusal } from '../call/layers.js';
import { type Outcome, asPromise, isThenable } from '../call/outcome.js';
import type { AnyFunction } from '../call/wrapper.js';
import { OptionError, type RefusalError } from '../errors.js';
import { warnOnce } from '../events.js';
import type { Kind } from '../retry/plan.js';
import type { GuardRules } from './guard-options.js';
import type { GuardedCall } from './guard.js';

/** Told how a call has ended, before its caller is. What it throws takes the place of the outcome. */
export type Leave = (outcome: Outcome) => void;

export class Guarded {
  /** What the function has been seen to give, or what `mode` says. Once a promise was seen, all calls give promises. */
  kind: Kind;
  readonly #rules: GuardRules;
  readonly #likely: Kind;
  readonly #subject: object;

  /**
   * @param likely   What the function is taken for until it has given something.
   * @param subject  Of what there is one warning.
   */
  constructor(
    readonly target: AnyFunction,
    readonly nameOf: (thisArg: unknown) => string,
    rules: GuardRules,
    { likely = 'unknown', subject }: { readonly likely?: Kind; readonly subject?: object } = {},
  ) {
    this.#rules = rules;
    this.#likely = likely;
    this.#subject = subject ?? this;
    const found = isAsync(target) ? 'async' : 'unknown';
    this.kind = rules.mode === 'auto' ? found : rules.mode;
  }

  /** What `key` is told. */
  told(thisArg: unknown, args: readonly unknown[]): GuardedCall {
    return Object.freeze({ target: this.target, args, thisArg, name: this.nameOf(thisArg) });
  }

  /** Whether callers expect a promise, as far as anybody knows: only such a call can wait. */
  get givesPromises(): boolean {
    return (this.kind === 'unknown' ? this.#likely : this.kind) === 'async';
  }

  /** Ends a call that is not made: throws, or gives a promise where the function's callers expect one. */
  fail(error: unknown): Promise<never> {
    if (this.givesPromises) return Promise.reject(error);
    throw error;
  }

  /** The same for a call that there was no room for. One that might have waited, had its kind been known, is warned of. */
  refuse(refusal: RefusalError, thisArg: unknown): Promise<never> {
    noteRefusal(refusal, this.target);
    if (this.kind === 'unknown' && !this.givesPromises && this.#rules.waitsBy !== undefined) {
      this.#warn(
        thisArg,
        'was refused without waiting, as nobody knows yet whether it gives promises. ' +
          "Make it async, or say mode: 'async'.",
      );
    }
    return this.fail(refusal);
  }

  /** Makes the call. */
  call(thisArg: unknown, args: readonly unknown[], leave: Leave): unknown {
    if (this.kind === 'async') return this.#follow(this.#promise(thisArg, args), leave);
    let result: unknown;
    try {
      result = this.target.apply(thisArg, args as unknown[]);
    } catch (error) {
      leave({ ok: false, error });
      throw error;
    }
    if (isThenable(result)) {
      if (this.#rules.mode === 'sync') this.#refusePromise(result, thisArg, leave);
      this.kind = 'async';
      return this.#follow(asPromise(result), leave);
    }
    if (this.kind === 'unknown') this.kind = 'sync';
    leave({ ok: true, value: result });
    return result;
  }

  /** Warns once of a sync function, where calls may wait. */
  warnIfSync(thisArg: unknown): void {
    const { waitsBy } = this.#rules;
    if (this.kind !== 'sync' || waitsBy === undefined) return;
    this.#warn(
      thisArg,
      `is a sync function, which cannot wait: it is called at once or refused. Make it async, or leave out ${waitsBy}.`,
    );
  }

  #promise(thisArg: unknown, args: readonly unknown[]): Promise<unknown> {
    try {
      return asPromise(this.target.apply(thisArg, args as unknown[]));
    } catch (error) {
      return rejectLater(error);
    }
  }

  #follow(promise: Promise<unknown>, leave: Leave): Promise<unknown> {
    return promise.then(
      (value) => {
        leave({ ok: true, value });
        return value;
      },
      (error: unknown) => {
        leave({ ok: false, error });
        throw error;
      },
    );
  }

  #refusePromise(promise: PromiseLike<unknown>, thisArg: unknown, leave: Leave): never {
    const allowed = `does not fit ${this.nameOf(thisArg)}, which gives promises (leave it out, or say "async")`;
    const error = new OptionError('mode', 'sync', allowed);
    // What was started is under way all the same.
    this.#follow(asPromise(promise), leave).catch(() => undefined);
    throw error;
  }

  #warn(thisArg: unknown, text: string): void {
    warnOnce(this.#subject, `${this.nameOf(thisArg)} under "${this.#rules.name}" ${text}`, 'STAMPEDE_SYNC');
  }
}
