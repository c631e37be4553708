/**
 * Policies that may give something else than the function does, and policies joined into one.
 */
import { expectTypeOf } from 'expect-type';
import {
  type CallContext,
  type Policy,
  type Retry,
  type Substitute,
  type Wrapper,
  compose,
  expo,
  fibo,
  onException,
  onPredicate,
  retry,
  withRetry,
} from '../../src/index.js';

interface User {
  readonly name: string;
}
class PromiseOfUser extends Promise<User> {}
interface Query extends PromiseLike<User> {
  where(condition: string): Query;
}

declare function fetchUser(id: number): Promise<User>;
declare function readUser(id: number): User;
declare function findUser(id: number): Promise<User | undefined>;
declare function listUsers(): Promise<User[]>;
declare function identity<T>(value: T): Promise<T>;
declare function overloaded(key: string): string;
declare function overloaded(key: number): number;
declare function bound(this: User, id: number): Promise<User>;
declare function query(table: string): Query;
declare function fails(): never;
declare function anything(): any;
declare const flag: boolean;

declare function fallback<T>(value: T): Substitute<unknown, T>;
declare const timeout: Wrapper<PromiseLike<unknown>>;
declare const breaker: Wrapper;
declare const forText: Wrapper<string | PromiseLike<string>>;

// Around a function the result widens, inside the promise where there is one.

expectTypeOf(fallback(null)(fetchUser)(1)).toEqualTypeOf<Promise<User | null>>();
expectTypeOf(fallback(null)(readUser)(1)).toEqualTypeOf<User | null>();
expectTypeOf(fallback(null)(query)('users')).toEqualTypeOf<Promise<User | null>>();
expectTypeOf(fallback(null)(fails)()).toEqualTypeOf<null>();
expectTypeOf(fallback(null)(anything)()).toBeAny();
expectTypeOf(fallback(null)(identity)('text')).toEqualTypeOf<Promise<string | null>>();
expectTypeOf(fallback(null)(fetchUser)).parameters.toEqualTypeOf<[id: number]>();
expectTypeOf(fallback(null)(bound)).thisParameter.toEqualTypeOf<User>();
expectTypeOf(fallback(null).run(() => fetchUser(1))).toEqualTypeOf<Promise<User | null>>();
expectTypeOf(fallback(null).run(() => readUser(1))).toEqualTypeOf<User | null>();
// @ts-expect-error the last overload is kept
fallback(null)(overloaded)('text');
expectTypeOf(fallback(null)(overloaded)(1)).toEqualTypeOf<number | null>();

// What adds nothing to the result leaves its type alone: an empty list needs no cast.

expectTypeOf(fallback([])(listUsers)()).toEqualTypeOf<Promise<User[]>>();
expectTypeOf(fallback([]).run(listUsers)).toEqualTypeOf<Promise<User[]>>();
expectTypeOf(fallback(undefined)(findUser)(1)).toEqualTypeOf<Promise<User | undefined>>();

// `raiseOnGiveup: false` may give `undefined`; so may a flag.

expectTypeOf(withRetry(fetchUser, { raiseOnGiveup: false })(1)).toEqualTypeOf<Promise<User | undefined>>();
expectTypeOf(withRetry(readUser, { raiseOnGiveup: false })(1)).toEqualTypeOf<User | undefined>();
expectTypeOf(withRetry(findUser, { raiseOnGiveup: false })(1)).toEqualTypeOf<Promise<User | undefined>>();
expectTypeOf(withRetry(query, { raiseOnGiveup: false })('users')).toEqualTypeOf<Promise<User | undefined>>();
expectTypeOf(withRetry(fetchUser, { raiseOnGiveup: flag })(1)).toEqualTypeOf<Promise<User | undefined>>();
expectTypeOf(withRetry(fetchUser, { raiseOnGiveup: true })).toEqualTypeOf<typeof fetchUser>();
expectTypeOf(withRetry(bound, { raiseOnGiveup: false })).thisParameter.toEqualTypeOf<User>();
expectTypeOf(retry({ raiseOnGiveup: false })).toExtend<Substitute<unknown, undefined>>();
expectTypeOf(retry({ raiseOnGiveup: false })(fetchUser)(1)).toEqualTypeOf<Promise<User | undefined>>();
expectTypeOf(retry({ raiseOnGiveup: false })(identity)('text')).toEqualTypeOf<Promise<string | undefined>>();
expectTypeOf(retry({ raiseOnGiveup: flag })(readUser)(1)).toEqualTypeOf<User | undefined>();
expectTypeOf(retry({ raiseOnGiveup: true })).toEqualTypeOf<Retry>();
expectTypeOf(retry({ raiseOnGiveup: false }).run(() => fetchUser(1))).toEqualTypeOf<
  Promise<User | undefined>
