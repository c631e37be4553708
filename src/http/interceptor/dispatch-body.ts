/**
 * What a dispatcher is given to send, and whether it can send it again.
 */
import type { Dispatcher } from 'undici';
import type { RequestName } from '../http-errors.js';
import { bytesOf, isBytes } from '../request/body-kinds.js';
import { OneShot, isStreamInput } from '../request/one-shot-body.js';

/** What undici takes. */
export type DispatchedBody = Dispatcher.DispatchOptions['body'];

/** The body of a call, for all its attempts. */
export interface GuestBody {
  readonly isReplayable: boolean;
  /** Whether a piece of a body that can be read only once has been asked for. */
  readonly wasRead: boolean;
  /** What is sent in the next attempt. */
  open(): DispatchedBody;
  /** The call is over: a stream that nobody has read is let go. */
  close(): void;
}

/**
 * The body that a request was given.
 *
 * A stream, and whatever else can be read only once (all bodies of `undici.fetch` are such), is read when undici reads
 * it, so that an attempt whose connection fails leaves it as it was. A `FormData` gets a new boundary in each attempt.
 *
 * @param request  What it belongs to, for errors.
 * @throws {OptionError} for a stream that has been read already.
 */
export function guestBody(given: unknown, request: () => RequestName): GuestBody {
  if (isBytes(given)) return new AnyTimes(bytesOf(given, true));
  if (typeof given === 'object' && given !== null && isStreamInput(given)) {
    return new OneTime(new OneShot(given, request));
  }
  return new AnyTimes(given as DispatchedBody);
}

class AnyTimes implements GuestBody {
  readonly isReplayable = true;
  readonly wasRead = false;
  readonly #body: DispatchedBody;

  constructor(body: DispatchedBody) {
    this.#body = body;
  }

  open(): DispatchedBody {
    return this.#body;
  }

  close(): void {
    // holds nothing that must be let go
  }
}

class OneTime implements GuestBody {
  readonly isReplayable = false;
  readonly #stream: OneShot;

  constructor(stream: OneShot) {
    this.#stream = stream;
  }

  get wasRead(): boolean {
    return this.#stream.wasRead;
  }

  open(): DispatchedBody {
    return this.#stream.open();
  }

  close(): void {
    this.#stream.close();
  }
}
