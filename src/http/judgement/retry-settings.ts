/**
 * The options by which HTTP calls are retried, checked, once, and laid out for use.
 *
 * `retry-policy.ts` makes a retry of them.
 */
import {
  type Clock,
  type Jitter,
  type Ms,
  OptionError,
  type Random,
  type WaitMaker,
  checkKeys,
  isBudget,
  retry,
  systemClock,
  toMs,
} from '../../core.js';
import { checkBackoff } from './backoff.js';
import { idempotentMethods } from './decision-table.js';
import { type Counts, checkRetries } from './retry-counts.js';
import { type RetryHttpOptions, retryHttpOptionNames, retryHttpSynonyms } from './retry-options.js';

export { retryHttpOptionNames, retryHttpSynonyms } from './retry-options.js';
export type { RetryHttpOptions } from './retry-options.js';

type Given = Partial<Record<keyof RetryHttpOptions, unknown>>;
type Callback<Name extends 'retryWhen' | 'giveup'> = NonNullable<RetryHttpOptions[Name]> | undefined;

/** What of a request says whether it may be repeated. */
export interface RepeatableRequest {
  readonly method: string;
  readonly headers: { has(name: string): boolean };
}

/** The options, laid out for use. */
export interface RetrySettings {
  /** Whether anything is retried: `retries` is not `false`. */
  readonly retries: boolean;
  readonly enabled: boolean | (() => boolean);
  readonly counts: Counts;
  /** Redirects that are followed, where `retries.redirect` says so; `false`: they are answers like others. */
  readonly maxRedirects: number | false | undefined;
  readonly backoff: WaitMaker;
  /** What is retried instead of the table; `undefined`: the table. */
  readonly statusForcelist: ReadonlySet<number> | undefined;
  /** `undefined`: as the table has it. */
  readonly unsafeStatuses: ReadonlySet<number> | undefined;
  /** Whether a request may be sent again after it may have been processed. */
  isIdempotent(request: RepeatableRequest): boolean;
  /** What the header `Idempotency-Key` of a new call is; `undefined` for none. */
  newIdempotencyKey(): string | undefined;
  readonly retryWhen: Callback<'retryWhen'>;
  readonly giveup: Callback<'giveup'>;
  readonly raiseOnStatus: boolean;
  readonly raiseOnRedirect: boolean;
  readonly respectRetryAfter: boolean;
  readonly maxRetryAfter: Ms;
  readonly circuitBreaker: RetryHttpOptions['circuitBreaker'];
  readonly budget: RetryHttpOptions['budget'];
  readonly handlers: Pick<RetryHttpOptions, HandlerName>;
  readonly log: RetryHttpOptions['log'];
  readonly jitter: Jitter | null | undefined;
  readonly clock: Clock;
  readonly random: Random | undefined;
}

const handlerNames = ['onAttempt', 'onSuccess', 'onBackoff', 'onGiveup', 'onAbort'] as const;
type HandlerName = (typeof handlerNames)[number];

/** Options that the core checks, in its own words. */
const coreNames = ['jitter', 'clock', 'random', 'log', ...handlerNames] as const;

/** Options of which `null` is a value: every method, no jitter. Everywhere else it takes the default. */
const nullable: ReadonlySet<string> = /* @__PURE__ */ new Set(['allowedMethods', 'jitter']);

/**
 * Checks the options of a retry of HTTP calls.
 *
 * @param scope  `'session'` for options that all calls of a session share: there a fixed `idempotencyKey` is refused,
 *   for it would make all its calls one.
 * @throws {OptionError} naming the first option that is unknown or not allowed.
 */
export function checkRetryOptions(
  options: RetryHttpOptions = {},
  scope: 'session' | 'call' = 'call',
): RetrySettings {
  checkKeys('the retry', options, retryHttpOptionNames, retryHttpSynonyms);
  const given = defined(options);
  checkByCore(given);
  const idempotencyKey = checkIdempotencyKey(given.idempotencyKey, scope);
  const { retries, counts, maxRedirects } = checkRetries(given.retries); // V8 takes long to spread it below
  return {
    retries,
    counts,
    maxRedirects,
    enabled:
      typeof given.enabled === 'function' ? checkedEnabled(given.enabled) : flag('enabled', given, true),
    backoff: checkBackoff(given.backoff, given.backoffFactor),
    statusForcelist: checkStatuses('statusForcelist', given.statusForcelist),
    unsafeStatuses: checkStatuses('unsafeStatuses', given.unsafeStatuses),
    isIdempotent: repeatable(
      given.idempotent === undefined ? undefined : flag('idempotent', given, false),
      checkMethods(given.allowedMethods),
    ),
    newIdempotencyKey: () => (idempotencyKey === 'auto' ? globalThis.crypto.randomUUID() : idempotencyKey),
    retryWhen: checkFunction('retryWhen', given.retryWhen) as Callback<'retryWhen'>,
    giveup: checkFunction('giveup', given.giveup) as Callback<'giveup'>,
    raiseOnStatus: flag('raiseOnStatus', given, false),
    raiseOnRedirect: flag('raiseOnRedirect', given, true),
    respectRetryAfter: flag('respectRetryAfter', given, true),
    maxRetryAfter: toMs('maxRetryAfter', given.maxRetryAfter ?? '60s', { infinite: true }),
    circuitBreaker: given.circuitBreaker as RetryHttpOptions['circuitBreaker'],
    budget: given.budget as RetryHttpOptions['budget'],
    handlers: pick(given, handlerNames) as Pick<RetryHttpOptions, HandlerName>,
    log: given.log as RetryHttpOptions['log'],
    jitter: given.jitter as Jitter | null | undefined,
    clock: (given.clock as Clock | undefined) ?? systemClock,
    random: given.random as Random | undefined,
  };
}

