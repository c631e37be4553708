/**
 * What the options of a cure are called where it is to be taken: gateways, `http` and `retry_config` have their own words.
 */
import type { GatewayFacts } from './gateway-facts.js';
import { span } from './words.js';

/** The words of one section. */
export interface OptionWords {
  /** So many tries, the first included. */
  readonly tries: (count: number) => string;
  readonly noRetry: string;
  /** `undefined` where there is no option for it. */
  readonly deadline: string | undefined;
  readonly timeout: string | undefined;
  readonly usualWaits: string;
}

const words: Readonly<Record<GatewayFacts['section'], OptionWords>> = {
  gateway: {
    tries: (count) => `max_tries: ${count}`,
    noRetry: 'retry: false',
    deadline: 'deadline',
    timeout: 'timeout',
    usualWaits: 'wait: { type: expo, factor: 100ms, max_value: 10s }',
  },
  http: {
    tries: (count) => `retries: ${count - 1}`,
    noRetry: 'retries: false',
    deadline: 'timeout.total',
    timeout: 'timeout.read',
    usualWaits: 'backoff: { type: exponential, factor: 100ms, max_value: 10s }',
  },
  retry_config: {
    tries: (count) => `retry_policy: { type: fixed, attempts: ${count} }`,
    noRetry: 'retry_enabled: false',
    deadline: undefined,
    timeout: undefined,
    usualWaits: 'backoff_enabled: true',
  },
};

/** What the limit of the whole call is called: `deadline`, or where it has no option, `total timeout`. */
export function deadlineWord(facts: Pick<GatewayFacts, 'section'>): string {
  return optionWords(facts).deadline ?? 'total timeout';
}

/** The limit of the whole call in numbers, and whose it is: `30 s by default`. */
export function deadlineSpan({ deadline, isUsualDeadline }: GatewayFacts): string {
  return `${span(deadline)}${isUsualDeadline ? ' by default' : ''}`;
}

export function optionWords({ section }: Pick<GatewayFacts, 'section'>): OptionWords {
  return words[section];
}
