/**
 * The policies that stand around a call in time: what they accept, and what they add.
 */
import { expectTypeOf } from 'expect-type';
import {
  type AsyncGuard,
  type Bulkhead,
  type BulkheadOptions,
  type BulkheadState,
  type CallContext,
  type Ending,
  type Outcome,
  type RateLimit,
  type Substitute,
  type Throttle,
  type Wrapper,
  bulkhead,
  circuitBreaker,
  compose,
  expo,
  isOverload,
  rateLimit,
  retry,
  throttle,
} from '../../src/index.js';
import { deadline } from '../../src/policies/deadline.js';
import type { FallbackDetails } from '../../src/policies/cover.js';
import { fallback } from '../../src/policies/fallback.js';
import { hedge } from '../../src/policies/hedge.js';
import { timeout } from '../../src/policies/timeout.js';

interface User {
  readonly name: string;
}
interface Query extends PromiseLike<User> {
  where(condition: string): Query;
}
class HttpError extends Error {
  readonly status: number = 500;
}

declare function fetchUser(id: number): Promise<User>;
declare function readUser(id: number): User;
declare function listUsers(): Promise<User[]>;
declare function identity<T>(value: T): Promise<T>;
declare function query(table: string): Query;

// A timeout keeps the type, and is for what returns promises.

expectTypeOf(timeout('2s')).toEqualTypeOf<Wrapper<PromiseLike<unknown>>>();
expectTypeOf(timeout('2s')(fetchUser)).toEqualTypeOf<typeof fetchUser>();
expectTypeOf(timeout({ ms: 200, onTimeout: ({ elapsed }) => elapsed })(identity)('text')).toEqualTypeOf<
  Promise<string>
>();
expectTypeOf(timeout(200, { name: 'users' })(query)('users')).toEqualTypeOf<Promise<User>>();
expectTypeOf(timeout(200).run(({ signal }) => fetch('/', { signal }))).toEqualTypeOf<Promise<Response>>();
// @ts-expect-error a sync function cannot be ended
timeout('2s')(readUser);
// @ts-expect-error a sync function cannot be ended
timeout('2s').run(() => readUser(1));
// @ts-expect-error a time needs a unit
timeout('2');
// @ts-expect-error no such mode
timeout({ ms: 200, mode: 'sync' });
// @ts-expect-error an unknown option
timeout({ ms: 200, onTimout() {} });
// @ts-expect-error the time stands already
timeout(200, { ms: 200 });
// @ts-expect-error no time
timeout({});

// A deadline is for any function.

expectTypeOf(deadline('800ms', { ambient: true })).toEqualTypeOf<Wrapper>();
expectTypeOf(deadline({ ms: 5 })(readUser)).toEqualTypeOf<typeof readUser>();

// A hedge says that the call may be made twice.

expectTypeOf(hedge({ after: 'p95', idempotent: true })(fetchUser)).toEqualTypeOf<typeof fetchUser>();
expectTypeOf(hedge({ after: '20ms', idempotent: true }).delay).toEqualTypeOf<number | undefined>();
// @ts-expect-error whether it may be made twice must be said
hedge({ after: 10 });
// @ts-expect-error it may not be made twice
hedge({ after: 10, idempotent: false });
// @ts-expect-error a sync function cannot be hedged
hedge({ after: 10, idempotent: true })(readUser);

// What a breaker takes for a failure: either side of an outcome may be asked for.

circuitBreaker({
  isFailure: ({ ok, error }) => !ok && error instanceof HttpError && error.status >= 500,
  isNeutral: ({ ok, value }) => ok && value === null,
});
circuitBreaker({ isFailure: (end) => (end.ok ? end.value.status > 499 : end.error instanceof HttpError) });
circuitBreaker({ isFailure: (end: Outcome) => !end.ok });
circuitBreaker({
  isFailure: (end) => {
    expectTypeOf(end).toEqualTypeOf<Ending>();
    if (!end.ok) expectTypeOf(end.value).toEqualTypeOf<undefined>();
    return !end.ok;
  },
});
// @ts-expect-error nothing else is known of an outcome
circuitBreaker({ isFailure: ({ status }) => status > 499 });
// @ts-expect-error nobody knows what was thrown
circuitBreaker({ isFailure: ({ ok, error }) => !ok && error.status > 499 });
hedge({ after: 10, idempotent: true, dispose: (response: Response) => response.body?.cancel() });

// A guard keeps the type, unless it always gives promises.

