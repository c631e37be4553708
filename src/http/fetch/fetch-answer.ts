/**
 * The answer of a fetch, as the policy, `giveup`, `retryWhen` and handlers see it. The caller gets the `Response` itself.
 *
 * What is read here is read from a copy, so that the caller can still read all of it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Clock, type Ms, UsageError } from '../../core.js';
import type { HttpAttempt } from '../attempt-trail.js';
import type { GuestResponse } from '../guest-call.js';
import { HttpStatusError, JsonError, type RequestName, ResponseSizeError } from '../http-errors.js';
import type { ResponseHeaders } from '../http-response.js';
import { retryAfterOf } from '../judgement/rate-headers.js';
import { AnswerHeaders } from '../response-headers.js';
import { drain, readAll, readerOf } from './web-streams.js';

/** The most that is read of an answer for a callback, in bytes. */
const mostRead = 64 * 1024 * 1024;

export class FetchAnswer implements GuestResponse {
  readonly history: readonly [] = [];
  readonly elapsed: Ms;
  readonly #response: Response;
  readonly #asked: RequestName;
  readonly #clock: Clock;
  readonly #date: Ms;
  readonly #release: (() => void) | undefined;
  #raw: IncomingHttpHeaders | undefined;
  #attempts: readonly HttpAttempt[] | undefined;
  #bytes: Promise<Uint8Array> | undefined;

  /**
   * @param elapsed  Milliseconds to the headers.
   * @param release  Is called when nobody wants the body any more.
   */
  constructor(response: Response, asked: RequestName, elapsed: Ms, clock: Clock, release?: () => void) {
    this.elapsed = elapsed;
    this.#response = response;
    this.#asked = asked;
    this.#clock = clock;
    this.#date = clock.date();
    this.#release = release;
  }

  /** What the fetch gave. */
  get response(): Response {
    return this.#response;
  }

  get status(): number {
    return this.#response.status;
  }

  /** Whether the status is below 400, as everywhere in this helper; `response.ok` says whether it is 2xx. */
  get ok(): boolean {
    return this.status < 400;
  }

  get reason(): string {
    return this.#response.statusText;
  }

  get method(): string {
    return this.#asked.method;
  }

  get url(): string {
    return this.#asked.url;
  }

  get headers(): ResponseHeaders {
    return new AnswerHeaders(this.#headers);
  }

  /** In a browser: none, for they are not shown. */
  get cookies(): Readonly<Record<string, string>> {
    const pairs = this.headers.getAll('set-cookie').map((line) => /^([^=;]+)=([^;]*)/.exec(line));
    return Object.fromEntries(pairs.filter((pair) => pair !== null).map(([, name, value]) => [name, value]));
  }

  get retryAfter(): Ms | undefined {
    return retryAfterOf(this.status, this.#headers, this.#date);
  }

  get attempts(): readonly HttpAttempt[] {
    const { method, url, status, elapsed, retryAfter } = this;
    const own = {
      tries: 1,
      method,
      url,
      phase: 'headers',
      status,
      startedAt: 0,
      duration: elapsed,
      retryAfter,
    } as const;
    return this.#attempts ?? [own];
  }

  set attempts(attempts: readonly HttpAttempt[]) {
    this.#attempts = attempts;
  }

  bytes(): Promise<Uint8Array> {
    return (this.#bytes ??= this.#read());
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  async json<T = any>(): Promise<T> {
    const text = await this.text();
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new JsonError(this.#asked, this, text, cause);
    }
  }

  get body(): never {
    throw new UsageError('The answer of a fetch is no stream here: use bytes(), text(), json() or lines().');
  }

  async *lines(): AsyncGenerator<string> {
    const lines = (await this.text()).split(/\r\n|\n/);
    if (lines.at(-1) === '') lines.pop();
    yield* lines;
  }

  raiseForStatus(): this {
    if (this.status >= 400) throw new HttpStatusError(this.#asked, this);
    return this;
  }

  /** Lets go of a body that nobody wants, so that its connection is free again. */
  close(): void {
    const announced = Number(this.#headers['content-length'] ?? 0);
    void drain(this.#response, this.#clock, announced).finally(this.#release);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  get #headers(): IncomingHttpHeaders {
    return (this.#raw ??= rawHeaders(this.#response.headers));
  }

  async #read(): Promise<Uint8Array> {
    const copy = this.#response.clone();
    const reader = readerOf(copy);
    if (reader === undefined) return new Uint8Array(await copy.arrayBuffer());
    const bytes = await readAll(reader, mostRead);
    if (bytes !== undefined) return bytes;
    throw new ResponseSizeError(this.#asked, `the body is larger than ${mostRead} bytes`);
  }
}

// Headers of one name come joined by commas. Numbers are taken apart again, so that of two waits the longer counts.
function rawHeaders(headers: Headers): IncomingHttpHeaders {
  const raw: IncomingHttpHeaders = {};
  for (const [name, value] of headers) {
    raw[name.toLowerCase()] = /^[\d.]+(?:, *[\d.]+)+$/.test(value) ? value.split(/, */) : value;
  }
  const cookies = headers.getSetCookie?.() ?? [];
  if (cookies.length > 0) raw['set-cookie'] = cookies;
  return raw;
}
