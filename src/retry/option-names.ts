/**
 * The names of the options of a retry, and what other libraries call them.
 */

const limitNames = [
  'maxTries',
  'maxTime',
  'jitter',
  'signal',
  'budget',
  'mode',
  'clock',
  'random',
  'unref',
  'enabled',
  'nested',
  'name',
  'log',
  'onAttempt',
  'onSuccess',
  'onBackoff',
  'onGiveup',
  'onAbort',
  'raiseOnGiveup',
] as const;

export const ruleNames = ['errors', 'predicate', 'wait', 'maxTries', 'giveup'] as const;

/** The names of options that each way to make a retry knows. */
export const known: Readonly<Record<string, readonly string[]>> = {
  onException: [...limitNames, 'giveup'],
  onPredicate: limitNames,
};
export const allNames: readonly string[] = [...limitNames, 'wait', 'errors', 'predicate', 'giveup', 'rules'];

/** What other libraries call our options. */
export const synonyms: Readonly<Record<string, string>> = {
  retries: 'maxTries, which counts the first attempt too',
  attempts: 'maxTries',
  maxAttempts: 'maxTries',
  maxTry: 'maxTries',
  numOfAttempts: 'maxTries',
  maxRetries: 'maxTries, which counts the first attempt too',
  delay: 'wait: constant(...)',
  interval: 'wait: constant(...)',
  minTimeout: 'wait: expo({ factor })',
  startingDelay: 'wait: expo({ factor })',
  factor: 'wait: expo({ factor })',
  maxTimeout: 'wait: expo({ maxValue })',
  maxDelay: 'wait: expo({ maxValue })',
  backoff: 'wait',
  timeout: 'maxTime',
  maxRetryTime: 'maxTime',
  onRetry: 'onBackoff',
  onFailedAttempt: 'onBackoff',
  shouldRetry: 'errors, or giveup',
  retryIf: 'errors, or giveup',
  on: 'errors',
  until: 'predicate, which is true while the value is not good enough',
};
