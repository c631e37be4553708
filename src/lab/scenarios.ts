/**
 * Which call meets which outage, in the order in which they are told.
 */
import { Shop, deadline, getDoor, getInvoice, getResults, getRoutes } from './client.js';
import type { Outage } from './service.js';

/** One call under one outage. */
export interface Scenario {
  readonly outage: Outage;
  /** What the service does, in a few words. */
  readonly told: string;
  readonly face: string;
  /** The name under which the call is counted. */
  readonly name: string;
  /** Where the service is → what the client got, in a few words. */
  readonly call: (url: string) => Promise<string>;
}

/** They run one after the other, as the last one blocks. */
export const scenarios: readonly Scenario[] = [
  {
    outage: 'errors',
    told: 'answers 500 three times',
    face: 'decorated method',
    name: 'Shop.greet',
    call: (url) => new Shop(url).greet(),
  },
  {
    outage: 'rate-limit',
    told: 'answers 429, Retry-After: 1',
    face: 'withRetry, retryAfter',
    name: 'fetchResults',
    call: (url) => getResults(url),
  },
  {
    outage: 'refused',
    told: 'refuses connections for 0.4 s',
    face: 'withRetry',
    name: 'fetchDoor',
    call: async (url) => getDoor(await ask(url, 'refused')),
  },
  {
    outage: 'reset',
    told: 'resets two connections',
    face: 'decorated method',
    name: 'Shop.price',
    call: (url) => new Shop(url).price(),
  },
  {
    outage: 'slow',
    told: 'is too slow twice',
    face: 'withRetry, 150 ms each',
    name: 'fetchRoutes',
    call: (url) => getRoutes(url),
  },
  {
    outage: 'queue',
    told: 'has an empty queue for 1.2 s',
    face: 'onPredicate, fibo',
    name: 'Shop.takeJobs',
    call: async (url) => (await new Shop(url).takeJobs()).join(' and '),
  },
  {
    outage: 'file',
    told: 'writes a file after 0.4 s',
    face: 'sync withRetry',
    name: 'readInvoice',
    call: async (url) => getInvoice(await ask(url, 'file')),
  },
];

/** Asks for an outage that begins with the answer. @returns Where to look from then on. */
async function ask(url: string, outage: Outage): Promise<string> {
  const response = await fetch(`${url}/${outage}`, { signal: deadline });
  return response.text();
}
