/**
 * What callers get who are not let through: the refusals of one circuit.
 *
 * All calls that are refused for one reason get one and the same error, for most calls of an outage end here.
 */
import { isInCall } from '../call/context.js';
import { noteRefusal } from '../call/layers.js';
import { isObserved } from '../events.js';
import type { Ms } from '../time/duration.js';
import { CircuitOpenError, type RefusingState } from './circuit-open-error.js';
import { tellInOrder } from './circuit-telling.js';
import type { Target } from './circuit-target.js';
import type { Circuit } from './circuit.js';
import { refusalOf } from './refusal.js';

/** The breaker that refuses. */
interface Refuser {
  readonly name: string;
  readonly settings: { readonly stack: boolean; readonly clock: { now(): Ms } };
}

export class Refusals {
  readonly #circuit: Circuit;
  readonly #owner: Refuser;
  readonly #key: string | undefined;
  #error: CircuitOpenError | undefined;
  #rejection: (() => unknown) | undefined;

  /** @param key  Which of the circuits of its breaker it is, where there are several. */
  constructor(circuit: Circuit, owner: Refuser, key: string | undefined) {
    this.#circuit = circuit;
    this.#owner = owner;
    this.#key = key;
  }

  /** Ends a call that is not made: throws, or gives a promise that rejects. */
  refuse({ kind, target }: Target): Promise<never> {
    const { stack } = this.#owner.settings;
    const error = stack ? this.#newError() : this.#sharedError();
    if (isInCall()) noteRefusal(error, target);
    if (isObserved('circuit:refuse')) this.#tell(error);
    if (kind !== 'async') throw error;
    // A promise that is rejected before its caller has it goes through the host's tracking of lost rejections.
    return settled.then(stack ? rejecting(error) : this.#rejection) as Promise<never>;
  }

  #sharedError(): CircuitOpenError {
    const known = this.#error;
    if (known?.retryAt === this.#retryAt && known.state === this.#circuit.state) return known;
    const error = this.#newError();
    this.#error = error;
    this.#rejection = rejecting(error);
    return error;
  }

  #newError(): CircuitOpenError {
    const { settings, name } = this.#owner;
    const title = this.#key === undefined ? name : `${name} (${this.#key})`;
    const state = this.#circuit.state as RefusingState;
    const now = (): Ms => settings.clock.now();
    return refusalOf(settings.stack, () => new CircuitOpenError(title, state, this.#retryAt, now));
  }

  /** A place is free when a probe ends: in a moment, or with its lease. To wait for the lease would be too long. */
  get #retryAt(): Ms {
    const { state, retryAt } = this.#circuit;
    return state === 'half-open' ? Infinity : retryAt;
  }

  #tell({ state, retryAt }: CircuitOpenError): void {
    const details = Object.freeze({ key: this.#key, state, retryAt });
    tellInOrder({ type: 'circuit:refuse', name: this.#owner.name, details, handlers: [] });
  }
}

const settled = /* @__PURE__ */ Promise.resolve();

/** Gives a thenable that rejects: cheaper than to throw. */
function rejecting(error: unknown): () => unknown {
  const rejection = {
    then(_resolve: unknown, reject: (error: unknown) => void): void {
      reject(error);
    },
  };
  return () => rejection;
}