>();
expectTypeOf(retry({ raiseOnGiveup: false }).with({ maxTries: 2 })(readUser)(1)).toEqualTypeOf<
  User | undefined
>();
expectTypeOf(onException(expo, Error, { raiseOnGiveup: false })(readUser)(1)).toEqualTypeOf<
  User | undefined
>();
expectTypeOf(onPredicate(fibo, undefined, { raiseOnGiveup: false })).toEqualTypeOf<Retry>();
expectTypeOf(onPredicate(fibo, undefined, { raiseOnGiveup: true })).toEqualTypeOf<Retry>();
// @ts-expect-error the user may not be there
withRetry(readUser, { raiseOnGiveup: false })(1).name;
// @ts-expect-error it is no wrapper that keeps types
retry({ raiseOnGiveup: false }) satisfies Wrapper;

// `mode: 'async'` gives a promise, whatever the function gives.

expectTypeOf(withRetry(readUser, { mode: 'async' })).toEqualTypeOf<
  (this: unknown, id: number) => Promise<User>
>();
expectTypeOf(withRetry(fetchUser, { mode: 'async' })(1)).toEqualTypeOf<Promise<User>>();
expectTypeOf(withRetry(readUser, { mode: 'async', raiseOnGiveup: false })(1)).toEqualTypeOf<
  Promise<User | undefined>
>();
expectTypeOf(withRetry(readUser, { mode: 'auto' })).toEqualTypeOf<typeof readUser>();
expectTypeOf(withRetry(readUser, { mode: 'sync' })).toEqualTypeOf<typeof readUser>();
expectTypeOf(retry({ mode: 'async' })(readUser)(1)).toEqualTypeOf<Promise<User>>();
expectTypeOf(retry({ mode: 'async' })(identity)('text')).toEqualTypeOf<Promise<string>>();
expectTypeOf(retry({ mode: 'async' }).run(() => readUser(1))).toEqualTypeOf<Promise<User>>();
expectTypeOf(retry({ mode: 'async' }).with({ maxTries: 2 })(readUser)(1)).toEqualTypeOf<Promise<User>>();
expectTypeOf(retry().with({ mode: 'async' })(readUser)(1)).toEqualTypeOf<Promise<User>>();
expectTypeOf(retry({ raiseOnGiveup: false }).with({ mode: 'async' })(readUser)(1)).toEqualTypeOf<
  Promise<User | undefined>
>();
expectTypeOf(onException(expo, Error, { mode: 'async' })(readUser)(1)).toEqualTypeOf<Promise<User>>();
expectTypeOf(
  onPredicate(fibo, (user: User) => user.name === '', { mode: 'async' })(readUser)(1),
).toEqualTypeOf<Promise<User>>();
// A verdict may come later then.
withRetry(readUser, { mode: 'async', giveup: async () => flag, predicate: async () => flag });
retry({ mode: 'async', giveup: async () => flag })(readUser);
onException(expo, Error, { mode: 'async', giveup: async () => flag })(readUser);
onPredicate(fibo, async (user: User) => user.name === '', { mode: 'async' })(readUser);

// As a decorator it asks the method to say so itself.

export class Users {
  @fallback(null)
  async one(): Promise<User | null> {
    return fetchUser(1);
  }

  @fallback(null)
  read(): User | null {
    return readUser(1);
  }

  @fallback([])
  async list(): Promise<User[]> {
    return listUsers();
  }

  @retry({ raiseOnGiveup: false })
  async maybe(): Promise<User | undefined> {
    return fetchUser(1);
  }

  @retry({ raiseOnGiveup: false })
  async nothing(): Promise<void> {}

