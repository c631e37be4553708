/**
 * Where a redirect leads, and what of the request goes along.
 *
 * As browsers and requests do it: 301 and 302 turn POST into GET, 303 everything but HEAD, 307 and 308 nothing. To
 * another origin (scheme, host, port) nothing goes that could be a secret.
 */
import { type HttpError, RedirectError } from './http-errors.js';
import type { HttpResponse } from './http-response.js';
import { noBody } from './request/body.js';
import type { GivenCookies } from './request/given-cookies.js';
import { type HeaderBag, isHarmless } from './request/headers.js';
import type { HttpRequest } from './request/prepare.js';

/** Whether a status redirects, where the answer says where to. */
export function isRedirect(status: number): boolean {
  return redirecting.has(status);
}

const redirecting = new Set([301, 302, 303, 307, 308]);

/**
 * The request that a redirect asks for.
 *
 * @param location  The header `location`, absolute or not.
 * @throws {RedirectError} when it leads where no request can go, to plain http from https, or would need a body again
 *   that can be read only once. The error has the response.
 */
export function redirected(request: HttpRequest, response: HttpResponse, location: string): HttpRequest {
  const url = targetOf(request, response, location);
  const method = methodAfter(response.status, request.method);
  const keepsBody = method === request.method;
  if (keepsBody && !request.body.isReplayable) {
    throw new RedirectError(
      response,
      'the body can be read only once, so it cannot follow the redirect',
      response,
    );
  }
  const isSameOrigin = url.origin === request.url.origin;
  const headers = isSameOrigin ? request.headers : withoutSecrets(request);
  return {
    ...request,
    method,
    url,
    headers: keepsBody ? headers : withoutContent(headers),
    body: keepsBody ? request.body : noBody,
    cookies: isSameOrigin ? without(request.cookies, response.cookies) : {},
  };
}

// What the server has set on the way is newer than what was given by hand.
function without(cookies: GivenCookies, set: GivenCookies): GivenCookies {
  return Object.fromEntries(Object.entries(cookies).filter(([name]) => !Object.hasOwn(set, name)));
}

function targetOf(request: HttpRequest, response: HttpResponse, given: string): URL {
  const refuse = (why: string): HttpError => new RedirectError(response, `the redirect ${why}`, response);
  const location = inUtf8(given);
  if (!URL.canParse(location, request.url.href)) throw refuse('leads to no address');
  const url = new URL(location, request.url.href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse(`leads to ${url.protocol}`);
  if (request.url.protocol === 'https:' && url.protocol === 'http:') throw refuse('leads from https to http');
  url.username = ''; // who redirects does not choose as whom we come
  url.password = '';
  if (url.hash === '') url.hash = request.url.hash;
  return url;
}

// The transport reads bytes as Latin-1, and servers that write more than ASCII write UTF-8 (as requests has it).
function inUtf8(location: string): string {
  const text = Buffer.from(location, 'latin1').toString();
  return text.includes('\uFFFD') ? location : text;
}

function methodAfter(status: number, method: string): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return method === 'POST' && (status === 301 || status === 302) ? 'GET' : method;
}

function withoutSecrets({ headers, keepHeaders }: HttpRequest): HeaderBag {
  const kept = typeof keepHeaders === 'boolean' ? [] : keepHeaders;
  const keeps = (name: string): boolean => keepHeaders === true || isHarmless(name) || kept.includes(name);
  return headers.filter((name) => name !== 'host' && keeps(name)); // which names the origin that is left
}

function withoutContent(headers: HeaderBag): HeaderBag {
  return headers.filter((name) => !name.startsWith('content-'));
}
