/**
 * The answer as the caller gets it: its headers at once, its body decoded when somebody asks.
 */
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { type Ms, UsageError } from '../core.js';
import { Answered } from './answered.js';
import { cookiesOf } from './cookies.js';
import { type RequestName, ResponseSizeError } from './http-errors.js';
import type { Bytes, HttpResponse, ResponseHeaders } from './http-response.js';
import { retryAfterOf } from './judgement/rate-headers.js';
import { Lines } from './lines.js';
import { AnswerHeaders } from './response-headers.js';
import { shownUrl } from './request/url.js';
import { type DecodedBody, decodeBytes, decodeStream, decodersOf } from './wire/decode.js';
import type { Answer } from './wire/exchange-options.js';
import { releaseWhenForgotten } from './wire/release.js';

// Here, and not beside the rest, so that the door for browsers needs no types of Node.
declare module './http-response.js' {
  interface HttpResponse {
    /**
     * The body as a stream, decoded, of any size: `maxResponseSize` does not hold for it. The same one at every call. A
     * reader that is slow slows the server down. To destroy it, or to leave a `for await` early, frees the connection.
     *
     * It fails with what `bytes()` throws.
     */
    readonly body: Readable;
  }
}

/** What an answer is an answer to. */
export interface Asked {
  readonly method: string;
  /** The address it came from, with its query. */
  readonly from: URL;
  /** The most bytes a collected body may have once it is inflated. */
  readonly maxResponseSize: number;
  /** Whether the body is inflated, as `content-encoding` says. */
  readonly decompress: boolean;
  /** Milliseconds since 1970, when the answer came. */
  readonly date: Ms;
}

/** An answer of the wire, with what its call knows. */
export class WireResponse extends Answered {
  readonly status: number;
  readonly reason: string;
  readonly elapsed: Ms;
  /** The redirects that led here. Set by the call. */
  history: readonly HttpResponse[] = [];
  readonly #answer: Answer;
  readonly #asked: Asked;
  #headers: ResponseHeaders | undefined;
  #bytes: Promise<Bytes> | undefined;
  #body: Readable | undefined;

  constructor(answer: Answer, asked: Asked, elapsed: Ms) {
    super();
    this.status = answer.status;
    this.reason = answer.reason;
    this.elapsed = elapsed;
    this.#answer = answer;
    this.#asked = asked;
    if (!answer.body.isComplete) releaseWhenForgotten(this, answer.body);
  }

  protected get asked(): RequestName {
    const { method, from } = this.#asked;
    return { method, url: shownUrl(from) };
  }

  override get method(): string {
    return this.#asked.method;
  }

  get url(): string {
    return this.#asked.from.href;
  }

  get headers(): ResponseHeaders {
    return (this.#headers ??= new AnswerHeaders(this.#answer.headers));
  }

  /** A header as the transport has it, without making anything. @param name  In lower case. */
  raw(name: string): string | string[] | undefined {
    return this.#answer.headers[name];
  }

  get cookies(): Readonly<Record<string, string>> {
    return cookiesOf(this.headers.getAll('set-cookie'));
  }

  get retryAfter(): Ms | undefined {
    return retryAfterOf(this.status, this.#answer.headers, this.#asked.date);
  }

  /** Whether nothing is left to be taken in. */
  get isSettled(): boolean {
    return this.#body !== undefined || (this.#answer.body.isComplete && !this.isEncoded);
  }

  /** Takes in what is left of the body, as far as it goes: who asks for it is told what went wrong. */
  async settle(): Promise<void> {
    if (!this.isSettled) await this.bytes().catch(() => undefined);
  }

  /** Whether the body is to be decoded. */
  get isEncoded(): boolean {
    return this.raw('content-encoding') !== undefined;
  }

  /** A retry was to take its place, and is not sent: this is what there is. */
  standIn(): void {
    this.#answer.body.explain?.('because a retry was due (no more than 64 KiB of it is kept then)');
  }

  bytes(): Promise<Bytes> {
    if (this.#bytes !== undefined) return this.#bytes;
    if (this.#body !== undefined)
      return Promise.reject(new UsageError('The body is being read as a stream.'));
    return (this.#bytes = this.isEncoded ? this.#decoded() : (this.#answer.body.bytes() as Promise<Bytes>));
  }

  async text(): Promise<string> {
    const bytes = await this.bytes();
    return new TextDecoder(charsetOf(this.headers.get('content-type'))).decode(bytes);
  }

  get body(): Readable {
    if (this.#body !== undefined) return this.#body;
    if (this.#bytes !== undefined) return (this.#body = Readable.from(later(this.#bytes)));
    return (this.#body = decodeStream(this.#answer.body.stream(), this.#encodings(), this.#decodes));
  }

  async *lines(): AsyncGenerator<string> {
    const { maxResponseSize } = this.#asked;
    const what = `a line of the body is longer than ${maxResponseSize} characters (maxResponseSize)`;
    const lines = new Lines(maxResponseSize, () =>
      Object.assign(new ResponseSizeError(this.asked, what), { response: this }),
    );
    const decoder = new TextDecoder(charsetOf(this.headers.get('content-type')));
    for await (const chunk of this.body) {
      yield* lines.add(decoder.decode(chunk as Uint8Array, { stream: true }));
    }
    yield* lines.add(decoder.decode());
    const last = lines.end();
    if (last !== '') yield last;
  }

  /** Lets go of a body that nobody wants: reads what is left of a small one, closes the connection of a large one. */
  close(): void {
    if (this.#body !== undefined) this.#body.destroy();
    else if (this.#bytes === undefined) this.#answer.body.discard();
  }

  /** What logs show: not what is secret in cookies, other headers, the query and the body. */
  toJSON(): object {
    const { status, reason, method, elapsed } = this;
    const { from } = this.#asked;
    const headers = Object.keys(this.#answer.headers);
    const type = this.headers.get('content-type');
    return { status, reason, method, url: shownUrl(from), type, headers, elapsed };
  }

  [inspect.custom](_depth: number, options: object): string {
    return `HttpResponse ${inspect(this.toJSON(), options)}`;
  }

  async #decoded(): Promise<Bytes> {
    const raw = await this.#answer.body.bytes();
    const encodings = this.#encodings();
    if (encodings.length === 0) return raw as Bytes;
    return (await decodeBytes(raw, encodings, this.#asked.maxResponseSize, this.#decodes)) as Bytes;
  }

  get #decodes(): DecodedBody {
    const { method, url } = this.asked;
    return { method, url, response: this };
  }

  #encodings(): ReturnType<typeof decodersOf> {
    const isPlain = !this.#asked.decompress || this.#asked.method === 'HEAD';
    return decodersOf(isPlain ? undefined : this.headers.get('content-encoding'), this.#decodes);
  }
}

async function* later(bytes: Promise<Bytes>): AsyncGenerator<Bytes> {
  yield await bytes;
}

// A charset that nobody knows is read as UTF-8, which is what it mostly is.
function charsetOf(contentType = ''): string {
  const [, label = 'utf-8'] = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return 'utf-8';
  }
}
