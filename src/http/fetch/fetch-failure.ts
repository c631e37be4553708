/**
 * What the error of a fetch means: whether the request was sent, and whether trying again can help.
 *
 * A fetch says little. Node's has the error of its transport as `cause`: where a connection was being made, nothing was
 * sent. Of all others, those of browsers above all, the server may have done the work.
 */
import { isStampedeError } from '../../core.js';
import { ConnectionError, HttpError, type RequestName } from '../http-errors.js';
import { failureOf } from '../wire/classify.js';

interface Clue {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
}

/** Codes that come before a connection is there. Those of Bun come last. */
const neverSent: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ESERVFAIL',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
  'FailedToOpenSocket',
]);

/** How those begin that have a code which comes at other times, too: `connect ECONNRESET`. */
const connecting = /^(?:connect|getaddrinfo|Client network socket disconnected before secure TLS)\b/;

/** What Node's fetch says where it is not the network that refuses. It has no code for it. */
const refusedByFetch =
  /^$|redirect|scheme|^(?:bad port|blocked|invalid method|proxy authentication required|cross origin not allowed|cors failure|integrity mismatch)/;

/**
 * What the error of a fetch means.
 *
 * @param isRefused  Whether the arguments are such that every fetch refuses them. Asked where the error does not tell.
 * @returns `undefined` for what is none of the network's doing, such as an `AbortError`.
 */
export function fetchFailure(
  error: unknown,
  what: RequestName,
  isRefused: () => boolean,
): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (typeof error !== 'object' || error === null || isStampedeError(error)) return undefined;
  if ((error as Clue).name === 'AbortError') return undefined;
  const clue = clueIn(error);
  if (clue === undefined) return withoutClue(error, what, isRefused);
  const facts = {
    what,
    connectTimeout: 0,
    readTimeout: 0,
    isKnownLine: true,
    isUntouched: false,
    upload: undefined,
  };
  const asQueued = failureOf(clue, { ...facts, phase: 'queued' });
  const isSent = !isNeverSent(clue);
  const meaning =
    isSent && !isPermanent(asQueued) ? failureOf(clue, { ...facts, phase: 'started' }) : asQueued;
  return meaning instanceof HttpError ? meaning : undefined;
}

/** The first in the chain of causes that has a code of a transport. */
function clueIn(error: Clue): Clue | undefined {
  let at: Clue | undefined = error;
  for (let depth = 0; depth < 5 && typeof at === 'object'; depth++) {
    if (typeof at.code === 'string' || at.name === 'HTTPParserError') return at;
    at = at.cause ?? undefined;
  }
  return undefined;
}

function isNeverSent({ code, syscall, message }: Clue): boolean {
  if (neverSent.has(code) || syscall === 'connect' || syscall === 'getaddrinfo') return true;
  return typeof message === 'string' && connecting.test(message);
}

function isPermanent(meaning: unknown): boolean {
  return !(meaning instanceof ConnectionError) || meaning.isPermanent;
}

function withoutClue(error: Clue, what: RequestName, isRefused: () => boolean): ConnectionError {
  const { message, cause } = error;
  const said = isPlain(cause) ? refusedByFetch.test(cause.message) : cause === undefined && isRefused();
  const facts = { phase: 'started', isPermanent: said, cause: error } as const;
  return new ConnectionError(what, typeof message === 'string' ? message : 'the fetch failed', facts);
}

function isPlain(cause: unknown): cause is { readonly message: string } {
  const { name, message } = (cause ?? {}) as Clue;
  return name === 'Error' && typeof message === 'string';
}
