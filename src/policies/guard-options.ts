/**
 * The options that all guards share, checked in one place.
 */
import { checkKeys, checkNumber } from '../checks.js';
import { OptionError } from '../errors.js';
import { checkBoolean, checkClock, checkMode, checkName } from '../retry/option-checks.js';
import type { Mode } from '../retry/options.js';
import type { Clock } from '../time/clock.js';
import type { KeyOption } from './guard.js';

/** Options of `bulkhead`, `rateLimit` and `throttle` alike. */
export interface GuardOptions<M extends Mode = 'auto' | 'sync'> {
  /** Splits the state, one for each text: `({ args }) => new URL(args[0]).host`. @default one state for all calls */
  readonly key?: KeyOption | undefined;
  /** How many keys are remembered. @default 1000 */
  readonly maxKeys?: number | undefined;
  /** Whether refusals capture their stacks, which costs more than all the rest. @default false */
  readonly stack?: boolean | undefined;
  /**
   * Whether the function is async: found out by what it gives, or said. `'async'` always gives a promise, `'sync'`
   * refuses one. Where calls may wait it cannot be `'sync'`.
   *
   * @default 'auto'
   */
  readonly mode?: M | undefined;
  /** What the policy is called in errors, events and warnings. @default the name of what makes it, such as 'bulkhead' */
  readonly name?: string | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
}

/** The same, checked. */
export interface GuardRules {
  readonly key: KeyOption | undefined;
  readonly maxKeys: number;
  readonly stack: boolean;
  readonly mode: Mode;
  readonly name: string;
  readonly clock: Clock;
  /** The option that lets calls wait for their turn; `undefined` where none waits. */
  readonly waitsBy: string | undefined;
}

const tail = ['key', 'maxKeys', 'stack', 'mode', 'name', 'clock'];

/**
 * Checks what all guards share, and that no option is misspelt.
 *
 * @param owner    Who asks: its name stands in the errors, and for a name that is not given.
 * @param own      The options that `owner` has beside these.
 * @throws {OptionError} for an option that is unknown or not allowed.
 */
export function checkGuardOptions(
  owner: string,
  options: GuardOptions<Mode>,
  own: readonly string[],
): Omit<GuardRules, 'waitsBy'> {
  checkKeys(owner, options, [...own, ...tail]);
  return {
    key: checkKey(options.key),
    maxKeys: checkMaxKeys(options.maxKeys),
    stack: checkBoolean('stack', options.stack ?? false),
    mode: checkMode(options.mode),
    name: checkName(options.name) ?? owner,
    clock: checkClock(options.clock),
  };
}

/** Says by which option calls wait, if they do. @throws {OptionError} when they are said to be sync. */
export function waitingBy(waitsBy: string | undefined, rules: Omit<GuardRules, 'waitsBy'>): GuardRules {
  if (waitsBy === undefined || rules.mode !== 'sync') return { ...rules, waitsBy };
  throw new OptionError(
    'mode',
    'sync',
    `must be "auto" or "async" beside ${waitsBy}, as only async calls can wait`,
  );
}

/** @throws {OptionError} unless `value` is `undefined` or a function. */
export function checkKey(value: unknown): KeyOption | undefined {
  if (value === undefined || typeof value === 'function') return value as KeyOption | undefined;
  throw new OptionError('key', value, 'must be a function of a call that gives a text');
}

/** How many keys a policy remembers. @throws {OptionError} unless it is a whole number of 1 or more. */
export function checkMaxKeys(value: unknown): number {
  return checkNumber('maxKeys', value ?? 1000, { least: 1, whole: true });
}