  @onException(expo, Error, { raiseOnGiveup: false })
  static #hidden(): User | undefined {
    return readUser(1);
  }

  @retry({ mode: 'async' })
  promising(): Promise<User> {
    return fetchUser(Users.#hidden() === undefined ? 1 : 2);
  }

  @retry({ mode: 'async' })
  either(): User | Promise<User> {
    return readUser(1);
  }

  // @ts-expect-error declare the result as Promise<User | null>
  @fallback(null)
  async notDeclared(): Promise<User> {
    return fetchUser(1);
  }

  // @ts-expect-error declare the result as User | null
  @fallback(null)
  readNotDeclared(): User {
    return readUser(1);
  }

  // @ts-expect-error declare the result as Promise<User | undefined>
  @retry({ raiseOnGiveup: false })
  async maybeNotDeclared(): Promise<User> {
    return fetchUser(1);
  }

  // @ts-expect-error declare the result as Promise<User | undefined>
  @onException(expo, Error, { raiseOnGiveup: false })
  async exceptionNotDeclared(): Promise<User> {
    return fetchUser(1);
  }

  // @ts-expect-error declare the result as Promise<User>
  @retry({ mode: 'async' })
  syncNotDeclared(): User {
    return readUser(1);
  }

  // @ts-expect-error what comes back is a plain promise
  @fallback(null)
  ownPromise(): PromiseOfUser {
    return new PromiseOfUser(() => {});
  }

  // @ts-expect-error a field
  @fallback(null) field = 1;

  // @ts-expect-error a getter
  @fallback(null)
  get text(): string | null {
    return null;
  }

  // @ts-expect-error an auto-accessor
  @fallback(null) accessor counter: number | null = 1;
}

// @ts-expect-error map passes an index
[fetchUser].map(fallback(null));
// @ts-expect-error no function
fallback(null)(1);
// @ts-expect-error a class
fallback(null)(class {});

// What is composed accepts what all of its policies accept, and may give what any of them gives.

expectTypeOf(compose()).toEqualTypeOf<Wrapper>();
expectTypeOf(compose(breaker, retry())).toEqualTypeOf<Wrapper>();
expectTypeOf(compose(breaker, timeout)).toEqualTypeOf<Wrapper<PromiseLike<unknown>>>();
expectTypeOf(compose(breaker, forText)).toEqualTypeOf<Wrapper<string | PromiseLike<string>>>();
expectTypeOf(compose(breaker, timeout)(fetchUser)).toEqualTypeOf<typeof fetchUser>();
expectTypeOf(compose(timeout, fallback(null))).toEqualTypeOf<Substitute<PromiseLike<unknown>, null>>();
expectTypeOf(compose(fallback('none'), fallback(null))(fetchUser)(1)).toEqualTypeOf<
  Promise<User | string | null>
>();
expectTypeOf(compose(compose(fallback(null), timeout), compose(breaker))(fetchUser)(1)).toEqualTypeOf<
  Promise<User | null>
>();
expectTypeOf(compose(fallback(null), retry({ mode: 'async' }))(readUser)(1)).toEqualTypeOf<
  Promise<User | null>
>();
expectTypeOf(compose(breaker, retry({ raiseOnGiveup: false }))(readUser)(1)).toEqualTypeOf<
  User | undefined
>();
expectTypeOf(compose(fallback(null), timeout).run(() => fetchUser(1))).toEqualTypeOf<Promise<User | null>>();
compose(breaker).run((context) => expectTypeOf(context).toEqualTypeOf<CallContext>());
declare const policies: Wrapper<PromiseLike<unknown>>[];
expectTypeOf(compose(...policies)).toEqualTypeOf<Wrapper<PromiseLike<unknown>>>();
// @ts-expect-error one of them is for async functions only
compose(breaker, timeout)(readUser);
// @ts-expect-error one of them is for async functions only
compose(fallback(null), timeout)(readUser);
// @ts-expect-error one of them is for texts
compose(timeout, forText)(fetchUser);
// @ts-expect-error one of them is for async functions only
compose(breaker, timeout).run(() => readUser(1));
// @ts-expect-error a function is no policy
compose(fetchUser);
// @ts-expect-error what makes policies is no policy
compose(retry);

// Known holes, so that a change in them is noticed.

// A predicate under a fallback may be asked about the fallback's value: keep the fallback outermost.
compose(
  onPredicate(fibo, (user: User) => user.name === ''),
  fallback(null),
)(fetchUser);
// A generic method need not declare what is added.
export class Generic {
  @fallback(null)
  async get<T>(value: T): Promise<T> {
    return value;
  }
}
// A method that gives a foreign thenable keeps its declared type, though a promise comes back.
export class Queries {
  @breaker
  select(): Query {
    return query('users');
  }
}

/** Somebody else's policy needs `run` and nothing else to have the type of one. */
export const mine: Policy = {
  run: (call) => call({ signal: new AbortController().signal, tries: 1, remaining: () => Infinity }),
};
