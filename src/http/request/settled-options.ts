/**
 * What holds for a request: the options of the call on top of those of its session on top of ours.
 */
import { type Auth, basic } from './auth.js';
import type { Payload } from './body.js';
import type { CheckedRequestOptions } from './checked-options.js';
import { type GivenCookies, mergedCookies } from './given-cookies.js';
import { HeaderBag, isHarmless } from './headers.js';
import type { ResponseHook } from './hooks.js';
import { type Params, encoded, mergedParams } from './params.js';
import { type GivenTimeouts, type SettledTimeouts, settledTimeouts } from './timeouts.js';
import type { TransportOptions } from './transport-options.js';
import type { BaseUrl } from './url.js';

/** Options of which every one has a value. */
export interface SettledOptions {
  readonly params: Params;
  /** The params as they stand in a query. */
  readonly query: string;
  readonly headers: HeaderBag;
  readonly cookies: GivenCookies;
  readonly auth: Auth | undefined;
  readonly givenTimeouts: GivenTimeouts;
  readonly timeouts: SettledTimeouts;
  /** `undefined`: as the method has it. */
  readonly allowRedirects: boolean | undefined;
  readonly maxRedirects: number;
  readonly transport: TransportOptions;
  readonly stream: boolean;
  readonly hooks: readonly ResponseHook[];
  readonly baseUrl: BaseUrl | undefined;
  readonly maxResponseSize: number;
  readonly keepHeaders: boolean | readonly string[];
  readonly decompress: boolean;
  readonly payload: Payload | undefined;
  readonly signal: AbortSignal | undefined;
  /** What was said last: by the call itself. */
  readonly own: CheckedRequestOptions | undefined;
}

const encodings = 'gzip, deflate, br';

/** What holds where nobody says anything. */
export const requestDefaults: SettledOptions = {
  params: new Map(),
  query: '',
  headers: HeaderBag.from({
    accept: '*/*',
    'accept-encoding': encodings,
    'user-agent': 'stampede-js',
  }),
  cookies: {},
  auth: undefined,
  givenTimeouts: {},
  timeouts: settledTimeouts({}),
  allowRedirects: undefined,
  maxRedirects: 10,
  transport: { proxies: undefined, verify: true, cert: undefined, trustEnv: false, dispatcher: undefined },
  stream: false,
  hooks: [],
  baseUrl: undefined,
  maxResponseSize: 64 * 1024 * 1024,
  keepHeaders: false,
  decompress: true,
  payload: undefined,
  signal: undefined,
  own: undefined,
};

/**
 * Options with others on top: key by key for params, headers, cookies, hooks and timeout, one for the other elsewhere.
 * What the others say nothing of stays the very same object, `transport` among it, so that agents can be found by it.
 *
 *     const session = mergeRequestOptions(requestDefaults, checkSessionOptions('RetrySession', options));
 *     prepare('GET', url, mergeRequestOptions(session, checkRequestOptions('get', callOptions)));
 */
export function mergeRequestOptions(base: SettledOptions, over: CheckedRequestOptions): SettledOptions {
  const params = over.params === undefined ? base.params : mergedParams(base.params, over.params);
  const givenTimeouts =
    over.timeout === undefined ? base.givenTimeouts : { ...base.givenTimeouts, ...over.timeout };
  const decompress = over.decompress ?? base.decompress;
  return {
    params,
    query: params === base.params ? base.query : encoded(params),
    headers: mergedHeaders(base, over, decompress),
    cookies: over.cookies === undefined ? base.cookies : mergedCookies(base.cookies, over.cookies),
    auth: mergedAuth(base, over),
    givenTimeouts,
    timeouts: over.timeout === undefined ? base.timeouts : settledTimeouts(givenTimeouts),
    allowRedirects: over.allowRedirects ?? base.allowRedirects,
    maxRedirects: over.maxRedirects ?? base.maxRedirects,
    transport: mergedTransport(base.transport, over),
    stream: over.stream ?? base.stream,
    hooks: over.hooks ?? base.hooks,
    baseUrl: over.baseUrl === undefined ? base.baseUrl : (over.baseUrl ?? undefined),
    maxResponseSize: over.maxResponseSize ?? base.maxResponseSize,
    keepHeaders: over.keepHeaders ?? base.keepHeaders,
    decompress,
    payload: over.payload,
    signal: over.signal,
    own: over,
  };
}

function mergedAuth(base: SettledOptions, { auth, baseUrl }: CheckedRequestOptions): Auth | undefined {
  if (auth !== undefined) return auth ?? undefined;
  return baseUrl?.credentials === undefined ? base.auth : basic(baseUrl.credentials);
}

function mergedHeaders(base: SettledOptions, over: CheckedRequestOptions, decompress: boolean): HeaderBag {
  if (over.headers === undefined && decompress === base.decompress) return base.headers;
  const headers = base.headers.copy();
  if (decompress !== base.decompress) {
    if (decompress && !headers.has('accept-encoding')) headers.set('accept-encoding', encodings);
    if (!decompress && headers.get('accept-encoding') === encodings) headers.delete('accept-encoding');
  }
  return over.headers === undefined ? headers : headers.changed(over.headers);
}

function mergedTransport(base: TransportOptions, over: CheckedRequestOptions): TransportOptions {
  const { proxies, verify, cert, trustEnv, dispatcher } = over;
  const isSame = [proxies, verify, cert, trustEnv, dispatcher].every((option) => option === undefined);
  if (isSame) return base;
  return {
    proxies: proxies === undefined ? base.proxies : (proxies ?? undefined),
    verify: verify ?? base.verify,
    cert: cert === undefined ? base.cert : (cert ?? undefined),
    trustEnv: trustEnv ?? base.trustEnv,
    dispatcher: dispatcher === undefined ? base.dispatcher : (dispatcher ?? undefined),
  };
}

/**
 * The options for an address that is not of the base's origin: what the session says was not meant for it, so only what
 * the call itself says is sent, and headers that are no secret. The same that goes along a redirect.
 */
export function abroad(options: SettledOptions): SettledOptions {
  const { keepHeaders, own } = options;
  if (keepHeaders === true) return options;
  const keeps = (name: string): boolean =>
    isHarmless(name) ||
    own?.headers?.has(name) === true ||
    (keepHeaders !== false && keepHeaders.includes(name));
  return {
    ...options,
    query: own?.params === undefined ? '' : encoded(own.params),
    headers: options.headers.filter(keeps),
    cookies: own?.cookies === undefined ? {} : mergedCookies({}, own.cookies),
    auth: own?.auth ?? undefined,
  };
}
