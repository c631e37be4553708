/**
 * What the caller gets: the answer, as its headers say and as much of its body as is wanted.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Ms } from '../core.js';
import type { HttpAttempt } from './attempt-trail.js';

/** The headers of an answer. Names in any case. */
export interface ResponseHeaders extends Iterable<[name: string, value: string]> {
  /** The value; several of one name are joined by a comma. `undefined` where there is none. */
  get(name: string): string | undefined;
  /** All values of one name, as `set-cookie` needs it. */
  getAll(name: string): readonly string[];
  has(name: string): boolean;
  /** As an object with lower-case names. */
  toJSON(): IncomingHttpHeaders;
}

/** An answer. `response.ts` makes it. */
export interface HttpResponse extends AsyncDisposable {
  readonly status: number;
  /** Whether the status is below 400. */
  readonly ok: boolean;
  /** The reason phrase. */
  readonly reason: string;
  readonly headers: ResponseHeaders;
  readonly method: string;
  /** Where it came from in the end, with the query and without credentials. */
  readonly url: string;
  readonly cookies: Readonly<Record<string, string>>;
  /** The redirects that led here, oldest first. */
  readonly history: readonly HttpResponse[];
  /** Milliseconds from sending the request to its headers. */
  readonly elapsed: Ms;
  readonly attempts: readonly HttpAttempt[];
  /** Milliseconds the server asks us to stay away; `undefined` when it asks nothing. */
  readonly retryAfter: Ms | undefined;
  bytes(): Promise<Uint8Array>;
  text(): Promise<string>;
  json<T = any>(): Promise<T>;
  readonly body: Readable;
  lines(): AsyncIterable<string>;
  raiseForStatus(): this;
  close(): void;
}
