/**
 * The options of a retry, checked once, when the retry is made, and laid out for use.
 *
 * `plan.ts` joins a policy with the function that it is for.
 */
import type { RuntimeOption } from '../call/details.js';
import { checkKeys } from '../checks.js';
import { OptionError } from '../errors.js';
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import { type Random, systemRandom } from '../time/random.js';
import { expo } from '../wait/generators.js';
import type { Jitter } from '../wait/jitter.js';
import { type WaitMaker, checkWaitMaker } from '../wait/waits.js';
import type { Budget, Limits } from './attempts.js';
import { type Handler, checkHandlers } from './handlers.js';
import { type LogOption, checkLog } from './log.js';
import { allNames, known, ruleNames, synonyms } from './option-names.js';
import type { RetryOptions } from './options.js';
import {
  checkBoolean,
  checkBudget,
  checkCallback,
  checkClock,
  checkFunction,
  checkJitter,
  checkMaxTime,
  checkMaxTries,
  checkMode,
  checkName,
  checkNested,
  checkSignal,
} from './option-checks.js';
import { type Rule, checkErrors, wantsDetails } from './rules.js';

/** Options as they come, from code that may not be TypeScript. */
export type GivenOptions = Partial<
  Record<keyof RetryOptions<unknown, unknown, boolean, readonly unknown[]>, unknown>
>;

const handlerNames = ['onAttempt', 'onSuccess', 'onBackoff', 'onGiveup', 'onAbort'] as const;

export interface Handlings {
  readonly onAttempt: readonly Handler<never>[];
  readonly onSuccess: readonly Handler<never>[];
  readonly onBackoff: readonly Handler<never>[];
  readonly onGiveup: readonly Handler<never>[];
  readonly onAbort: readonly Handler<never>[];
}

/** Options that may be functions of the call, before they are read for one. */
export interface OpenLimits {
  readonly maxTries: RuntimeOption<number>;
  readonly maxTime: RuntimeOption<Ms>;
  readonly budget: RuntimeOption<Budget | undefined>;
  readonly enabled: RuntimeOption<boolean>;
  readonly jitter: Jitter | null | undefined;
  readonly random: Random;
}

export interface RetryPolicy {
  /** Who made it: `withRetry`, `onException` ... */
  readonly owner: string;
  /** The options as they were given, frozen. */
  readonly options: Readonly<GivenOptions>;
  readonly rules: readonly Rule[];
  readonly giveup: Rule['giveup'];
  readonly raiseOnGiveup: boolean | undefined;
  readonly handlers: Handlings;
  readonly open: OpenLimits;
  /** The limits, where none is a function of the call. */
  readonly limits: Limits | undefined;
  readonly signal: RuntimeOption<AbortSignal | undefined>;
  readonly mode: 'auto' | 'sync' | 'async';
  readonly clock: Clock;
  readonly unref: boolean;
  /** Whether what an inner retry has given up on within a call is tried again. */
  readonly nested: 'once' | 'again';
  readonly name: string | undefined;
  readonly log: LogOption;
  /** Whether a predicate wants the details of the call. */
  readonly tellsDetails: boolean;
  /** Whether the clock is read when a call starts: there is a limit to keep, or somebody to tell the time to. */
  readonly keepsTime: boolean;
}

/**
 * Checks the options of a retry.
 *
 * @param owner   Who asks: its name stands in the errors.
 * @param given   The options as the user wrote them.
 * @param fixed   What `owner` itself has settled: positional parameters and defaults.
 * @throws {OptionError} naming the first option that is unknown or not allowed.
 */
