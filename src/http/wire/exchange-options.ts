/**
 * What an exchange is given, and what it gives.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Ms } from '../../core.js';
import type { IncomingBody } from './incoming-body.js';
import type { Limits } from './patience.js';
import type { Traffic } from './traffic.js';

/** What is sent, and how long it may take. */
export interface ExchangeOptions extends Limits {
  readonly method: string;
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  /** Name, value, name, value. */
  readonly headers: string[];
  /** A stream is not destroyed unless it has been begun to be sent. */
  readonly body: Uint8Array | string | Readable | null;
  readonly signal: AbortSignal | undefined;
  /** The most raw bytes that are collected. */
  readonly maxSize: number;
  /** Whether the body is to be collected before the answer is given; else the answer comes at its headers. */
  collects(status: number): boolean;
  /** Is told the answer as soon as its headers are here: when its body then fails, this is all there is to know. */
  readonly seen?: { head?: Answer } | undefined;
  /** Whether the body is the caller's to read, so that it may rest unread for any time. @default false */
  readonly isStream?: boolean | undefined;
  /** What is under way for the one who sends. */
  readonly traffic?: Traffic | undefined;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** With lower-case names. */
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingBody;
  /** Moment on the clock. */
  readonly headersAt: Ms;
}
