/**
 * What a fetch is asked for: its arguments, as they were when it was called.
 */
import type { GuestRequest } from '../guest-call.js';
import { keyToSend } from '../idempotency-key.js';
import type { RetrySettings } from '../judgement/retry-settings.js';
import type { FetchTimeouts } from './fetch-timeouts.js';
import { httpUrl } from './fetch-url.js';
import { type SentBody, sentBody } from './sent-body.js';

/** What fetches are told beside the address. */
export type FetchInit = RequestInit & {
  readonly method?: any;
  readonly headers?: any;
  readonly body?: any;
  readonly signal?: any;
};

export class FetchRequest implements GuestRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: SentBody;
  readonly signal: AbortSignal | undefined;
  readonly timeouts: FetchTimeouts;
  readonly #input: unknown;
  readonly #init: FetchInit;

  /** What the arguments say, checked: `readFetchRequest` makes it. */
  constructor(
    parts: Pick<FetchRequest, 'method' | 'url' | 'headers' | 'body' | 'signal' | 'timeouts'>,
    input: unknown,
    init: FetchInit,
  ) {
    this.method = parts.method;
    this.url = parts.url;
    this.headers = parts.headers;
    this.body = parts.body;
    this.signal = parts.signal;
    this.timeouts = parts.timeouts;
    this.#input = input;
    this.#init = init;
  }

  /** The arguments of the next attempt. */
  open(signal: AbortSignal): [input: unknown, init: FetchInit] {
    return [this.#input, { ...this.#init, ...this.body.open(), signal }];
  }

  /** Whether these arguments are refused by every fetch, so that its error is about them and not about the network. */
  get isRefused(): boolean {
    if (typeof Request !== 'function') return false;
    const input = isRequest(this.#input) ? this.url : (this.#input as string);
    const init: Record<string, unknown> = { ...this.#init };
    delete init['signal'];
    if (!this.body.isReplayable) delete init['body'];
    try {
      new Request(input, init);
      return false;
    } catch {
      return true;
    }
  }
}

/**
 * Reads the arguments of a fetch.
 *
 * @returns `undefined` for those that nothing can be retried of: fetch itself knows what to say of them.
 */
export function readFetchRequest(
  input: unknown,
  options: FetchInit | null | undefined,
  settings: RetrySettings,
  timeouts: FetchTimeouts,
): FetchRequest | undefined {
  const request = isRequest(input) ? input : undefined;
  const given = copyOf(options ?? {});
  const address = request?.url ?? String(input);
  const url = httpUrl(address);
  const signal = given.signal === undefined ? request?.signal : (given.signal ?? undefined);
  if (url === undefined || !isSignal(signal)) return undefined;
  const method = String(given.method ?? request?.method ?? 'GET').toUpperCase();
  const read = readHeaders(given.headers ?? request?.headers);
  if (read === undefined) return undefined;
  const init: Record<string, unknown> = { ...given };
  if (given.headers !== undefined) init['headers'] = read.wire;
  if (setIdempotencyKey(method, read, settings)) init['headers'] = read.wire;
  const body = sentBody(request, given.body, settings.retries && settings.enabled !== false);
  if (isGiven(given.body) && body.isReplayable) Object.assign(init, body.open());
  const parts = { method, url, headers: read.headers, body, signal, timeouts };
  return new FetchRequest(parts, request ?? address, init);
}

function isGiven(body: unknown): boolean {
  return body !== undefined && body !== null;
}

// Those of another fetch or another realm count, too.
function isRequest(input: unknown): input is Request {
  if (typeof input !== 'object' || input === null) return false;
  const { url, method, clone } = input as Partial<Request>;
  return typeof url === 'string' && typeof method === 'string' && typeof clone === 'function';
}

// As fetch reads it: by name, inherited or not, so that a `Request` may stand here, too.
function copyOf(init: FetchInit): FetchInit {
  const copy: Record<string, unknown> = {};
  for (const name in init) copy[name] = init[name as keyof FetchInit];
  return copy;
}

function isSignal(signal: unknown): signal is AbortSignal | undefined {
  return signal === undefined || typeof (signal as Partial<AbortSignal>).addEventListener === 'function';
}

interface ReadHeaders {
  readonly headers: Headers;
  /** In the shape and the case they were given in. */
  wire: any;
}

function readHeaders(given: any): ReadHeaders | undefined {
  try {
    const isList = typeof given === 'object' && given !== null && Symbol.iterator in given;
    const wire: unknown = isList ? [...given].map((pair: unknown) => [...(pair as string[])]) : { ...given };
    return { headers: new Headers(wire as Record<string, string>), wire };
  } catch {
    return undefined;
  }
}

function setIdempotencyKey(method: string, read: ReadHeaders, settings: RetrySettings): boolean {
  const key = keyToSend(method, read.headers, settings);
  if (key === undefined) return false;
  read.headers.set('idempotency-key', key);
  read.wire = Array.isArray(read.wire)
    ? [...read.wire, ['idempotency-key', key]]
    : { ...read.wire, 'idempotency-key': key };
  return true;
}