export function checkPolicy(owner: string, given: GivenOptions, fixed: GivenOptions = {}): RetryPolicy {
  checkKeys(owner, given, known[owner] ?? allNames, synonyms);
  const options = Object.freeze({ ...fixed, ...withLists(defined(given)) });
  const handlers: Handlings = {
    onAttempt: checkHandlers('onAttempt', options.onAttempt),
    onSuccess: checkHandlers('onSuccess', options.onSuccess),
    onBackoff: checkHandlers('onBackoff', options.onBackoff),
    onGiveup: checkHandlers('onGiveup', options.onGiveup),
    onAbort: checkHandlers('onAbort', options.onAbort),
  };
  const rules = checkRules(options);
  const giveup = checkCallback('giveup', options.giveup) as Rule['giveup'];
  const log = checkLog(options.log);
  const open: OpenLimits = {
    maxTries: orFunction(options.maxTries, 10, checkMaxTries),
    maxTime: orFunction(options.maxTime, Infinity, checkMaxTime),
    budget: orFunction(options.budget, undefined, checkBudget),
    enabled: orFunction(options.enabled, true, (value) => checkBoolean('enabled', value)),
    jitter: checkJitter(options.jitter),
    random: checkFunction('random', options.random, systemRandom) as Random,
  };
  const told = Object.values(handlers).some((list) => list.length > 0) || typeof log === 'function';
  const asked = [giveup, ...rules.flatMap(callbacksOf)].some(wantsDetails);
  // `maxTries(this: Api) {...}` takes no parameter; one that takes the details may look at the time.
  const { maxTries, maxTime, enabled } = options;
  const read = [maxTries, maxTime, enabled, options.budget, options.signal].some(
    (option) => typeof option === 'function' && option.length > 0,
  );
  return {
    owner,
    options,
    rules,
    giveup,
    raiseOnGiveup:
      options.raiseOnGiveup === undefined ? undefined : checkBoolean('raiseOnGiveup', options.raiseOnGiveup),
    handlers,
    open,
    limits: fixedLimits(open),
    signal: checkSignal(options.signal),
    mode: checkMode(options.mode),
    clock: checkClock(options.clock),
    unref: options.unref === undefined ? false : checkBoolean('unref', options.unref),
    nested: checkNested(options.nested),
    name: checkName(options.name),
    log,
    tellsDetails: rules.some((rule) => wantsDetails(rule.predicate)),
    keepsTime: open.maxTime !== Infinity || told || asked || read,
  };
}

// `{ maxTries: undefined }` is the same as leaving it out.
function defined(given: GivenOptions): GivenOptions {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

// Handlers may come as an iterable that can be walked once; a changed copy of the retry has to find them, too.
function withLists(options: GivenOptions): GivenOptions {
  const lists = handlerNames.filter((name) => typeof options[name] === 'object');
  return {
    ...options,
    ...Object.fromEntries(lists.map((name) => [name, checkHandlers(name, options[name])])),
  };
}

function callbacksOf(rule: Rule): (((...args: never[]) => unknown) | undefined)[] {
  const tests = (rule.matchers ?? []).map((matcher) => (matcher.kind === 'test' ? matcher.test : undefined));
  return [rule.predicate, rule.giveup, ...tests];
}

function checkRules(options: GivenOptions): readonly Rule[] {
  const wait = checkWaitMaker(
    options.wait === undefined ? expo({ factor: 100, maxValue: '10s' }) : options.wait,
  );
  const { rules: given } = options;
  if (given === undefined) return [checkRule(options, wait, 0, true)];
  for (const option of ['errors', 'predicate'] as const) {
    if (options[option] !== undefined) {
      throw new OptionError(option, options[option], 'must stand inside `rules` when there are rules');
    }
  }
  if (!Array.isArray(given) || given.length === 0)
    throw new OptionError('rules', given, 'must be an array of rules');
  return (given as readonly GivenOptions[]).map((rule, index) => {
    checkKeys(`rules[${index}]`, rule, ruleNames);
    if (rule.errors === undefined && rule.predicate === undefined) {
      throw new OptionError(`rules[${index}]`, rule, 'must have errors or predicate');
    }
    const own = rule.wait === undefined ? wait : checkWaitMaker(rule.wait);
    const maxTries = rule.maxTries === undefined ? Infinity : checkMaxTries(rule.maxTries);
    const ruleGiveup = checkCallback('giveup', rule.giveup) as Rule['giveup'];
    return { ...checkRule(rule, own, index, given.length === 1), maxTries, giveup: ruleGiveup };
  });
}

function checkRule(options: GivenOptions, wait: WaitMaker, index: number, alone: boolean): Rule {
  const predicate = checkCallback('predicate', options.predicate) as Rule['predicate'];
  const onlyPredicate = predicate !== undefined && options.errors === undefined;
  const matchers = onlyPredicate ? undefined : checkErrors(options.errors);
  return { index, alone, wait, matchers, predicate, giveup: undefined, maxTries: Infinity };
}

function orFunction<T>(given: unknown, fallback: T, check: (value: unknown) => T): RuntimeOption<T> {
  if (given === undefined) return fallback;
  if (typeof given === 'function') return given as () => T;
  return check(given);
}

function fixedLimits({ maxTries, maxTime, budget, enabled, jitter, random }: OpenLimits): Limits | undefined {
  if (typeof maxTries === 'function' || typeof maxTime === 'function' || typeof enabled === 'function')
    return undefined;
  if (!enabled || typeof budget === 'function') return undefined;
  return { maxTries, maxTime, jitter, random, budget: budget };
}
