/**
 * The door `stampede-js/testing`: what a script may stand in for, and what scopes give.
 */
import { expectTypeOf } from 'expect-type';
import { VirtualClock, withRetry } from '../../src/index.js';
import { type Script, after, never, script, withRetries, withoutWaits } from '../../src/testing/index.js';

interface User {
  readonly name: string;
}
class HttpError extends Error {
  readonly status: number = 500;
}
const ada: User = { name: 'Ada' };
const boom = new Error('boom');
const clock = new VirtualClock();

// A script stands in for the function that is wanted.

const fetchUser: (id: number) => Promise<User> = script<User>(boom, ada);
const inferred: (id: number, name?: string) => Promise<User> = script(boom, new HttpError('503'), ada);
const fails: (id: number) => Promise<User> = script(boom);
const hangs: () => Promise<User> = script(never());
const late: (id: number) => Promise<User> = script(after('1s', boom, clock), after('1s', ada, clock), ada);
const open: (path: string) => string = script.sync(boom, 'contents');
const failsAtOnce: () => string = script.sync(new HttpError('503'));
class Shop {
  constructor(readonly load: (this: Shop, id: number) => Promise<User>) {}
}
new Shop(script(boom, ada));
export const standIns = [fetchUser, inferred, fails, hangs, late, open, failsAtOnce];

// Errors are not what it gives, and a promise is what it gives it for.

expectTypeOf(script(boom, 'pong')).toEqualTypeOf<Script<string>>();
expectTypeOf(script(boom, 'pong')()).toEqualTypeOf<Promise<string>>();
expectTypeOf(script(new HttpError('503'), 'pong')()).toEqualTypeOf<Promise<string>>();
expectTypeOf(script((id: number) => ({ id }))()).toEqualTypeOf<Promise<{ id: number }>>();
expectTypeOf(script(new HttpError('503'), ada)()).toEqualTypeOf<Promise<User>>();
expectTypeOf(script(boom, 'pong', 42)()).toEqualTypeOf<Promise<string | number>>();
expectTypeOf(script<User[]>(boom, [ada], [])()).toEqualTypeOf<Promise<User[]>>();
expectTypeOf(script((id) => String(id))()).toEqualTypeOf<Promise<string>>();
expectTypeOf(script(async () => 1)()).toEqualTypeOf<Promise<number>>();
expectTypeOf(script<User | undefined>(undefined, ada)()).toEqualTypeOf<Promise<User | undefined>>();
expectTypeOf(script(after('1s', ada), after(1, boom), never())()).toEqualTypeOf<Promise<User>>();
expectTypeOf(script.sync(boom, 'pong')()).toEqualTypeOf<string>();

expectTypeOf(script.sync(boom, () => Promise.resolve('pong'))()).toEqualTypeOf<Promise<string>>();

// Calls are as they are typed.

expectTypeOf(script(ada).calls[0]!.args).toEqualTypeOf<any[]>();
expectTypeOf(script<User, [id: number]>(ada).calls[0]!.args).toEqualTypeOf<[id: number]>();
expectTypeOf(script<User, [id: number]>(ada)).parameters.toEqualTypeOf<[id: number]>();

// What is no user is refused.

// @ts-expect-error -- a string is no user
script<User>(boom, 'Ada');
// @ts-expect-error -- it gives strings
export const wrong: () => Promise<User> = script('Ada');

// It can be retried, and what wraps it can be asked.

expectTypeOf(withRetry(script(boom, ada))(42)).toEqualTypeOf<Promise<User>>();
expectTypeOf(withRetry(script(boom, ada)).calls.length).toEqualTypeOf<number>();

// Scopes give what their work gives.

expectTypeOf(withoutWaits(() => 'sync')).toEqualTypeOf<string>();
expectTypeOf(withoutWaits(async () => 'async')).toEqualTypeOf<Promise<string>>();
expectTypeOf(withRetries({ attempts: 1 }, () => fetchUser(42))).toEqualTypeOf<Promise<User>>();
// @ts-expect-error -- the number is what it is for
withRetries({}, () => fetchUser(42));
// @ts-expect-error -- a promise would have been started outside
void withoutWaits(fetchUser(42));
