/**
 * State that is split by a key: one circuit for each host, one bucket for each customer.
 *
 * Bounded: keys may come from users, and must not fill the memory. What was used least recently goes first; what is
 * worth keeping (an open circuit) goes last, and what is in use (a bulkhead's room with calls in it) not at all.
 */

export interface KeyedOptions<State> {
  /** How many keys are remembered, 1 or more. */
  readonly max: number;
  /** Whether a state should outlive the others. Asked when there is no room, of the oldest states. */
  readonly isKept?: ((state: State) => boolean) | undefined;
  /** Whether a state is in use and must not be forgotten, even where there are more than `max` for it. */
  readonly isBusy?: ((state: State) => boolean) | undefined;
}

/** How many states that are worth keeping are asked at a time whether they still are, before the oldest of them goes. */
const asked = 16;

/**
 * States by key, made when first asked for.
 *
 *     const circuits = new Keyed(() => new Circuit(rules), { max: 1000, isKept: (circuit) => circuit.state === 'open' });
 *     circuits.get('api.example.com').admit(now);
 */
export class Keyed<State> {
  // A map keeps the order in which keys were put in: a key that is used is taken out and put in again.
  readonly #states = new Map<string, State>();
  /** Passed over once because they were worth keeping; all older than the others. A use brings them back. */
  readonly #kept = new Map<string, State>();
  readonly #make: (key: string) => State;
  readonly #max: number;
  readonly #isKept: ((state: State) => boolean) | undefined;
  readonly #isBusy: ((state: State) => boolean) | undefined;
  #latestKey: string | undefined;
  #latest: State | undefined;

  constructor(make: (key: string) => State, { max, isKept, isBusy }: KeyedOptions<State>) {
    this.#make = make;
    this.#max = max;
    this.#isKept = isKept ?? isBusy;
    this.#isBusy = isBusy;
  }

  /** The state of a key, made when the key is new. */
  get(key: string): State {
    if (key === this.#latestKey) return this.#latest as State;
    let state = this.peek(key);
    if (state === undefined) {
      state = this.#make(key);
      if (this.size >= this.#max) this.#makeRoom();
    } else if (!this.#states.delete(key)) {
      this.#kept.delete(key);
    }
    this.#states.set(key, state);
    this.#latestKey = key;
    this.#latest = state;
    return state;
  }

  /** The state of a key, if there is one. Does not count as a use. */
  peek(key: string): State | undefined {
    return this.#states.get(key) ?? this.#kept.get(key);
  }

  get size(): number {
    return this.#states.size + this.#kept.size;
  }

  /** All keys and their states. */
  entries(): [string, State][] {
    return [...this.#kept, ...this.#states];
  }

  /** Forgets the least recently used that is not worth keeping, or else the least recently used that is not busy. */
  #makeRoom(): void {
    const isKept = this.#isKept;
    for (const [key, state] of this.#states) {
      this.#states.delete(key);
      // Put aside, so that each is passed over once, and dropping costs the same in any crowd.
      if (isKept?.(state) === true) this.#kept.set(key, state);
      else if (this.size < this.#max) return;
    }
    let oldest: string | undefined;
    let left = asked;
    for (const [key, state] of this.#kept) {
      if (left === 0) break;
      left -= 1;
      if (isKept?.(state) !== true) {
        this.#kept.delete(key);
        if (this.size < this.#max) return;
      } else if (this.#isBusy?.(state) !== true) oldest ??= key;
      else {
        this.#kept.delete(key); // behind the others, so that the next time they are asked
        this.#kept.set(key, state);
      }
    }
    if (oldest !== undefined && this.size >= this.#max) this.#kept.delete(oldest);
  }
}
