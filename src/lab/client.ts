/**
 * The clients that get through: one for each outage of `service.ts`, by each face of Stampede.
 *
 * Each is a plain function, with what to do when it fails written above it or around it.
 */
import { readFileSync } from 'node:fs';
import { currentCall, expo, fibo, onException, onPredicate, retryAfter, withRetry } from '../core.js';
import { watched } from './watch.js';

/** Ten seconds from the start of the program, whatever it is at then. */
export const deadline = AbortSignal.timeout(10_000);

/** For every call here: two seconds of trying, an end at the deadline, and all of it written down. */
const limits = { maxTime: '2s', signal: deadline, ...watched } as const;

/** An answer that says it failed. `retryAfter()` finds the header it reads in the response. */
class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(readonly response: Response) {
    super(`${response.status} ${response.statusText}`);
  }
}

/** Asking again would not help: whatever is wrong with it, the request is ours. */
const isOurFault = ({ response: { status } }: HttpError): boolean => status < 500 && status !== 429;

/** How fetch says that no answer came: refused, reset, unreachable. */
const isNetworkError = (error: unknown): boolean =>
  error instanceof TypeError && error.message === 'fetch failed';

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

const isMissing = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT';

/** A plain GET, which fails when anything does. It ends early when the call it is part of is aborted. */
async function get(url: string, signal: AbortSignal = currentCall().signal): Promise<string> {
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (!response.ok) throw new HttpError(response);
  return text;
}

// Methods: the retry stands above them, and they know nothing of it.

export class Shop {
  constructor(readonly url: string) {}

  /** The service answers 500 a few times. */
  @onException(expo({ factor: 100 }), HttpError, { giveup: isOurFault, ...limits })
  async greet(): Promise<string> {
    return get(`${this.url}/errors`);
  }

  /** The service resets the connection. */
  @onException(expo({ factor: 100 }), isNetworkError, limits)
  async price(): Promise<string> {
    return get(`${this.url}/reset`);
  }

  /** The queue is empty at first: not an error, so we ask until the value is good enough. */
  @onPredicate(fibo, (jobs: string[]) => jobs.length === 0, { ...limits, raiseOnGiveup: true })
  async takeJobs(): Promise<string[]> {
    return JSON.parse(await get(`${this.url}/queue`)) as string[];
  }
}

// Functions: the retry stands around them.

async function fetchResults(url: string): Promise<string> {
  return get(`${url}/rate-limit`);
}

/** The service says 429 and when to come back: we stay away at least as long. */
export const getResults = withRetry(fetchResults, {
  wait: retryAfter(),
  errors: HttpError,
  giveup: isOurFault,
  ...limits,
});

async function fetchDoor(door: string): Promise<string> {
  return get(door);
}

/** Nobody listens yet. Without `wait` we wait up to 100 ms, 200 ms, 400 ms ..., each spread at random. */
export const getDoor = withRetry(fetchDoor, { errors: isNetworkError, ...limits });

async function fetchRoutes(url: string): Promise<string> {
  return get(`${url}/slow`, AbortSignal.timeout(150));
}

/** An answer takes too long: each attempt has 150 ms of its own. */
export const getRoutes = withRetry(fetchRoutes, { errors: isTimeout, ...limits });

function readInvoice(file: string): string {
  return readFileSync(file, 'utf8');
}

/** A sync function stays sync: it blocks while it waits for the file, as it does while it reads. */
export const getInvoice = withRetry(readInvoice, { errors: isMissing, mode: 'sync', ...limits });
