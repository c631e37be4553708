/**
 * As whom a request comes.
 */
import { OptionError, checkKeys } from '../../core.js';
import type { HeaderBag, HeadersInput } from './headers.js';
import type { Credentials } from './url.js';

/** What an auth function sees: copies, as it says what it wants by what it returns. */
export interface AuthRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: HeaderBag;
  /** The body, to be signed. `undefined` where there is none, or where it is a stream. */
  readonly body: Uint8Array | undefined;
}

/** Gives the value of the header `authorization`, or headers to be set, or nothing; or a promise of it. */
export type AuthFunction = (request: AuthRequest) => AuthAnswer | PromiseLike<AuthAnswer>;

export type AuthAnswer = string | HeadersInput | undefined | null;

/** User and password (Basic, RFC 7617), a token (Bearer, RFC 6750), or a function that is asked for each call. */
export type AuthInput =
  readonly [username: string, password: string] | Credentials | { readonly bearer: string } | AuthFunction;

/** The value of the header `authorization`, or who knows it. */
export type Auth = string | AuthFunction;

/**
 * Checks the option `auth`.
 *
 *     readAuth(['me', 'secret'])     // 'Basic bWU6c2VjcmV0'
 *     readAuth({ bearer: 'abc' })    // 'Bearer abc'
 *
 * @throws {OptionError} that does not show what was given.
 */
export function readAuth(given: AuthInput): Auth {
  if (typeof given === 'function') return given;
  if (Array.isArray(given)) return readPair(given);
  if (typeof given !== 'object' || given === null) throw refuse('auth', given);
  if ('bearer' in given) return readBearer(given);
  checkNames(given, ['username', 'password']);
  return basic(given as Credentials);
}

/** The value of `authorization` for a user and a password, in UTF-8. @throws {OptionError} */
export function basic({ username, password }: Credentials): string {
  if (typeof username !== 'string' || typeof password !== 'string') throw refuse('auth', undefined);
  if (username.includes(':'))
    throw new OptionError('auth', undefined, 'must have no colon in the name', hidden);
  // eslint-disable-next-line no-control-regex -- RFC 7617 forbids them
  if (/[\x00-\x1f\x7f]/.test(username + password)) {
    throw new OptionError('auth', undefined, 'must have no control characters, such as a line break', hidden);
  }
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

const hidden = { got: 'what is not shown here' };

function readPair(given: readonly unknown[]): string {
  if (given.length !== 2)
    throw new OptionError('auth', undefined, 'as a list must be [user, password]', hidden);
  return basic({ username: given[0] as string, password: given[1] as string });
}

function readBearer(given: object): string {
  checkNames(given, ['bearer']);
  const { bearer } = given as { bearer: unknown };
  if (typeof bearer !== 'string' || !/^[\x21-\x7e]+$/.test(bearer)) {
    const allowed = 'must be a token without spaces and line breaks (and without the word Bearer)';
    throw new OptionError('auth.bearer', undefined, allowed, hidden);
  }
  return `Bearer ${bearer}`;
}

const synonyms = { user: 'username', name: 'username', pass: 'password', token: 'bearer' };

// checkKeys shows the value of a key it does not know.
function checkNames(given: object, names: readonly string[]): void {
  checkKeys('auth', Object.fromEntries(Object.keys(given).map((key) => [key, '...'])), names, synonyms);
}

function refuse(option: string, given: unknown): OptionError {
  const allowed = 'must be [user, password], { username, password }, { bearer: token } or a function';
  return new OptionError(option, undefined, allowed, { got: `a ${given === null ? 'null' : typeof given}` });
}