expectTypeOf(bulkhead({ limit: 1 })).toEqualTypeOf<Bulkhead>();
expectTypeOf(bulkhead({ limit: 1, mode: 'sync' })(readUser)).toEqualTypeOf<typeof readUser>();
expectTypeOf(bulkhead({ limit: 1 })).toEqualTypeOf<Bulkhead>();
expectTypeOf(rateLimit({ limit: 1, mode: 'auto' })).toEqualTypeOf<RateLimit>();
expectTypeOf(throttle()).toEqualTypeOf<Throttle>();
expectTypeOf(bulkhead({ limit: 1, mode: 'async' })).toEqualTypeOf<AsyncGuard<BulkheadState>>();
expectTypeOf(bulkhead({ limit: 1, mode: 'async' }).state.inFlight).toEqualTypeOf<number>();
expectTypeOf(bulkhead({ limit: 1, mode: 'async' })(readUser)(1)).toEqualTypeOf<Promise<User>>();
expectTypeOf(throttle({ mode: 'async' })(fetchUser)(1)).toEqualTypeOf<Promise<User>>();
expectTypeOf(rateLimit({ limit: 1, mode: 'async' }).run(() => 1)).toEqualTypeOf<Promise<number>>();
// @ts-expect-error no such mode
throttle({ mode: 'later' });

// What judges an outcome may take it apart.

throttle({ isOverload: ({ ok, value, error }) => (ok ? value.status === 503 : error instanceof HttpError) });
bulkhead({ limit: 1, isOverload: (outcome) => isOverload(outcome) || (!outcome.ok && outcome.error === 7) });

// A fallback widens the result.

expectTypeOf(fallback(null)).toEqualTypeOf<Substitute<unknown, null>>();
expectTypeOf(fallback(null)(fetchUser)(1)).toEqualTypeOf<Promise<User | null>>();
expectTypeOf(fallback(null)(readUser)(1)).toEqualTypeOf<User | null>();
expectTypeOf(fallback([])(listUsers)()).toEqualTypeOf<Promise<User[]>>();
expectTypeOf(fallback(undefined)(readUser)(1)).toEqualTypeOf<User | undefined>();
expectTypeOf(fallback({ name: 'nobody' })(fetchUser)(1)).toEqualTypeOf<Promise<User>>();
expectTypeOf(fallback(null).run(({ signal }) => fetch('/', { signal }))).toEqualTypeOf<
  Promise<Response | null>
>();

// A function is always called, and one that gives a promise stands in for promises.

expectTypeOf(fallback(() => 'none')(readUser)(1)).toEqualTypeOf<User | string>();
expectTypeOf(fallback(async () => 'none')).toEqualTypeOf<Substitute<PromiseLike<unknown>, string>>();
expectTypeOf(fallback(async () => 'none')(fetchUser)(1)).toEqualTypeOf<Promise<User | string>>();
expectTypeOf(fallback(({ ok, error }) => (ok ? 0 : String(error)))(readUser)(1)).toEqualTypeOf<
  User | string | number
>();
expectTypeOf(fallback((_, { args, name }) => `${name} ${args.length}`)(fetchUser)(1)).toEqualTypeOf<
  Promise<User | string>
>();
expectTypeOf(
  fallback((): never => {
    throw new Error('instead');
  })(readUser)(1),
).toEqualTypeOf<User>();
// @ts-expect-error a promise cannot stand in for a value
fallback(async () => 'none')(readUser);
fallback(null, {
  errors: [HttpError, (error: HttpError) => error.status === 503],
  staleIfError: { maxAge: '5m', key: ({ args }) => String(args[0]) },
  onFallback: (details) => expectTypeOf(details).toEqualTypeOf<FallbackDetails>(),
});
// @ts-expect-error an unknown option
fallback(null, { staleIfErrors: '5m' });

// Together.

const safe = compose(fallback(null), retry({ errors: HttpError, wait: expo }), timeout('2s'))(fetchUser);
expectTypeOf(safe(1)).toEqualTypeOf<Promise<User | null>>();
// @ts-expect-error one of them is for promises only
compose(fallback(null), timeout('2s'))(readUser);
compose(deadline('2s'), hedge({ after: 5, idempotent: true })).run((context) => {
  expectTypeOf(context).toEqualTypeOf<CallContext>();
  return fetchUser(1);
});

// Only a retry can be changed for one call.

retry().run(() => fetchUser(1), { maxTries: 2 });
// @ts-expect-error whose overrides would they be?
compose(retry()).run(() => fetchUser(1), { maxTries: 2 });
// @ts-expect-error a timeout has none
timeout('2s').run(() => fetchUser(1), { ms: 100 });

// As decorators.

export class Users {
  @timeout('2s')
  async one(id: number): Promise<User> {
    return fetchUser(id);
  }

  @fallback([])
  @timeout('2s')
  async list(): Promise<User[]> {
    return listUsers();
  }

  @fallback(null)
  @hedge({ after: 'p99', idempotent: true })
  async maybe(): Promise<User | null> {
    return fetchUser(1);
  }

  @bulkhead({ limit: 1, mode: 'async' })
  async guarded(): Promise<User> {
    return fetchUser(1);
  }

  // @ts-expect-error declare the result as Promise<User>
  @bulkhead({ limit: 1, mode: 'async' })
  readGuarded(): User {
    return readUser(1);
  }

  @deadline('1s')
  read(): User {
    return readUser(1);
  }

  // @ts-expect-error a sync method cannot be ended
  @timeout('2s')
  readInTime(): User {
    return readUser(1);
  }

  // @ts-expect-error declare the result as Promise<User | null>
  @fallback(null)
  async notDeclared(): Promise<User> {
    return fetchUser(1);
  }
}
