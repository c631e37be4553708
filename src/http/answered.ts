/**
 * What an answer says of itself and of its body, whoever received it.
 */
import type { Ms } from '../core.js';
import type { HttpAttempt } from './attempt-trail.js';
import { HttpStatusError, JsonError, type RequestName } from './http-errors.js';
import type { Bytes, HttpResponse, ResponseHeaders } from './http-response.js';
import { type HttpLink, linksIn } from './links.js';

export abstract class Answered implements HttpResponse {
  abstract readonly status: number;
  abstract readonly reason: string;
  abstract readonly url: string;
  abstract readonly headers: ResponseHeaders;
  abstract readonly cookies: Readonly<Record<string, string>>;
  abstract readonly history: readonly HttpResponse[];
  abstract readonly elapsed: Ms;
  abstract readonly retryAfter: Ms | undefined;
  abstract readonly body: any; // a `Readable`, which browsers have no type for
  abstract bytes(): Promise<Bytes>;
  abstract text(): Promise<string>;
  abstract lines(): AsyncGenerator<string>;
  abstract close(): void;
  #attempts: readonly HttpAttempt[] | undefined;

  /** What it is an answer to, for errors. A getter, so that no log shows it. */
  protected abstract get asked(): RequestName;

  /** Whether the status is below 400, as in requests; a fetch's own `ok` says whether it is 2xx. */
  get ok(): boolean {
    return this.status < 400;
  }

  get method(): string {
    return this.asked.method;
  }

  get links(): Readonly<Record<string, HttpLink>> {
    return linksIn(this.headers.get('link'), this.url);
  }

  get attempts(): readonly HttpAttempt[] {
    return (this.#attempts ??= [this.#onlyAttempt()]);
  }

  set attempts(attempts: readonly HttpAttempt[]) {
    this.#attempts = attempts;
  }

  async json<T = any>(): Promise<T> {
    const text = utf8.decode(await this.bytes()); // RFC 8259: JSON is UTF-8, whatever the header says
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new JsonError(this.asked, this, text, cause);
    }
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = await this.bytes();
    return buffer.slice(byteOffset, byteOffset + byteLength);
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.bytes()], { type: this.headers.get('content-type') ?? '' });
  }

  raiseForStatus(): this {
    if (this.status >= 400) throw new HttpStatusError(this.asked, this);
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  #onlyAttempt(): HttpAttempt {
    const { method, url } = this.asked;
    const { status, elapsed, retryAfter } = this;
    return { tries: 1, method, url, phase: 'headers', status, startedAt: 0, duration: elapsed, retryAfter };
  }
}

const utf8 = new TextDecoder();
