/**
 * The body of an answer, as its raw bytes come in: what can be asked of it, and what it asks of its source.
 *
 * `received-body.ts` is the one that is read from the wire.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { UsageError } from '../../core.js';
import { type RequestName, ResponseSizeError } from '../http-errors.js';
import type { Forgettable } from './release.js';

/** The raw body of an answer. */
export interface IncomingBody extends Forgettable {
  /** Whether all bytes are here. */
  readonly isComplete: boolean;
  /**
   * All bytes.
   *
   * @throws {ReadTimeoutError | ConnectionError | ResponseSizeError} The promise is rejected with what ended the body.
   */
  bytes(): Promise<Buffer>;
  /** The bytes as they come. To destroy it frees the connection; a reader that is slow slows the server down. */
  stream(): Readable;
  /**
   * Nobody wants it: reads on, at most 64 KiB and one second, so that the connection can serve again; then closes it.
   * A body that is complete, or will be so, can still be read.
   */
  discard(): void;
  /** Closes the connection now. */
  abort(reason: Error): void;
  /** For who reads it in vain. @param why  Why it was let go of: a clause that starts with "because". */
  explain?(why: string): void;
}

/** Where a body comes from. Nothing is asked of it after its end. */
export interface BodySource {
  pause(): void;
  resume(): void;
  /** Only for so long: the rest is not wanted. */
  drain(): void;
  /** Frees the connection. The body gets no more bytes and no error. */
  close(reason: Error): void;
}

/** What is known of a body when its headers are here. */
export interface BodyFacts {
  readonly what: RequestName;
  /** The most bytes to collect. */
  readonly maxSize: number;
  /** How many bytes were announced. */
  readonly announced: number | undefined;
  /** Whether all are wanted, from the start. */
  readonly isCollected: boolean;
}

/** Too many bytes to collect. */
export function tooLarge(what: RequestName, maxSize: number): ResponseSizeError {
  return new ResponseSizeError(what, `the body is larger than ${maxSize} bytes (maxResponseSize)`);
}

/** A body that nobody can read any more. @param why  A clause that starts with "because", where that is known. */
export function isGone(why = ''): UsageError {
  const reason = why === '' ? '' : ` ${why}`;
  return new UsageError(`The body has been let go of${reason}, so it can be read no more.`);
}

/** A body that somebody else reads. */
export function inUse(how: string): UsageError {
  return new UsageError(`The body is being ${how}; it can be read only once.`);
}

/** Whether the status says that no body follows, whatever the headers say. */
export function hasNoBody(status: number | undefined): boolean {
  return status === 204 || status === 304;
}

/** How many bytes are announced. */
export function lengthIn(headers: IncomingHttpHeaders): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}
