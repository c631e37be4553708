/**
 * What the calls under a guard share: one state, or one for each key.
 */
import { OptionError } from '../errors.js';
import type { GuardRules } from './guard-options.js';
import type { Guarded } from './guarded.js';
import { Keyed, type KeyedOptions } from './keyed.js';

export class States<State> {
  readonly #key: GuardRules['key'];
  readonly #keyed: Keyed<State>;
  readonly #only: State;

  constructor(
    { key, maxKeys }: Pick<GuardRules, 'key' | 'maxKeys'>,
    make: (key: string | undefined) => State,
    worth: Omit<KeyedOptions<State>, 'max'> = {},
  ) {
    this.#key = key;
    this.#only = make(undefined);
    this.#keyed = new Keyed(make, { max: maxKeys, ...worth });
  }

  /** The state that a call belongs to. @throws {OptionError} when `key` gives no text; what `key` throws. */
  of(guarded: Pick<Guarded, 'told'>, thisArg: unknown, args: readonly unknown[]): State {
    const key = this.#key;
    if (key === undefined) return this.#only;
    const given: unknown = key(guarded.told(thisArg, args));
    if (typeof given === 'string') return this.#keyed.get(given);
    throw new OptionError('key', given, 'must give a text');
  }

  /** The state of one key, made when the key is new. */
  get(key: string): State {
    return this.#keyed.get(key);
  }

  /** The states of all keys. */
  all(): State[] {
    return this.#keyed.entries().map(([, state]) => state);
  }

  /** The state of one key, if it has one; without a key, that of all calls that have none. */
  peek(key?: string): State | undefined {
    return key === undefined ? this.#only : this.#keyed.peek(key);
  }
}
