/**
 * Exchanges as the tests of this room make them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/core.js';
import { Agents } from '../../../src/http/wire/agents.js';
import type { TransportOptions } from '../../../src/http/request/transport-options.js';
import { exchange } from '../../../src/http/wire/exchange.js';
import type { Answer, ExchangeOptions } from '../../../src/http/wire/exchange-options.js';

export const plainTransport: TransportOptions = {
  proxies: undefined,
  verify: true,
  cert: undefined,
  trustEnv: false,
  dispatcher: undefined,
};

/** The agents of a test file. */
export let agents = new Agents();

/** Closes the connections there are. */
export async function renewAgents(): Promise<void> {
  const ended = agents;
  agents = new Agents();
  await ended.destroy();
}

export type Overrides = Partial<ExchangeOptions> & { readonly transport?: Partial<TransportOptions> };

/** Options of an exchange with an address, patient and collecting. */
export function optionsFor(address: string, overrides: Overrides = {}): ExchangeOptions {
  const url = new URL(address);
  const { method = 'GET' } = overrides;
  return {
    method,
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    headers: [],
    body: null,
    connectTimeout: 5000,
    readTimeout: 5000,
    deadline: Infinity,
    timeoutOfDeadline: Infinity,
    signal: undefined,
    clock: systemClock,
    maxSize: 1e6,
    collects: () => true,
    what: { method, url: url.origin + url.pathname },
    ...overrides,
  };
}

export function send(address: string, overrides: Overrides = {}): Promise<Answer> {
  const dispatcher = agents.dispatcherFor(new URL(address), { ...plainTransport, ...overrides.transport });
  return exchange(dispatcher, optionsFor(address, overrides));
}

/** The text of an answer, with its status in front. */
export async function textOf(answer: Answer | Promise<Answer>): Promise<string> {
  const { status, body } = await answer;
  return `${status} ${(await body.bytes()).toString()}`;
}

/** What a promise is rejected with; what it gives instead is told too. */
export function errorOf(end: PromiseLike<unknown>): Promise<any> {
  return Promise.resolve(end).then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
}

/** Milliseconds that something takes. */
export async function time(work: () => PromiseLike<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A connection that has served can serve again when undici has had its turn. */
export async function rested(): Promise<void> {
  await sleep(5);
}
