/**
 * What a wrapper keeps of the type of a function, where it may stand, and where it may not: standard decorators and
 * plain functions. Legacy decorators have the same checks in `../legacy-decorators/wrapper.types.ts`.
 */
import { expectTypeOf } from 'expect-type';
import {
  type AnyFunction,
  type Policy,
  type Wrapper,
  expo,
  fibo,
  onException,
  onPredicate,
  retry,
  withRetry,
} from '../../src/index.js';

/** Whether two types are one, generic and overloaded functions included. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

declare const wrapper: Wrapper;
declare const asyncOnly: Wrapper<PromiseLike<unknown>>;
declare const textOnly: Wrapper<string | PromiseLike<string>>;

// What is around a function is of the function's own type.

interface Query extends PromiseLike<string> {
  where(condition: string): Query;
}

declare const functions: {
  plain(id: number, ...tags: string[]): string;
  optional(a: string, b?: number): Promise<string>;
  bound(this: { readonly base: string }, path: string): Promise<string>;
  generic<T>(value: T): T;
  genericAsync<T extends { readonly id: number }>(value: T): Promise<T>;
  overloaded: { (key: string): string; (key: number): number };
  overloadedAsync: { (key: string): Promise<string>; (key: number): Promise<number> };
  guard(value: unknown): value is string;
  assertion(value: unknown): asserts value is string;
  hybrid: { (id: number): Promise<string>; readonly version: string };
  nothing(): void;
  anything(id: number): any;
  never(): never;
  either(id: number): string | Promise<string>;
  iterate(): Iterable<string>;
};

const {
  plain,
  optional,
  bound,
  generic,
  genericAsync,
  overloaded,
  overloadedAsync,
  guard,
  assertion,
  hybrid,
  nothing,
  anything,
  never,
  either,
  iterate,
} = functions;

const wrapped = {
  plain: wrapper(plain),
  optional: wrapper(optional),
  bound: wrapper(bound),
  generic: wrapper(generic),
  genericAsync: wrapper(genericAsync),
  overloaded: wrapper(overloaded),
  overloadedAsync: wrapper(overloadedAsync),
  guard: wrapper(guard),
  assertion: wrapper(assertion),
  hybrid: wrapper(hybrid),
  nothing: wrapper(nothing),
  anything: wrapper(anything),
  never: wrapper(never),
  either: wrapper(either),
  iterate: wrapper(iterate),
};
expectTypeOf<
  Same<typeof wrapped, { -readonly [K in keyof typeof functions]: (typeof functions)[K] }>
>().toEqualTypeOf<true>();

const retried = {
  plain: withRetry(plain),
  optional: withRetry(optional),
  bound: withRetry(bound),
  generic: withRetry(generic),
  genericAsync: withRetry(genericAsync),
  overloaded: withRetry(overloaded),
  overloadedAsync: withRetry(overloadedAsync),
  guard: withRetry(guard),
  assertion: withRetry(assertion),
  hybrid: withRetry(hybrid),
  nothing: withRetry(nothing),
  anything: withRetry(anything),
  never: withRetry(never),
  either: withRetry(either),
  iterate: withRetry(iterate),
};
expectTypeOf<Same<typeof retried, typeof wrapped>>().toEqualTypeOf<true>();

expectTypeOf(asyncOnly(genericAsync)({ id: 1, name: 'Ann' })).toEqualTypeOf<
  Promise<{ id: number; name: string }>
>();
expectTypeOf(wrapped.overloaded('a')).toEqualTypeOf<string>();
expectTypeOf(wrapped.overloaded(1)).toEqualTypeOf<number>();
// @ts-expect-error the parameters are those of the function
wrapped.plain('42');
// @ts-expect-error so is `this`
wrapped.bound('/users');
// @ts-expect-error and what it gives
wrapped.plain(42) satisfies number;

/** Code that is itself generic in the function gets the same type back. */
export function resilient<F extends AnyFunction>(fn: F): F {
  const once: F = wrapper(fn);
  return withRetry(once, { maxTries: 3 });
}

// A thenable that is no promise comes back as a promise, and says so.

declare function query(table: string): Query;
declare function later(): PromiseLike<number>;
class Lazy extends Promise<string> {}
declare function lazy(): Lazy;

