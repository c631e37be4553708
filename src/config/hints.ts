/**
 * What a key that nobody reads most likely stands for.
 */
import { nearest } from '../core.js';
import { camelCase, snakeCase } from './names.js';
import { waitNames } from './schema/waits.js';

/** Options of the code that a file cannot hold, and where they belong. */
const inCode: Readonly<Record<string, string>> = {
  fallback: 'a fallback belongs in code: gateway(name, { fallback })',
  fallbackOptions: 'a fallback belongs in code: gateway(name, { fallback, fallbackOptions })',
  raiseOnGiveup: 'it changes the type of the result, so it belongs in code',
  mode: 'it changes the type of the result, so it belongs in code',
  predicate: 'a function belongs in code',
  giveup: 'a function belongs in code',
  retryWhen: 'a function belongs in code',
  isFailure: 'a function belongs in code',
  isNeutral: 'a function belongs in code',
  isOverload: 'a function belongs in code',
  isFatal: 'a function belongs in code',
  dispose: 'a function belongs in code',
  key: 'a function belongs in code',
  maxKeys: 'it belongs in code, beside key',
  value: 'a function belongs in code',
  signal: 'a signal belongs in code',
  clock: 'a clock belongs in code',
  random: 'the dice belong in code',
  hooks: 'functions belong in code',
  dispatcher: 'an object belongs in code',
  jar: 'an object belongs in code',
  session: 'an object belongs in code',
  ambient: 'it belongs in code: deadline(ms, { ambient })',
  name: 'the key above it is the name',
  data: 'it belongs to a single request, in code',
  json: 'it belongs to a single request, in code',
  files: 'it belongs to a single request, in code',
  body: 'it belongs to a single request, in code',
};

/** What other libraries call an option, and what it may be here: the first of them that there is. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  attempts: ['maxTries', 'retries'],
  maxAttempts: ['maxTries', 'retries'],
  numOfAttempts: ['maxTries', 'retries'],
  tries: ['maxTries', 'retries'],
  maxTry: ['maxTries', 'retries'],
  maxRetry: ['maxTries', 'retries', 'retry'],
  retries: ['maxTries', 'retry'],
  maxRetries: ['maxTries', 'retries', 'retry'],
  total: ['retries', 'maxTries'],
  delay: ['wait', 'backoff', 'interval', 'retry'],
  backoff: ['wait', 'retry'],
  wait: ['backoff', 'retry', 'waits'],
  interval: ['wait', 'backoff'],
  retryDelay: ['wait', 'backoff'],
  minTimeout: ['wait', 'factor', 'initial'],
  maxTimeout: ['wait', 'maxValue'],
  maxDelay: ['maxValue', 'max', 'wait', 'backoff'],
  max: ['maxValue'],
  initialDelay: ['factor', 'initial', 'wait'],
  multiplier: ['base'],
  timeout: ['maxTime'],
  maxRetryTime: ['maxTime'],
  deadline: ['maxTime', 'timeout'],
  on: ['errors'],
  retryOn: ['errors', 'statusForcelist'],
  breaker: ['circuitBreaker'],
  circuit: ['circuitBreaker'],
  retryBudget: ['budget'],
  rateLimiter: ['rateLimit'],
  concurrency: ['bulkhead', 'limit'],
  maxConcurrent: ['bulkhead', 'limit'],
  threshold: ['failureRate'],
  failureThreshold: ['consecutive'],
  failureRateThreshold: ['failureRate'],
  errorThresholdPercentage: ['failureRate'],
  volumeThreshold: ['minCalls'],
  resetTimeout: ['openTime'],
  halfOpenAfter: ['openTime'],
  breakDuration: ['openTime'],
  statusCodes: ['statusForcelist'],
  methods: ['allowedMethods'],
  methodWhitelist: ['allowedMethods'],
  proxy: ['proxies'],
  baseURL: ['baseUrl'],
  prefixUrl: ['baseUrl'],
  query: ['params'],
  rejectUnauthorized: ['verify'],
  extends: ['policy'],
  policy: ['extends', 'policies'],
  gateway: ['gateways'],
  retryPolicy: ['retryConfig'],
  backoffPolicy: ['retryConfig'],
};

/** Words that do not count the first attempt, as `maxTries` does. */
const countsFirst = new Set(['retries', 'maxRetries', 'maxRetry']);

/** What to say of a key that is not among the known ones. */
export interface KeyHint {
  readonly allowed: string;
  readonly didYouMean: string | undefined;
}

/** @param known  The keys there are, in camelCase. */
export function hintFor(key: string, known: readonly string[]): KeyHint {
  const name = camelCase(key);
  if (key === '<<')
    return { allowed: 'merges nothing in YAML 1.2; use policies with extends', didYouMean: undefined };
  if (Object.hasOwn(inCode, name) || /^on[A-Z]/.test(name)) {
    const why = Object.hasOwn(inCode, name) ? inCode[name] : 'a handler belongs in code';
    return { allowed: `is not for a file: ${why}`, didYouMean: undefined };
  }
  const synonym = Object.hasOwn(elsewhere, name)
    ? elsewhere[name]?.find((other) => known.includes(other))
    : undefined;
  const near = synonym ?? nearest(name, known);
  const counts =
    synonym === 'maxTries' && countsFirst.has(name) ? ', which counts the first attempt too' : '';
  return {
    allowed:
      near === undefined
        ? `is not known here; there are ${known.map(snakeCase).join(', ')}`
        : 'is not known here',
    didYouMean: near && `${snakeCase(near)}${counts}`,
  };
}

/** What other libraries call a wait. */
const otherWaits: Readonly<Record<string, string>> = {
  exp: 'expo',
  exponential: 'expo',
  exponentialBackoff: 'expo',
  fib: 'fibo',
  fibonacci: 'fibo',
  fixed: 'constant',
  uniform: 'random',
};

/**
 * What a value that is not allowed most likely stands for, where it is the name of a wait.
 *
 * @param allowed  What is, in words: only a name that stands there is meant.
 */
export function hintForWait(value: unknown, allowed: string): string | undefined {
  if (typeof value !== 'string' || !/^must be (?:one of|the name of a wait)/.test(allowed)) return undefined;
  const known = waitNames.map(snakeCase).filter((name) => new RegExp(`\\b${name}\\b`).test(allowed));
  const synonym = Object.hasOwn(otherWaits, camelCase(value)) ? otherWaits[camelCase(value)] : undefined;
  return synonym !== undefined && known.includes(synonym) ? synonym : nearest(value, known);
}
