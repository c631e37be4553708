/**
 * What can be said of a request: all keywords, of a session and of a call.
 *
 * `checked-options.ts` looks whether they can be meant, `settled-options.ts` puts those of a call on top of those of
 * its session.
 */
import type { Dispatcher } from 'undici';
import type { AuthInput } from './auth.js';
import type { Payload } from './body.js';
import type { CookiesInput } from './given-cookies.js';
import type { HeadersInput } from './headers.js';
import type { HooksInput } from './hooks.js';
import type { ParamsInput } from './params.js';
import type { TimeoutInput } from './timeouts.js';
import type { CertInput, ProxiesInput, TransportOptions } from './transport-options.js';

/**
 * What a session may say for all of its requests. Of `params`, `headers`, `cookies`, `hooks`, `timeout` a call changes
 * what it names, and `null` takes away; any other option of a call stands in place of the session's.
 */
export interface SessionRequestOptions {
  /** Added to the query of the address. A list repeats the name. */
  readonly params?: ParamsInput | undefined;
  /** In any case. `null` takes away a default, also one of ours (`accept`, `accept-encoding`, `user-agent`). */
  readonly headers?: HeadersInput | undefined;
  /** Sent beside those that the session keeps of answers, and in place of those of the same name. */
  readonly cookies?: CookiesInput | undefined;
  /** `[user, password]`, `{ bearer: token }`, or a function. `null` for none. @default the address's `user:pass@` */
  readonly auth?: AuthInput | null | undefined;
  /**
   * Milliseconds or `'5s'`, `[connect, read]`, or `{ connect, read, total }`; `null` for no limit.
   * @default { connect: '5s', read: '30s', total: '60s' }
   */
  readonly timeout?: TimeoutInput | undefined;
  /** Whether redirects are followed. @default true, false for HEAD */
  readonly allowRedirects?: boolean | undefined;
  /** @default 10 */
  readonly maxRedirects?: number | undefined;
  /** `'http://10.0.0.1:3128'`, or addresses by `http`, `https`, `all` or origin. `null` for none. @default none */
  readonly proxies?: ProxiesInput | null | undefined;
  /** Whether certificates are checked, or the authorities that may have signed them: PEM or path. @default true */
  readonly verify?: TransportOptions['verify'] | undefined;
  /** A certificate of our own with its key: PEM or paths. `null` for none. @default none */
  readonly cert?: CertInput | null | undefined;
  /** Whether HTTP_PROXY, HTTPS_PROXY and NO_PROXY are obeyed. @default false */
  readonly trustEnv?: boolean | undefined;
  /** Whether the answer is given at its headers, for the caller to read its body. @default false */
  readonly stream?: boolean | undefined;
  /** `{ response: (response) => ... }`, before the caller has it. */
  readonly hooks?: HooksInput | undefined;
  /**
   * What relative addresses are appended to: with `https://x/api`, `users` and `/users` are `https://x/api/users`.
   * An absolute address to another origin gets nothing of the session's params, headers, cookies and auth (`keepHeaders`
   * says otherwise): they are meant for the base.
   */
  readonly baseUrl?: string | URL | null | undefined;
  /** A dispatcher of undici in place of ours, such as a `MockAgent`. `null` for ours. */
  readonly dispatcher?: Dispatcher | null | undefined;
  /** The most bytes of a collected body, inflated. @default 67108864 (64 MiB) */
  readonly maxResponseSize?: number | undefined;
  /** Whether all headers, or which, go along to other origins. @default false: those that are no secret */
  readonly keepHeaders?: boolean | readonly string[] | undefined;
  /** Whether compressed answers are asked for and inflated. @default true */
  readonly decompress?: boolean | undefined;
}

/** All that can be said of one request. */
export interface RequestOptions extends SessionRequestOptions, Payload {
  /** A form (an object), or text, bytes, or a stream as it is. */
  readonly data?: Payload['data'];
  /** Any value that JSON can hold, `null` too. */
  readonly json?: unknown;
  /** Files by field, sent as multipart/form-data together with the fields of `data`. */
  readonly files?: Payload['files'];
  /** Text, bytes, `Blob`, `FormData`, `URLSearchParams`, a stream, or a function that gives a fresh one each time. */
  readonly body?: Payload['body'];
  /** Ends the call at once, whatever it is doing. */
  readonly signal?: AbortSignal | null | undefined;
}
