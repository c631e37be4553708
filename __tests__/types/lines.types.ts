/**
 * The lines of user code that must read and type as they stand.
 *
 * The policies that stand around a retry are declared here with the types of the core, which shows that these carry
 * them.
 */
import { expectTypeOf } from 'expect-type';
import {
  type Duration,
  type Substitute,
  type Wrapper,
  compose,
  constant,
  expo,
  fibo,
  onException,
  onPredicate,
  retry,
  withRetry,
} from '../../src/index.js';

class HttpError extends Error {
  declare readonly status: number;
}
class ConnError extends Error {
  declare readonly host: string;
}
class DbError extends Error {
  declare readonly table: string;
}
interface User {
  readonly id: number;
  readonly name: string;
}
interface Item {
  readonly title: string;
}
interface Job {
  readonly status: 'pending' | 'done';
}

declare function fetchUser(id: number): Promise<User>;
declare function poll(queue: string): Promise<Item[]>;
declare function getJob(id: number): Promise<Job>;
declare function load(url: string, signal: AbortSignal): Promise<Item[]>;
declare const url: string;
declare const log: { warn(...what: unknown[]): void };

// Policies of their own files, by type.
declare function fallback<T>(value: T): Substitute<unknown, T>;
declare function circuitBreaker(): Wrapper;
declare function timeout(ms: Duration): Wrapper<PromiseLike<unknown>>;
declare function gateway<T>(
  name: string,
  options: { readonly timeout?: Duration | undefined; readonly fallback: T },
): Substitute<PromiseLike<unknown>, T>;

// prettier-ignore
export async function lines(): Promise<void> {
  const getUser = withRetry(fetchUser, { wait: expo, errors: HttpError, giveup: (e) => e.status < 500 });
  const next    = withRetry(poll, { wait: fibo, predicate: (items) => items.length === 0, maxTime: '2m' });
  const done    = withRetry(getJob, { wait: constant('1s'), predicate: (job) => job.status === 'pending' });
  const safe    = compose(fallback(null), retry({ errors: HttpError }), circuitBreaker(), timeout('2s'))(fetchUser); // Promise<User | null>
  const page    = await gateway('recommendations', { timeout: '300ms', fallback: [] }).run(({ signal }) => load(url, signal));

  expectTypeOf(getUser).toEqualTypeOf<(id: number) => Promise<User>>();
  expectTypeOf(next).toEqualTypeOf<(queue: string) => Promise<Item[]>>();
  expectTypeOf(done).toEqualTypeOf<(id: number) => Promise<Job>>();
  expectTypeOf(safe).returns.toEqualTypeOf<Promise<User | null>>();
  expectTypeOf(safe).parameters.toEqualTypeOf<[id: number]>();
  expectTypeOf(page).toEqualTypeOf<Item[]>();
}

// prettier-ignore
export const ruled = withRetry(poll, {
  rules: [{ errors: HttpError, giveup: (e) => e.status === 404 }, { errors: DbError, maxTries: 3 }, { predicate: (xs) => xs.length === 0, wait: fibo }],
});

expectTypeOf(ruled).toEqualTypeOf<typeof poll>();

// prettier-ignore
export class Api {
  readonly attempts = 5;

  @onException(expo, [HttpError, ConnError], { maxTime: '10s', onBackoff: ({ error, wait }) => log.warn(error.message, wait) })
  async load(id: number): Promise<User> {
    return fetchUser(id);
  }

  @onPredicate(fibo, (job: Job) => job.status === 'pending')
  async job(id: number): Promise<Job> {
    return getJob(id);
  }

  @onException(expo, HttpError, { maxTries(this: Api) { return this.attempts } })
  async own(id: number): Promise<User> {
    return fetchUser(id);
  }

  @gateway('recs', { fallback: null }) async top(): Promise<Item[] | null> {
    return poll('recs');
  }
}

expectTypeOf<Api['load']>().toEqualTypeOf<(id: number) => Promise<User>>();
expectTypeOf<Api['job']>().toEqualTypeOf<(id: number) => Promise<Job>>();
expectTypeOf<Api['own']>().toEqualTypeOf<(id: number) => Promise<User>>();
expectTypeOf<Api['top']>().toEqualTypeOf<() => Promise<Item[] | null>>();

// A gateway may wait, so it is async whatever its configuration says.
// @ts-expect-error a sync call
gateway('recommendations', { fallback: [] }).run(() => 1);
// @ts-expect-error a sync function
gateway('recommendations', { fallback: [] })(() => 1);
