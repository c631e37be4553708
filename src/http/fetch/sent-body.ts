/**
 * What a fetch sends, and whether it can send it again.
 *
 * Text, bytes, a `Blob`, a form and a `URLSearchParams` are sent anew by each attempt, as they were when the call was
 * made. A stream is sent once. Of a `Request` nobody can tell what its body was made of; a copy of its first mebibyte is
 * kept, and if that is all, it can be sent again. What is larger is never kept: it is sent once.
 */
import { type WithBody, readAll, readerOf } from './web-streams.js';

/** The body of a call, for all its attempts. */
export interface SentBody {
  readonly isReplayable: boolean;
  /** Whether a body that can be sent only once has been handed over. */
  readonly wasRead: boolean;
  /** What `init` says of the body in the next attempt; empty where the `Request` has it. */
  open(): { readonly body?: unknown };
}

/** No body, or one that can be sent any number of times. */
class AnyTimes implements SentBody {
  readonly isReplayable = true;
  readonly wasRead = false;
  readonly #init: { readonly body?: unknown };

  constructor(init: { readonly body?: unknown }) {
    this.#init = init;
  }

  open(): { readonly body?: unknown } {
    return this.#init;
  }
}

/** A stream. */
class OneTime implements SentBody {
  readonly isReplayable = false;
  wasRead = false;
  readonly #init: { readonly body?: unknown };

  constructor(init: { readonly body?: unknown }) {
    this.#init = init;
  }

  // A fetch locks the stream before anything is sent, so it is gone even if the connection fails.
  open(): { readonly body?: unknown } {
    this.wasRead = true;
    return this.#init;
  }
}

/** The most that is kept of a `Request`, in bytes. */
const mostKept = 1024 * 1024;

class KeptBody implements SentBody {
  wasRead = false;
  #kept: Uint8Array | undefined;

  constructor(request: Request) {
    void this.#keep(request.clone());
  }

  get isReplayable(): boolean {
    return this.#kept !== undefined;
  }

  open(): { readonly body?: unknown } {
    if (this.wasRead) return { body: this.#kept };
    this.wasRead = true;
    return {};
  }

  async #keep(copy: Request): Promise<void> {
    try {
      const reader = readerOf(copy);
      // Firefox does not show the body of a request.
      if (reader === undefined) this.#kept = new Uint8Array(await copy.arrayBuffer());
      else this.#kept = await readAll(reader, mostKept);
    } catch {
      // who sends it is told
    }
  }
}

const nothing: SentBody = new AnyTimes({});

/**
 * What a call sends.
 *
 * @param request  The `Request` that was given, whose body counts where `init` has none.
 * @param keeps    Whether there may be another attempt, so that a copy is of use.
 */
export function sentBody(request: Request | undefined, given: unknown, keeps: boolean): SentBody {
  if (given !== undefined && given !== null) return initBody(given);
  if (request === undefined || !hasBody(request)) return nothing;
  const isFresh = !request.bodyUsed && request.body?.locked !== true;
  return keeps && isFresh ? new KeptBody(request) : new OneTime({});
}

function hasBody(request: Request): boolean {
  const { body } = request as WithBody;
  return body === undefined ? request.method !== 'GET' && request.method !== 'HEAD' : body !== null;
}

function initBody(given: unknown): SentBody {
  const isStream = typeof given === 'object' && given !== null && isReadOnce(given);
  return isStream ? new OneTime({ body: given }) : new AnyTimes({ body: snapshot(given) });
}

function isReadOnce(value: object): boolean {
  const { getReader, pipe, next } = value as { getReader?: unknown; pipe?: unknown; next?: unknown };
  const isReadable = [getReader, pipe, next].some((method) => typeof method === 'function');
  return isReadable || Symbol.asyncIterator in value;
}

// The caller may change what was given as soon as the call is made: a plain fetch has read it by then.
function snapshot(given: unknown): unknown {
  if (ArrayBuffer.isView(given))
    return new Uint8Array(given.buffer, given.byteOffset, given.byteLength).slice();
  // By its name, since it may come from another realm or another fetch.
  switch (Object.prototype.toString.call(given)) {
    case '[object ArrayBuffer]':
      return (given as ArrayBuffer).slice(0);
    case '[object URLSearchParams]':
      return new URLSearchParams(given as URLSearchParams);
    case '[object FormData]':
      return copyOf(given as FormData);
    default:
      return given;
  }
}

function copyOf(form: FormData): FormData {
  const copy = new (form.constructor as typeof FormData)();
  for (const [name, value] of form) copy.append(name, value);
  return copy;
}
