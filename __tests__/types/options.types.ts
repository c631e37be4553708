/**
 * What the options of a retry infer for their callbacks, and which options are errors.
 */
import { expectTypeOf } from 'expect-type';
import {
  type Budget,
  type CallContext,
  type CallDetails,
  type GiveUpReason,
  type Handler,
  type LimitOptions,
  type Outcome,
  type Retry,
  type RetryOptions,
  type RetryRule,
  type WaitMaker,
  type Wrapper,
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
class DbError extends Error {
  declare readonly table: string;
}
abstract class BaseError extends Error {
  abstract readonly kind: 'base';
}
interface Job {
  readonly status: 'pending' | 'done';
}

declare function isHttpError(error: unknown): error is HttpError;
declare function fetchJob(id: number): Promise<Job>;
declare function fetchJobs(queue: string): Promise<Job[]>;
declare function readJob(id: number): Job;
declare function bound(this: Client, id: number): Promise<Job>;
declare const signal: AbortSignal;
declare const budget: Budget;
declare const flag: boolean;

class Client {
  readonly tries = 3;
}

// `giveup` is asked about the errors that are retried.

withRetry(fetchJob, { errors: HttpError, giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError>() });
withRetry(fetchJob, { errors: BaseError, giveup: (e) => expectTypeOf(e).toEqualTypeOf<BaseError>() });
withRetry(fetchJob, {
  errors: [HttpError, DbError],
  giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError | DbError>(),
});
withRetry(fetchJob, { errors: isHttpError, giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError>() });
withRetry(fetchJob, {
  errors: [isHttpError, DbError],
  giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError | DbError>(),
});
withRetry(fetchJob, {
  errors: (e) => e instanceof HttpError,
  giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError>(),
});
withRetry(fetchJob, {
  errors: (e: HttpError) => e.status > 499,
  giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError>(),
});
withRetry(fetchJob, { errors: () => true, giveup: (e) => expectTypeOf(e).toEqualTypeOf<unknown>() });
withRetry(fetchJob, { giveup: (e) => expectTypeOf(e).toEqualTypeOf<unknown>() });
withRetry(fetchJob, { giveup: (e: HttpError) => e.status < 500 });
const testOfErrors = (e: unknown, details: CallDetails): boolean => details.tries < 3 && e !== undefined;
onException(expo, testOfErrors, { giveup: (e) => expectTypeOf(e).toEqualTypeOf<unknown>() });
onException(expo, HttpError, { giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError>() });
onException(expo, [HttpError, DbError], {
  giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError | DbError>(),
});
onException(expo, (e) => e instanceof DbError, { giveup: (e) => expectTypeOf(e).toEqualTypeOf<DbError>() });
retry({ errors: HttpError, giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError>() });
retry({
  errors: [isHttpError, DbError],
  giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError | DbError>(),
});
retry({ giveup: (e) => expectTypeOf(e).toEqualTypeOf<unknown>() });

// An error test is given what nobody has looked at yet, and the details that belong to no event.

withRetry(fetchJob, { errors: (e) => expectTypeOf(e).toEqualTypeOf<unknown>() });
withRetry(fetchJob, {
  errors: [(e, details) => expectTypeOf(e).toEqualTypeOf<unknown>() && details.tries < 3],
});
withRetry(fetchJob, { errors: (_e, details) => expectTypeOf(details).toEqualTypeOf<CallDetails>() });
withRetry(fetchJob, { giveup: (_e, details) => expectTypeOf(details).toEqualTypeOf<CallDetails>() });
withRetry(fetchJob, { predicate: (_value, details) => expectTypeOf(details).toEqualTypeOf<CallDetails>() });
expectTypeOf<CallDetails>().not.toHaveProperty('event');
// @ts-expect-error an error test is not async: whether a retry is due must be known at once
withRetry(fetchJob, { errors: async () => true });
// @ts-expect-error nor is one of several
withRetry(fetchJob, { errors: [HttpError, async () => true] });
// @ts-expect-error nor that of a decorator
onException(expo, async () => true);
// @ts-expect-error an instance is no class
withRetry(fetchJob, { errors: new Error('boom') });
// @ts-expect-error a name is no class
onException(expo, 'HttpError');
// @ts-expect-error a decorator needs to be told the errors
onException(expo);

// `predicate` is asked about the value that the function gives.

withRetry(fetchJobs, { predicate: (value) => expectTypeOf(value).toEqualTypeOf<Job[]>() });
withRetry(readJob, { predicate: (value) => expectTypeOf(value).toEqualTypeOf<Job>() });
withRetry(async () => null as Job | null, {
  predicate: (value) => expectTypeOf(value).toEqualTypeOf<Job | null>(),
});
withRetry(fetchJobs, { predicate: async (value) => expectTypeOf(value).toEqualTypeOf<Job[]>() });
// @ts-expect-error a test of another value
withRetry(fetchJobs, { predicate: (text: string) => text === '' });
// @ts-expect-error no verdict
withRetry(fetchJobs, { predicate: () => 'yes' });

// A decorator is made before it meets its method: it knows a value by its annotation, and is never silently `any`.

onPredicate(fibo, (value) => expectTypeOf(value).toEqualTypeOf<unknown>());
onPredicate<Job[]>(fibo, (value) => expectTypeOf(value).toEqualTypeOf<Job[]>());
onPredicate<Job[]>(fibo, async (value) => expectTypeOf(value).toEqualTypeOf<Job[]>());
onPredicate<Job[]>(fibo, (value) => value.length === 0, {
  onBackoff: ({ value }) => expectTypeOf(value).toEqualTypeOf<Job[]>(),
});
expectTypeOf(onPredicate(fibo)).toEqualTypeOf<Retry>();
expectTypeOf(onPredicate(fibo, (jobs: Job[]) => jobs.length === 0)).toEqualTypeOf<
  Retry<Job[] | PromiseLike<Job[]>>
>();
expectTypeOf(onPredicate(fibo, async (jobs: Job[]) => jobs.length === 0)).toEqualTypeOf<
  Retry<PromiseLike<Job[]>>
>();
retry({ predicate: (value) => expectTypeOf(value).toEqualTypeOf<unknown>() });
expectTypeOf(retry({ predicate: (jobs: Job[]) => jobs.length === 0 })).toEqualTypeOf<
  Retry<Job[] | PromiseLike<Job[]>>
>();
// @ts-expect-error the decorator is for another result
onPredicate(fibo, (jobs: Job[]) => jobs.length === 0)(fetchJob);
// @ts-expect-error nobody has said what the value is
onPredicate(fibo, (jobs) => jobs.length === 0);

// A verdict that comes later asks for a function that gives its result later.

withRetry(fetchJob, { giveup: async () => flag, predicate: async () => flag });
// @ts-expect-error a sync function
withRetry(readJob, { giveup: async () => flag });
// @ts-expect-error a sync function
withRetry(readJob, { predicate: async () => flag });
expectTypeOf(retry({ giveup: async () => flag })).toEqualTypeOf<Retry<PromiseLike<unknown>>>();
expectTypeOf(retry({ giveup: () => flag })).toEqualTypeOf<Retry>();
expectTypeOf(onException(expo, HttpError, { giveup: async () => flag })).toEqualTypeOf<
  Retry<PromiseLike<unknown>>
>();
expectTypeOf(
  onException(expo, HttpError, { giveup: (e) => (flag ? true : Promise.resolve(e.status < 500)) }),
).toEqualTypeOf<Retry<PromiseLike<unknown>>>();
// @ts-expect-error a sync function
retry({ giveup: async () => flag })(readJob);
// @ts-expect-error a sync function
retry({ predicate: async () => flag })(readJob);
expectTypeOf(retry({ giveup: () => flag, predicate: async () => flag })).toEqualTypeOf<
  Retry<PromiseLike<unknown>>
>();
// @ts-expect-error a sync function, made with one call
retry({ giveup: async () => flag }).run(() => readJob(1));

// Handlers know the value and the error of their event.

withRetry(fetchJob, {
  errors: HttpError,
  onAttempt: ({ event, tries }) => {
    expectTypeOf(event).toEqualTypeOf<'attempt'>();
    expectTypeOf(tries).toEqualTypeOf<number>();
  },
  onSuccess: ({ value, event }) => {
    expectTypeOf(value).toEqualTypeOf<Job>();
    expectTypeOf(event).toEqualTypeOf<'success'>();
  },
  onBackoff: (details) => {
    expectTypeOf(details.wait).toEqualTypeOf<number>();
    expectTypeOf(details.event).toEqualTypeOf<'backoff'>();
    if (details.ok) expectTypeOf(details.value).toEqualTypeOf<Job>();
    else expectTypeOf(details.error).toEqualTypeOf<HttpError>();
  },
  onGiveup: (details) => {
    expectTypeOf(details.reason).toEqualTypeOf<GiveUpReason>();
    if (!details.ok) expectTypeOf(details.error).toEqualTypeOf<HttpError>();
    // @ts-expect-error there is no wait any more
    details.wait;
    // A give-up may be one of a value.
    expectTypeOf(details.error).toEqualTypeOf<HttpError | undefined>();
  },
  onAbort: ({ error, abortReason }) => {
    expectTypeOf(error).toEqualTypeOf<unknown>();
    expectTypeOf(abortReason).toEqualTypeOf<unknown>();
  },
});
onException(expo, HttpError, {
  onBackoff: ({ error, wait, ok }) => {
    expectTypeOf(error).toEqualTypeOf<HttpError>();
    expectTypeOf(wait).toEqualTypeOf<number>();
    expectTypeOf(ok).toEqualTypeOf<false>();
  },
  // @ts-expect-error an exception has no value
  onGiveup: ({ value }) => value,
});
onPredicate(fibo, (jobs: Job[]) => jobs.length === 0, {
  onGiveup: ({ value, ok }) => {
    expectTypeOf(value).toEqualTypeOf<Job[]>();
    expectTypeOf(ok).toEqualTypeOf<true>();
  },
  // @ts-expect-error a value that is not good enough is no error
  onBackoff: ({ error }) => error,
});
declare const onAny: Handler<object>;
withRetry(fetchJob, {
  errors: HttpError,
  onBackoff: [onAny, ({ wait }) => expectTypeOf(wait).toEqualTypeOf<number>()],
});
withRetry(fetchJob, { onBackoff: new Set([onAny]), onGiveup: onAny, onAbort: async () => {} });
// @ts-expect-error a list of what is no handler
withRetry(fetchJob, { onBackoff: ['log'] });

// Each of several rules knows its own errors.

retry({
  rules: [
    { errors: HttpError, giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError>() },
    {
      errors: [DbError, isHttpError],
      giveup: (e) => expectTypeOf(e).toEqualTypeOf<DbError | HttpError>(),
      maxTries: 3,
    },
    { predicate: (value) => expectTypeOf(value).toEqualTypeOf<unknown>(), wait: fibo },
  ],
});
withRetry(fetchJobs, {
  rules: [
    { errors: (e) => e instanceof DbError, giveup: (e) => expectTypeOf(e).toEqualTypeOf<DbError>() },
    { predicate: (value) => expectTypeOf(value).toEqualTypeOf<Job[]>() },
  ],
});
withRetry(fetchJobs, {
  rules: [{ errors: HttpError, giveup: async () => flag }, { predicate: async () => flag }],
});
retry({ rules: [{ errors: HttpError, giveup: async () => flag }, { predicate: () => flag }] })(fetchJob);
retry({
  rules: [
    {
      errors: [HttpError, DbError],
      giveup: async (e) => expectTypeOf(e).toEqualTypeOf<HttpError | DbError>(),
    },
    { errors: (e) => e instanceof DbError, giveup: (e) => expectTypeOf(e).toEqualTypeOf<DbError>() },
    { errors: isHttpError, giveup: (e, details) => details.tries > 1 && e.status === 404 },
  ],
});

// The verdicts and the values of rules say what may be wrapped, as those of the retry itself do.

expectTypeOf(
  retry({
    rules: [
      { errors: HttpError, giveup: (e) => e.status === 404 },
      { errors: DbError, giveup: () => flag },
    ],
  }),
).toEqualTypeOf<Retry>();
expectTypeOf(
  retry({
    rules: [
      { errors: HttpError, giveup: async (e) => e.status === 404 },
      { errors: DbError, giveup: () => flag },
    ],
  }),
).toEqualTypeOf<Retry<PromiseLike<unknown>>>();
expectTypeOf(retry({ rules: [{ predicate: (jobs: Job[]) => jobs.length === 0 }] })).toEqualTypeOf<
  Retry<Job[] | PromiseLike<Job[]>>
>();
expectTypeOf(
  retry({ rules: [{ errors: HttpError }, { predicate: async (jobs: Job[]) => jobs.length === 0 }] }),
).toEqualTypeOf<Retry<PromiseLike<Job[]>>>();
// @ts-expect-error a sync function
retry({ rules: [{ errors: HttpError, giveup: async () => flag }] })(readJob);
// @ts-expect-error a sync function, whatever the other rules say
retry({ rules: [{ errors: DbError, giveup: () => flag }, { predicate: async () => flag }] })(readJob);
// @ts-expect-error the rule is for another value
retry({ rules: [{ predicate: (jobs: Job[]) => jobs.length === 0 }] })(fetchJob);
// What answers with `any` is taken at its word.
expectTypeOf(retry({ giveup: (e: any) => e.fatal })).toEqualTypeOf<Retry>();
expectTypeOf(retry({ rules: [{ errors: HttpError, giveup: (e: any) => e.fatal }] })).toEqualTypeOf<Retry>();

// Rules that are kept apart, more of them than are known one by one, and none that is no rule.

declare const rules: RetryRule[];
declare const options: RetryOptions;
retry({ rules });
retry(options);
withRetry(fetchJob, { rules });
withRetry(fetchJob, options);
retry({ rules: [...rules, { errors: HttpError, maxTries: 2 }] });
const two = [{ errors: HttpError, giveup: (e: HttpError) => e.status === 404 }, { errors: DbError }];
expectTypeOf(retry({ rules: two })).toEqualTypeOf<Retry>();
const one = { errors: HttpError };
retry({
  rules: [one, one, one, one, one, one, { errors: HttpError, giveup: (e) => expectTypeOf(e).toBeUnknown() }],
});
// @ts-expect-error a rule has no `maxTires`, wherever it stands
retry({ rules: [one, one, one, one, one, one, { errors: HttpError, maxTires: 3 }] });
// @ts-expect-error no verdict
retry({ rules: [{ errors: HttpError, giveup: () => 'yes' }] });
// @ts-expect-error an object is no list
retry({ rules: { errors: HttpError } });
// @ts-expect-error an async verdict in a rule, a sync function
withRetry(readJob, { rules: [{ errors: HttpError, giveup: async () => flag }] });
// @ts-expect-error an async error test
retry({ rules: [{ errors: async () => true }] });
// @ts-expect-error a rule has no `maxTires`
retry({ rules: [{ errors: HttpError, maxTires: 3 }] });
// @ts-expect-error nor handlers of its own
retry({ rules: [{ errors: HttpError, onBackoff: onAny }] });

// Options that may be functions of the call know its `this`.

withRetry(bound, {
  maxTries() {
    expectTypeOf(this).toEqualTypeOf<Client>();
    return this.tries;
  },
  maxTime: (details) => (expectTypeOf(details).toEqualTypeOf<CallDetails>() ? '5s' : 100),
  signal: ({ args }) => (args.length > 0 ? signal : undefined),
  enabled: () => flag,
  budget: () => budget,
});
withRetry(bound, {
  // @ts-expect-error another `this` than the function's
  maxTries(this: HttpError) {
    return this.status;
  },
});
// @ts-expect-error must be known at once
withRetry(fetchJob, { maxTries: async () => 3 });
// @ts-expect-error no number
withRetry(fetchJob, { maxTries: '5' });
// @ts-expect-error no time
withRetry(fetchJob, { maxTime: { seconds: 5 } });
// @ts-expect-error no time
withRetry(fetchJob, { maxTime: new Date() });
// @ts-expect-error no signal
withRetry(fetchJob, { signal: new AbortController() });
// @ts-expect-error no mode
withRetry(fetchJob, { mode: 'promise' });
// @ts-expect-error no budget
withRetry(fetchJob, { budget: 10 });

// `undefined` is the same as leaving an option out, under exactOptionalPropertyTypes too.

const nothing: undefined = undefined;
expectTypeOf(
  withRetry(fetchJob, {
    wait: nothing,
    errors: nothing,
    predicate: nothing,
    giveup: nothing,
    raiseOnGiveup: nothing,
    rules: nothing,
    maxTries: nothing,
    maxTime: nothing,
    jitter: nothing,
    signal: nothing,
    budget: nothing,
    mode: nothing,
    clock: nothing,
    random: nothing,
    unref: nothing,
    enabled: nothing,
    name: nothing,
    log: nothing,
    onAttempt: nothing,
    onSuccess: nothing,
    onBackoff: nothing,
    onGiveup: nothing,
    onAbort: nothing,
  }),
).toEqualTypeOf<typeof fetchJob>();
expectTypeOf(
  retry({ errors: nothing, giveup: nothing, raiseOnGiveup: nothing, mode: nothing, maxTries: nothing }),
).toEqualTypeOf<Retry>();
expectTypeOf(
  onException(expo, HttpError, { giveup: nothing, raiseOnGiveup: nothing, mode: nothing, maxTime: nothing }),
).toEqualTypeOf<Retry>();
expectTypeOf(
  onPredicate(fibo, nothing, { raiseOnGiveup: nothing, mode: nothing, maxTime: nothing }),
).toEqualTypeOf<Retry>();
onPredicate(fibo, nothing, nothing);
withRetry(fetchJob, nothing);
retry(nothing);
retry({
  rules: [{ errors: HttpError, predicate: nothing, wait: nothing, maxTries: nothing, giveup: nothing }],
});

// An unknown option is an error wherever it stands.

// @ts-expect-error did you mean maxTries?
withRetry(fetchJob, { maxTires: 5 });
// @ts-expect-error did you mean maxTries?
withRetry(fetchJob, { errors: HttpError, giveup: (e) => e.status < 500, maxTires: 5 });
// @ts-expect-error did you mean maxTries?
retry({ maxTires: 5 });
// @ts-expect-error did you mean maxTries?
onException(expo, HttpError, { maxTires: 5 });
// @ts-expect-error did you mean maxTries?
onPredicate(fibo, nothing, { maxTires: 5 });
// @ts-expect-error the waits of a decorator stand before its options
onException(expo, HttpError, { wait: fibo });
// @ts-expect-error `giveup` is asked about errors
onPredicate(fibo, nothing, { giveup: () => true });

// A wait is a maker of waits.

declare function waits(): Generator<number>;
expectTypeOf(expo).toExtend<WaitMaker>();
retry({ wait: expo });
retry({ wait: expo() });
retry({ wait: () => fibo({ maxValue: '13s' }) });
retry({ wait: constant([100, 200]) });
retry({
  wait: function* () {
    yield 100;
  },
});
retry({
  wait: function* (first: Outcome<unknown, HttpError>) {
    yield first.ok ? 100 : first.error.status;
  },
});
retry({ wait: waits });
// @ts-expect-error a number
retry({ wait: 100 });
// @ts-expect-error a number
onException(100, HttpError);
// @ts-expect-error a text
onPredicate('1s');
// @ts-expect-error a function of numbers
retry({ wait: (tries: number) => 100 * tries });
// @ts-expect-error a running iterator would be shared between calls
retry({ wait: waits() });
// @ts-expect-error a running iterator would be shared between calls
onException(waits(), HttpError);
retry({
  // @ts-expect-error an async generator
  wait: async function* () {
    yield 100;
  },
});
retry({
  // @ts-expect-error waits are numbers
  wait: function* () {
    yield '1s';
  },
});
// @ts-expect-error a class
retry({ wait: class {} });
// @ts-expect-error a list; constant([...]) makes waits of it
retry({ wait: [100, 200] });
// @ts-expect-error without waits there is no decorator
onPredicate();

// A changed copy, and one call.

const patient = retry({ errors: HttpError, maxTries: 5 });
expectTypeOf(patient.with({ maxTries: 8, maxTime: '1m', onBackoff: onAny })).toEqualTypeOf<typeof patient>();
expectTypeOf(onException(expo, HttpError).with({ maxTime: '5s' })).toEqualTypeOf<Retry>();
expectTypeOf(patient.run(() => readJob(1))).toEqualTypeOf<Job>();
expectTypeOf(patient.run(async () => fetchJobs('a'), { maxTries: 2, signal })).toEqualTypeOf<
  Promise<Job[]>
>();
expectTypeOf(patient.run(() => fetchJob(1), { mode: 'async' })).toEqualTypeOf<Promise<Job>>();
patient.run((context) => {
  expectTypeOf(context).toEqualTypeOf<CallContext>();
  expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
  expectTypeOf(context.tries).toEqualTypeOf<number>();
  expectTypeOf(context.remaining()).toEqualTypeOf<number>();
});
patient satisfies Wrapper;
// @ts-expect-error did you mean maxTries?
patient.with({ maxTires: 8 });
// @ts-expect-error did you mean maxTries?
patient.run(() => readJob(1), { maxTires: 8 });
// @ts-expect-error what is retried is settled when the retry is made
patient.with({ errors: DbError });
// @ts-expect-error one call of a sync function cannot be asked to give a promise
patient.run(() => readJob(1), { mode: 'async' });

// Options that are kept apart keep their types.

const limits = { maxTries: 5, maxTime: '10s' } satisfies LimitOptions;
expectTypeOf(withRetry(readJob, limits)).toEqualTypeOf<typeof readJob>();
const anyLimits: LimitOptions = limits;
expectTypeOf(withRetry(readJob, anyLimits)).toEqualTypeOf<typeof readJob>();
const stored = { errors: HttpError, wait: expo, maxTries: 5 } as const satisfies RetryOptions;
expectTypeOf(
  withRetry(readJob, { ...stored, giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError>() }),
).toEqualTypeOf<typeof readJob>();
