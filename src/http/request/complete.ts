/**
 * What of a request takes a moment: the encoding of a form with files, and the question to an auth function.
 */
import { OptionError, isThenable } from '../../core.js';
import type { AuthAnswer } from './auth.js';
import type { HttpRequest } from './prepare.js';

/**
 * Completes a request. Most are complete, and come back at once and as they are.
 *
 *     const request = complete(prepare('POST', url, options));
 *     send(request instanceof Promise ? await request : request);
 */
export function complete(request: HttpRequest): HttpRequest | Promise<HttpRequest> {
  const ready = request.body.ready();
  if (ready !== undefined) return ready.then(() => applyAuth(request));
  return request.auth === undefined ? request : applyAuth(request);
}

/**
 * Asks the auth function of a request, if it has one, for what is to be set.
 *
 * @throws What the function throws; {OptionError} when it gives neither text nor headers nor nothing.
 */
export function applyAuth(request: HttpRequest): HttpRequest | Promise<HttpRequest> {
  const { auth, method, url, headers, body } = request;
  if (auth === undefined) return request;
  const bytes = body.kind === 'bytes' ? Buffer.from(body.open() as Uint8Array | string) : undefined;
  const answer = auth({ method, url: new URL(url), headers: headers.copy(), body: bytes });
  if (isThenable(answer)) return Promise.resolve(answer).then((settled) => authorized(request, settled));
  return authorized(request, answer);
}

function authorized(request: HttpRequest, answer: AuthAnswer): HttpRequest {
  if (answer === undefined || answer === null) return { ...request, auth: undefined };
  if (typeof answer !== 'string' && typeof answer !== 'object') {
    const allowed = 'must give the value of authorization, headers, or nothing';
    throw new OptionError('auth', undefined, allowed, { got: `a ${typeof answer}` });
  }
  const given = typeof answer === 'string' ? { authorization: answer } : answer;
  return { ...request, auth: undefined, headers: request.headers.merged(given) };
}