/**
 * The options of a session with those of a call on top. One that is `undefined` changes nothing; `null` takes the
 * default again (but for `allowedMethods` and `jitter`, where it is a value).
 *
 * @throws {OptionError} for options of a circuit or a budget in a call: these are made once, for all calls.
 */
export function mergeRetryOptions(defaults: RetryHttpOptions, call: RetryHttpOptions): RetryHttpOptions {
  const merged: Given = { ...defaults };
  for (const name of retryHttpOptionNames) {
    const value = call[name];
    if (value === undefined) continue;
    merged[name] = value;
    if (name === 'backoff' && call.backoffFactor === undefined) delete merged.backoffFactor;
    if (name === 'backoffFactor' && call.backoff === undefined) delete merged.backoff;
  }
  refuseMakings('circuitBreaker', call.circuitBreaker, (value) => typeof value !== 'function');
  refuseMakings('budget', call.budget, (value) => !isBudget(value));
  return merged as RetryHttpOptions;
}

/** The retry options among the keywords of a call; `undefined` where there are none. */
export function retryOptionsIn(options: object): RetryHttpOptions | undefined {
  let found: Given | undefined;
  for (const name of retryHttpOptionNames) {
    const value = (options as Given)[name];
    if (value !== undefined) (found ??= {})[name] = walked(name, value);
  }
  return found as RetryHttpOptions | undefined;
}

function refuseMakings(option: string, value: unknown, isMaking: (value: object) => boolean): void {
  if (typeof value !== 'object' && typeof value !== 'function') return;
  if (value === null || !isMaking(value)) return;
  throw new OptionError(
    option,
    value,
    'must be false or a shared one in a call; options belong to the session',
  );
}

function defined(options: RetryHttpOptions): Given {
  return Object.fromEntries(
    Object.entries(options)
      .filter(([name, value]) => value !== undefined && (value !== null || nullable.has(name)))
      .map(([name, value]) => [name, walked(name, value)]),
  );
}

// Handlers may come as an iterable that can be walked once; whoever looks at the options later has to find them, too.
function walked(name: string, value: unknown): unknown {
  return handlerNames.includes(name as HandlerName) ? (listOf(value) ?? value) : value;
}

function pick(given: Given, names: readonly (keyof RetryHttpOptions)[]): Given {
  return Object.fromEntries(names.filter((name) => name in given).map((name) => [name, given[name]]));
}

// The core has checks and words for these already; a retry that nobody uses lends them.
function checkByCore(given: Given): void {
  const shared = pick(given, coreNames);
  if (Object.keys(shared).length > 0) retry(shared as object);
}

function flag(name: keyof RetryHttpOptions, given: Given, fallback: boolean): boolean {
  const value = given[name] ?? fallback;
  if (typeof value === 'boolean') return value;
  throw new OptionError(name, value, 'must be true or false');
}

function checkedEnabled(enabled: unknown): () => boolean {
  return () => {
    const value: unknown = (enabled as () => unknown)();
    if (typeof value === 'boolean') return value;
    throw new OptionError('enabled', value, 'must give true or false');
  };
}

function checkFunction(name: string, value: unknown): unknown {
  if (value === undefined || typeof value === 'function') return value;
  throw new OptionError(name, value, 'must be a function');
}

function checkStatuses(name: string, value: unknown): ReadonlySet<number> | undefined {
  if (value === undefined) return undefined;
  const statuses = listOf(value);
  if (statuses?.every(isStatus)) return new Set(statuses);
  throw new OptionError(name, value, 'must be a list of statuses, whole numbers from 100 to 599');
}

function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 599;
}

// RFC 9110, section 5.6.2
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const usualMethods: ReadonlySet<string> = /* @__PURE__ */ new Set(idempotentMethods);

/** @returns Upper-case names; `'any'` for every method. */
function checkMethods(value: unknown): ReadonlySet<string> | 'any' {
  if (value === undefined) return usualMethods;
  if (value === null || value === 'any') return 'any';
  const methods = listOf(value);
  // In urllib3 an empty list, and `False`, mean every method; to a reader they mean none.
  if (methods !== undefined && methods.length > 0 && methods.every(isMethod))
    return new Set(methods.map((method) => method.toUpperCase()));
  throw new OptionError('allowedMethods', value, 'must be a list of methods, or "any" for all of them');
}

function isMethod(value: unknown): value is string {
  return typeof value === 'string' && token.test(value);
}

function listOf(value: unknown): readonly unknown[] | undefined {
  const isList = typeof value === 'object' && value !== null && Symbol.iterator in value;
  return isList ? [...(value as Iterable<unknown>)] : undefined;
}

function repeatable(
  said: boolean | undefined,
  methods: ReadonlySet<string> | 'any',
): RetrySettings['isIdempotent'] {
  if (said !== undefined) return () => said;
  if (methods === 'any') return () => true;
  return ({ method, headers }) => methods.has(method) || headers.has('idempotency-key');
}

function checkIdempotencyKey(value: unknown, scope: 'session' | 'call'): string | undefined {
  if (value === undefined || value === 'auto') return value;
  if (scope === 'session' && typeof value === 'string')
    throw new OptionError(
      'idempotencyKey',
      value,
      'must be "auto" for a session: one key would make all its calls one',
    );
  if (typeof value === 'string' && /^[\x21-\x7e]{1,255}$/.test(value)) return value;
  throw new OptionError('idempotencyKey', value, 'must be "auto" or up to 255 visible ASCII characters');
}
