/**
 * The answer of a fetch, as the policy, `giveup`, `retryWhen` and handlers see it. The caller gets the `Response` itself.
 *
 * What is read here is read from a copy, so that the caller can still read all of it.
 */
import { type Clock, type Ms, UsageError } from '../../core.js';
import { Answered } from '../answered.js';
import type { GuestResponse } from '../guest-call.js';
import { type RequestName, ResponseSizeError } from '../http-errors.js';
import type { Bytes, HeaderFields, ResponseHeaders } from '../http-response.js';
import { retryAfterOf } from '../judgement/rate-headers.js';
import { AnswerHeaders } from '../response-headers.js';
import { httpUrl } from './fetch-url.js';
import { type BodyReader, cancel, drain, readAll, readerOf } from './web-streams.js';

/** The most that is read of an answer for a callback, in bytes. */
const mostRead = 64 * 1024 * 1024;

/** What an answer is an answer to. */
export interface FetchAsked extends RequestName {
  /** The address that was asked for, with its query. */
  readonly from: URL;
}

export class FetchAnswer extends Answered implements GuestResponse {
  readonly history: readonly [] = [];
  readonly elapsed: Ms;
  readonly #response: Response;
  readonly #asked: FetchAsked;
  readonly #clock: Clock;
  readonly #date: Ms;
  readonly #release: (() => void) | undefined;
  #raw: HeaderFields | undefined;
  #bytes: Promise<Bytes> | undefined;
  #reader: BodyReader | undefined;
  #isCut = false;

  /**
   * @param elapsed  Milliseconds to the headers.
   * @param release  Is called when nobody wants the body any more.
   */
  constructor(response: Response, asked: FetchAsked, elapsed: Ms, clock: Clock, release?: () => void) {
    super();
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

  get reason(): string {
    return this.#response.statusText;
  }

  protected get asked(): RequestName {
    return this.#asked;
  }

  get url(): string {
    const { url } = this.#response; // after redirects; one that was made by hand has none
    return ((url ? httpUrl(url) : undefined) ?? this.#asked.from).href;
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

  bytes(): Promise<Bytes> {
    return (this.#bytes ??= this.#read());
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  get body(): never {
    throw new UsageError('The answer of a fetch is no stream here: use bytes(), text(), json() or lines().');
  }

  async *lines(): AsyncGenerator<string> {
    const lines = (await this.text()).split(/\r\n|\n/);
    if (lines.at(-1) === '') lines.pop();
    yield* lines;
  }

  /** Lets go of a body that nobody wants, so that its connection is free again. */
  close(): void {
    void this.#letGo();
  }

  async #letGo(): Promise<void> {
    const announced = Number(this.#headers['content-length'] ?? 0);
    const isWhole = await drain(this.#response, this.#clock, announced);
    this.#release?.();
    if (isWhole || this.#reader === undefined) return;
    this.#isCut = true; // a callback that reads it would hold the connection
    cancel(this.#reader);
  }

  get #headers(): HeaderFields {
    return (this.#raw ??= rawHeaders(this.#response.headers));
  }

  async #read(): Promise<Bytes> {
    const copy = this.#response.clone();
    const reader = readerOf(copy);
    if (reader === undefined) return new Uint8Array(await copy.arrayBuffer());
    this.#reader = reader;
    const bytes = await readAll(reader, mostRead);
    this.#reader = undefined;
    if (this.#isCut) throw new UsageError('The answer has been let go of while it was being read.');
    if (bytes !== undefined) return bytes as Bytes;
    throw new ResponseSizeError(this.#asked, `the body is larger than ${mostRead} bytes`);
  }
}

// Headers of one name come joined by commas. Numbers are taken apart again, so that of two waits the longer counts.
function rawHeaders(headers: Headers | undefined): HeaderFields {
  const raw: HeaderFields = {};
  if (headers === undefined || !(Symbol.iterator in headers)) return raw; // of a stand-in in a test
  for (const [name, value] of headers) {
    raw[name.toLowerCase()] = /^[\d.]+(?:, *[\d.]+)+$/.test(value) ? value.split(/, */) : value;
  }
  const cookies = headers.getSetCookie?.() ?? [];
  if (cookies.length > 0) raw['set-cookie'] = cookies;
  return raw;
}