expectTypeOf(wrapper(query)('users')).toEqualTypeOf<Promise<string>>();
expectTypeOf(withRetry(query)('users')).toEqualTypeOf<Promise<string>>();
expectTypeOf(wrapper(later)()).toEqualTypeOf<Promise<number>>();
expectTypeOf(withRetry(later)()).toEqualTypeOf<Promise<number>>();
expectTypeOf(wrapper(lazy)()).toEqualTypeOf<Lazy>();
// @ts-expect-error a promise has no `where`
wrapper(query)('users').where('id = 1');
// @ts-expect-error a promise has no `where`
withRetry(query)('users').where('id = 1');

// Methods, by a standard decorator.

const key = Symbol('key');

abstract class Base {
  protected abstract fetch(id: number): Promise<string>;
  async inherited(): Promise<string> {
    return 'base';
  }
}

export class Api extends Base {
  readonly base = 'https://example.test';

  @wrapper
  async load(id: number, ...tags: string[]): Promise<string> {
    return `${this.base}/${id}/${tags.length}`;
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
  async #secret(id: number): Promise<number> {
    return id;
  }

  @wrapper
  static #hidden(): string {
    return 'static and private';
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
    return String(await this.#secret(id));
  }

  @wrapper
  async [key](): Promise<string> {
    return Api.#hidden();
  }

  @wrapper
  async ['by-text'](): Promise<string> {
    return 'text';
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

  @asyncOnly
  promising(): Promise<string> {
    return Promise.resolve('async');
  }

  @textOnly
  text(): string {
    return 'text';
  }
}

declare const api: Api;
expectTypeOf<Api['load']>().toEqualTypeOf<(id: number, ...tags: string[]) => Promise<string>>();
expectTypeOf<Api['sync']>().toEqualTypeOf<(id: number) => number>();
expectTypeOf(api.generic({ id: 1, name: 'Ann' })).toEqualTypeOf<Promise<{ id: number; name: string }>>();
expectTypeOf(api.overloaded('a')).toEqualTypeOf<string>();
expectTypeOf(api[key]()).toEqualTypeOf<Promise<string>>();
expectTypeOf(Api.create()).toEqualTypeOf<Promise<Api>>();

// `this` inside an option given as a function may be the class, its private members included.

export class Settings {
  readonly #tries = 3;

  @onException(expo, Error, {
    maxTries(this: Settings) {
      return this.#tries;
    },
  })
  async read(): Promise<string> {
    return 'settings';
  }
}

// Wrong use of a standard decorator.

// @ts-expect-error a class
@wrapper
export class Wrong {
  // @ts-expect-error a field
  @wrapper field = 1;

  // @ts-expect-error a field that holds a function
  @wrapper callback = () => 1;

  // @ts-expect-error a static field
  @wrapper static shared = () => 1;

  // @ts-expect-error a private field
  @wrapper #own = () => 1;

  // @ts-expect-error a getter
  @wrapper
  get text(): string {
    return String(this.#own());
  }

  // @ts-expect-error a getter that gives a function
  @wrapper
  get action(): () => string {
    return () => 'action';
  }

  // @ts-expect-error a setter
  @wrapper
  set text(_value: string) {}

  // @ts-expect-error an auto-accessor
  @wrapper accessor counter = 1;

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

  // @ts-expect-error the factory, not what it makes
  @retry
  async factory(): Promise<void> {}
}

// Wrong use around a function.

// @ts-expect-error no function
wrapper(1);
// @ts-expect-error nothing
wrapper(undefined);
// @ts-expect-error a class
wrapper(class {});
// @ts-expect-error a sync function under a wrapper for async ones
asyncOnly(plain);
// @ts-expect-error another result than the wrapper is for
textOnly((id: number) => id);
// @ts-expect-error map passes an index
[plain].map(wrapper);
expectTypeOf([plain].map((fn) => wrapper(fn))).toEqualTypeOf<(typeof plain)[]>();
// @ts-expect-error a class
withRetry(class {});
// @ts-expect-error no function
withRetry('fetchUser');

// A wrapper that accepts more does for one that accepts less, never the other way round.

wrapper satisfies Wrapper<PromiseLike<unknown>>;
wrapper satisfies Policy;
// @ts-expect-error it would be given sync functions
asyncOnly satisfies Wrapper;
