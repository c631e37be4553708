/**
 * What is sent, in the end: one request, ready for the wire.
 */
import { OptionError } from '../../core.js';
import { type AuthFunction, basic } from './auth.js';
import { type RequestBody, bodyOf, noBody } from './body.js';
import type { GivenCookies } from './given-cookies.js';
import type { HeaderBag } from './headers.js';
import type { ResponseHook } from './hooks.js';
import { type SettledOptions, abroad } from './settled-options.js';
import type { SettledTimeouts } from './timeouts.js';
import type { TransportOptions } from './transport-options.js';
import { type Credentials, LateName, addQuery, resolveUrl } from './url.js';

/** One request, a snapshot: nothing that the caller changes later is seen. A redirect makes a changed copy. */
export interface HttpRequest {
  /** In upper case. */
  readonly method: string;
  /** Absolute, http or https, without credentials. */
  readonly url: URL;
  /** All but those of cookies. */
  readonly headers: HeaderBag;
  readonly body: RequestBody;
  /** Who is to be asked for the header `authorization`, when a function was given. See `complete.ts`. */
  readonly auth: AuthFunction | undefined;
  /** Cookies given by hand. */
  readonly cookies: GivenCookies;
  readonly timeouts: SettledTimeouts;
  readonly stream: boolean;
  readonly signal: AbortSignal | undefined;
  readonly allowRedirects: boolean;
  readonly maxRedirects: number;
  /** Bytes, inflated. */
  readonly maxResponseSize: number;
  readonly decompress: boolean;
  /** In lower case. */
  readonly keepHeaders: boolean | readonly string[];
  readonly hooks: readonly ResponseHook[];
  readonly transport: TransportOptions;
}

/**
 * Makes a request of its options.
 *
 * Whose credentials are sent, the first of: `auth` of the call, its header `authorization`, those in its address, and
 * then the session's.
 *
 * @param url  Absolute, or relative to `baseUrl`.
 * @throws {OptionError} for a method, an address, a body or a combination that cannot be meant.
 */
export function prepare(method: string, url: string | URL, options: SettledOptions): HttpRequest {
  const verb = checkMethod(method);
  const { baseUrl } = options;
  const target = resolveUrl(url, baseUrl);
  const isAbroad = baseUrl !== undefined && target.url.origin !== baseUrl.origin;
  const rest = isAbroad ? abroad(options) : options;
  addQuery(target.url, rest.query);
  const headers = rest.headers.copy();
  const body = withBody(verb, target.url, headers, options);
  return {
    method: verb,
    url: target.url,
    headers,
    body,
    auth: authorize(headers, options, rest.auth, target.credentials),
    cookies: rest.cookies,
    timeouts: rest.timeouts,
    stream: rest.stream,
    signal: rest.signal,
    allowRedirects: rest.allowRedirects ?? verb !== 'HEAD',
    maxRedirects: rest.maxRedirects,
    maxResponseSize: rest.maxResponseSize,
    decompress: rest.decompress,
    keepHeaders: rest.keepHeaders,
    hooks: rest.hooks,
    transport: rest.transport,
  };
}

const usualMethods: ReadonlyMap<string, string> = new Map(
  ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'].flatMap((name) => [
    [name, name],
    [name.toLowerCase(), name],
  ]),
);

/** @throws {OptionError} for what is no method, and for CONNECT, which makes tunnels. */
export function checkMethod(method: unknown): string {
  const usual = usualMethods.get(method as string);
  if (usual !== undefined) return usual;
  if (typeof method !== 'string' || !/^[!#$%&'*+\-.^_`|~\w]+$/.test(method)) {
    throw new OptionError('method', method, 'must be a word such as GET or POST');
  }
  const verb = method.toUpperCase();
  if (verb === 'CONNECT')
    throw new OptionError('method', method, 'cannot be CONNECT (give proxies for a tunnel)');
  return verb;
}

function withBody(method: string, url: URL, headers: HeaderBag, options: SettledOptions): RequestBody {
  const { payload, own } = options;
  const body = payload === undefined ? noBody : bodyOf(payload, () => new LateName(method, url));
  if (body.kind !== 'none') {
    if (method === 'HEAD' || method === 'TRACE') {
      throw new OptionError('body', undefined, `cannot be sent with ${method}`, { got: 'one' });
    }
    setContentType(headers, body, own?.headers?.get('content-type')?.values?.[0]);
  }
  setContentLength(headers, body);
  return body;
}

// A type that was given wins, but for a form with files: only ours holds the boundary.
function setContentType(headers: HeaderBag, { contentType }: RequestBody, ownType: string | undefined): void {
  if (contentType === undefined) return;
  if (!contentType.startsWith('multipart/')) {
    if (!headers.has('content-type')) headers.set('content-type', contentType);
    return;
  }
  if (ownType !== undefined && !/^multipart\/form-data$/i.test(ownType.trim())) {
    const allowed = 'must be left out with a form of files, as it holds the boundary';
    throw new OptionError('headers.content-type', ownType, allowed);
  }
  headers.set('content-type', contentType);
}

// undici says the length of bytes; of a stream it knows no more than what the header says, and holds it to that.
function setContentLength(headers: HeaderBag, body: RequestBody): void {
  const given = headers.get('content-length');
  if (given === undefined && body.kind !== 'factory') return;
  const { length } = body;
  if (given !== undefined && length !== undefined && Number(given) !== length) {
    throw new OptionError(
      'headers.content-length',
      given,
      `must be left out, or be the ${length} bytes of the body`,
    );
  }
  if (body.kind === 'factory' && length !== undefined) headers.set('content-length', length);
  else if (given !== undefined && body.kind !== 'once' && body.kind !== 'factory')
    headers.delete('content-length');
}

// @returns the function that is to be asked later
function authorize(
  headers: HeaderBag,
  { own }: SettledOptions,
  auth: SettledOptions['auth'],
  credentials: Credentials | undefined,
): AuthFunction | undefined {
  const isOwn = own?.auth !== undefined;
  if (!isOwn && own?.headers?.has('authorization') === true) return undefined;
  const chosen = !isOwn && credentials !== undefined ? basic(credentials) : auth;
  if (typeof chosen === 'function') return chosen;
  if (chosen !== undefined) headers.set('authorization', chosen);
  return undefined;
}
