/**
 * Where a wrapper may stand as a legacy decorator (`experimentalDecorators`), and where it may not. Standard
 * decorators have the same checks in `../types/wrapper.types.ts`.
 */
import { expectTypeOf } from 'expect-type';
import {
  type Duration,
  type Substitute,
  type Wrapper,
  expo,
  fibo,
  onException,
  onPredicate,
  retry,
  withRetry,
} from '../../src/index.js';

declare const wrapper: Wrapper;
declare const asyncOnly: Wrapper<PromiseLike<unknown>>;
declare const textOnly: Wrapper<string | PromiseLike<string>>;
declare function fallback<T>(value: T): Substitute<unknown, T>;
declare function gateway<T>(
  name: string,
  options: { readonly timeout?: Duration | undefined; readonly fallback: T },
): Substitute<PromiseLike<unknown>, T>;

class HttpError extends Error {
  declare readonly status: number;
}
class ConnError extends Error {
  declare readonly host: string;
}
interface Item {
  readonly title: string;
}
interface Job {
  readonly status: 'pending' | 'done';
}
declare const log: { warn(...what: unknown[]): void };
declare function loadItems(): Promise<Item[]>;
declare function getJob(id: number): Promise<Job>;

// The lines of user code that must read and type as they stand.

// prettier-ignore
export class Lines {
  readonly attempts = 5;

  @onException(expo, [HttpError, ConnError], { maxTime: '10s', onBackoff: ({ error, wait }) => log.warn(error.message, wait) })
  async load(): Promise<Item[]> {
    return loadItems();
  }

  @onPredicate(fibo, (job: Job) => job.status === 'pending')
  async job(id: number): Promise<Job> {
    return getJob(id);
  }

  @onException(expo, HttpError, { maxTries(this: Lines) { return this.attempts } })
  async own(): Promise<Item[]> {
    return loadItems();
  }

  @gateway('recs', { fallback: null }) async top(): Promise<Item[] | null> {
    return loadItems();
  }
}

expectTypeOf<Lines['load']>().toEqualTypeOf<() => Promise<Item[]>>();
expectTypeOf<Lines['top']>().toEqualTypeOf<() => Promise<Item[] | null>>();

// Methods.

const key = Symbol('key');

abstract class Base {
  protected abstract fetch(id: number): Promise<string>;
  async inherited(): Promise<string> {
    return 'base';
  }
}

export class Api extends Base {
  @wrapper
  async load(id: number, ...tags: string[]): Promise<string> {
    return `${id}/${tags.length}`;
  }

  @wrapper
  sync(id: number): number {
    return id;
  }

  @wrapper
  static async create(this: typeof Api): Promise<Api> {
    return new this();
  }

  @wrapper
  async generic<T extends { readonly id: number }>(value: T): Promise<T> {
    return value;
  }

  @wrapper
  override async inherited(): Promise<string> {
    return super.inherited();
  }

  @wrapper
  protected async fetch(id: number): Promise<string> {
    return this.ofOurOwn(id);
  }

  @wrapper
  private ofOurOwn(id: number): string {
    return String(id);
  }

  @wrapper
  async [key](): Promise<string> {
    return 'symbol';
  }

  overloaded(value: string): string;
  overloaded(value: number): number;
  @wrapper
  overloaded(value: string | number): string | number {
    return value;
  }

  @wrapper
  isText(value: unknown): value is string {
    return typeof value === 'string';
  }

  @retry()
  @wrapper
  @onException(expo, Error)
  async stacked(): Promise<string> {
    return 'three';
  }

  @asyncOnly
  async asyncOnly(): Promise<string> {
    return 'async';
  }

  @textOnly
  text(): string {
    return 'text';
  }
}

declare const api: Api;
expectTypeOf<Api['load']>().toEqualTypeOf<(id: number, ...tags: string[]) => Promise<string>>();
expectTypeOf(api.generic({ id: 1, name: 'Ann' })).toEqualTypeOf<Promise<{ id: number; name: string }>>();
expectTypeOf(api.overloaded('a')).toEqualTypeOf<string>();
expectTypeOf(api[key]()).toEqualTypeOf<Promise<string>>();
expectTypeOf(Api.create()).toEqualTypeOf<Promise<Api>>();

// A function is wrapped as ever.

expectTypeOf(wrapper(getJob)).toEqualTypeOf<typeof getJob>();
expectTypeOf(withRetry(getJob)).toEqualTypeOf<typeof getJob>();
// @ts-expect-error map passes an index
[getJob].map(wrapper);

// Wrong use of a legacy decorator.

// @ts-expect-error a class
@wrapper
export class Wrong {
  // @ts-expect-error a field
  @wrapper field = 1;

  // @ts-expect-error a field that holds a function
  @wrapper callback = () => 1;

  // @ts-expect-error a static field
  @wrapper static shared = () => 1;

  // @ts-expect-error a getter
  @wrapper
  get text(): string {
    return 'text';
  }

  // By its type a getter of a function is no different from a method: this one is refused when the class is made.
  @wrapper
  get action(): () => string {
    return () => 'action';
  }

  // @ts-expect-error a parameter
  load(@wrapper id: number): number {
    return id;
  }

  // @ts-expect-error a parameter of the constructor
  constructor(@wrapper readonly id: number) {}

  // @ts-expect-error a sync method under a wrapper for async ones
  @asyncOnly
  sync(): string {
    return 'sync';
  }

  // @ts-expect-error an async generator gives no promise
  @asyncOnly
  async *pages(): AsyncGenerator<string> {
    yield 'page';
  }

  // @ts-expect-error another result than the wrapper is for
  @textOnly
  count(): number {
    return 1;
  }

  // @ts-expect-error an async predicate on a sync method
  @onPredicate(fibo, async (value: number) => value === 0)
  size(): number {
    return 1;
  }

  // @ts-expect-error an async `giveup` on a sync method
  @onException(expo, Error, { giveup: async () => true })
  parse(): number {
    return 1;
  }
}

// A policy that may give something else asks the method to say so itself.

export class Items {
  @fallback(null)
  async one(): Promise<Item | null> {
    return null;
  }

  @retry({ raiseOnGiveup: false })
  async maybe(): Promise<Item | undefined> {
    return undefined;
  }

  @retry({ mode: 'async' })
  promising(): Promise<Item[]> {
    return loadItems();
  }

  // @ts-expect-error declare the result as Promise<Item[] | null>
  @fallback(null)
  async notDeclared(): Promise<Item[]> {
    return loadItems();
  }

  // @ts-expect-error declare the result as Promise<Item[] | undefined>
  @retry({ raiseOnGiveup: false })
  async maybeNotDeclared(): Promise<Item[]> {
    return loadItems();
  }

  // @ts-expect-error declare the result as Promise<number>
  @retry({ mode: 'async' })
  syncNotDeclared(): number {
    return 1;
  }

  // @ts-expect-error a field
  @fallback(null) field = 1;
}
