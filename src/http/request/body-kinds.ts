/**
 * The bodies of requests, and whether they can be sent again.
 *
 * What is given is made into bytes once, and every attempt sends these very bytes. A function is asked for a fresh
 * body at each attempt; a stream is sent at most once. Only a form with files needs a moment: `ready()`.
 */
import type { Readable } from 'node:stream';
import { OptionError } from '../../core.js';
import type { RequestName } from '../http-errors.js';
import { encodeForm, isBlob } from './multipart.js';
import { OneShot, type StreamInput, checkFresh, isStreamInput, toReadable } from './one-shot-body.js';

/** Gives a fresh body at each attempt. */
export type BodyFactory = () => string | Uint8Array | StreamInput;

/** The body of a request, for all its attempts. */
export interface RequestBody {
  readonly kind: 'none' | 'bytes' | 'factory' | 'once';
  /** Whether it can be sent more than once. */
  readonly isReplayable: boolean;
  /** In bytes; `undefined` where nobody knows before it is sent. */
  readonly length: number | undefined;
  /** Its media type, where the way it was given tells. */
  readonly contentType: string | undefined;
  /** Whether a piece of a body that can be read only once has been asked for. */
  readonly wasRead: boolean;
  /** What has to be waited for before `open`: the encoding of a form. Mostly `undefined`. */
  ready(): Promise<void> | undefined;
  /**
   * What is sent in one attempt.
   *
   * @throws {BodyReplayError} for a body that can be read only once and has been read.
   * @throws What a body function throws; {OptionError} when it gives what cannot be sent.
   */
  open(): Uint8Array | string | Readable | null;
  /** The call is over: a stream that nobody has read is let go. */
  close(): void;
}

/** No body. */
export const noBody: RequestBody = {
  kind: 'none',
  isReplayable: true,
  length: 0,
  contentType: undefined,
  wasRead: false,
  ready: nothing,
  open: () => null,
  close: nothing,
};

function nothing(): undefined {
  return undefined;
}

/** Whether a value is bytes in memory. */
export function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value) || isSharedBuffer(value);
}

function isSharedBuffer(value: unknown): boolean {
  return typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer;
}

/**
 * The bytes of a buffer or a view.
 *
 * @param copies  Whether the bytes may change later.
 */
export function bytesOf(given: ArrayBuffer | ArrayBufferView, copies: boolean): Buffer {
  const view = ArrayBuffer.isView(given)
    ? Buffer.from(given.buffer, given.byteOffset, given.byteLength)
    : Buffer.from(given);
  return copies ? Buffer.from(view) : view;
}

export class Bytes implements RequestBody {
  readonly kind = 'bytes';
  readonly isReplayable = true;
  readonly wasRead = false;

  /** @param content  Text stays text, so that mocks of undici can be told what to expect. */
  constructor(
    readonly content: Buffer | string,
    readonly contentType: string | undefined,
  ) {}

  get length(): number {
    return Buffer.byteLength(this.content);
  }

  ready(): undefined {
    return undefined;
  }

  open(): Uint8Array | string {
    return this.content;
  }

  close(): void {
    // holds nothing that must be let go
  }
}

export class FormBody implements RequestBody {
  readonly kind = 'bytes';
  readonly isReplayable = true;
  readonly wasRead = false;
  readonly contentType: string;
  readonly #encode: () => Promise<Uint8Array>;
  #ready: Promise<void> | undefined;
  #bytes: Uint8Array | undefined;

  constructor(form: Parameters<typeof encodeForm>[0]) {
    const { contentType, bytes } = encodeForm(form);
    this.contentType = contentType;
    this.#encode = bytes;
  }

  get length(): number | undefined {
    return this.#bytes?.byteLength;
  }

  ready(): Promise<void> | undefined {
    if (this.#bytes !== undefined) return undefined;
    this.#ready ??= this.#encode().then((bytes) => void (this.#bytes = bytes));
    return this.#ready;
  }

  open(): Uint8Array {
    if (this.#bytes === undefined) throw new Error('ready() of a form must be waited for before open()');
    return this.#bytes;
  }

  close(): void {
    // holds nothing that must be let go
  }
}

export class BlobBody implements RequestBody {
  readonly kind = 'factory';
  readonly isReplayable = true;
  readonly wasRead = false;
  readonly #blob: Blob;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  get length(): number {
    return this.#blob.size;
  }

  get contentType(): string | undefined {
    return this.#blob.type === '' ? undefined : this.#blob.type;
  }

  ready(): undefined {
    return undefined;
  }

  // A blob may be a file on disk: it is read piece by piece, at each attempt from its start.
  open(): Readable | null {
    return this.#blob.size === 0 ? null : toReadable(this.#blob.stream() as StreamInput);
  }

  close(): void {
    // a blob is closed by whoever reads it
  }
}

export class Factory implements RequestBody {
  readonly kind = 'factory';
  readonly isReplayable = true;
  readonly wasRead = false;
  readonly length = undefined;
  readonly contentType = undefined;
  readonly #option: string;
  readonly #make: BodyFactory;

  constructor(option: string, make: BodyFactory) {
    this.#option = option;
    this.#make = make;
  }

  ready(): undefined {
    return undefined;
  }

  open(): Uint8Array | string | Readable {
    const made: unknown = this.#make();
    if (typeof made === 'string') return made;
    if (isBytes(made)) return bytesOf(made, false);
    if (isBlob(made)) return toReadable(made.stream() as StreamInput);
    if (typeof made === 'object' && made !== null && isStreamInput(made)) {
      checkFresh(`What ${this.#option}() gives`, made);
      return toReadable(made);
    }
    throw new OptionError(
      `What ${this.#option}() gives`,
      made,
      'must be a stream, text or bytes (not a promise)',
    );
  }

  close(): void {
    // each stream belongs to its attempt
  }
}

export class Once implements RequestBody {
  readonly kind = 'once';
  readonly isReplayable = false;
  readonly length = undefined;
  readonly contentType = undefined;
  readonly #stream: OneShot;

  constructor(source: StreamInput, request: () => RequestName) {
    this.#stream = new OneShot(source, request);
  }

  get wasRead(): boolean {
    return this.#stream.wasRead;
  }

  ready(): undefined {
    return undefined;
  }

  open(): Readable {
    return this.#stream.open();
  }

  close(): void {
    this.#stream.close();
  }
}
