/** https://github.com/Effect-TS/effect: a runtime of its own; every call starts a fiber. */
import { Effect, Schedule } from 'effect';
import { viaThunk } from '../lib/via-thunk.mjs';

const attempt = (thunk) => Effect.tryPromise({ try: () => thunk(), catch: (error) => error });
const policy = (options) => (thunk) => Effect.runPromise(Effect.retry(attempt(thunk), options));

const exponential = { times: 5, schedule: Schedule.exponential(100) };

export default [
  {
    name: 'effect',
    kind: 'peer',
    notes: { sync: 'retries without a wait only' },
    plain: (fn) => {
      const retrying = Effect.retry(attempt(fn), exponential);
      return () => Effect.runPromise(retrying);
    },
    method: viaThunk(policy(exponential)),
    sync: viaThunk((thunk) =>
      Effect.runSync(Effect.retry(Effect.try({ try: thunk, catch: (error) => error }), { times: 5 })),
    ),
    zeroWait: viaThunk(policy({ times: 5 })),
    endless: viaThunk(policy({ times: 10_000 })),
    longWait: viaThunk(policy({ times: 1, schedule: Schedule.spaced(60_000) })),
    randomWait: (fn, draw) =>
      viaThunk(
        policy({ times: 1, schedule: Schedule.modifyDelay(Schedule.forever, () => Effect.sync(draw)) }),
      )(fn),
    entry: 'effect',
    program: `
      import { Effect, Schedule } from 'effect';
      const policy = { times: 5, schedule: Schedule.exponential(100) };
      export const get = (url) => Effect.runPromise(Effect.retry(Effect.tryPromise(() => fetch(url)), policy));
    `,
  },
  { name: 'effect/Effect', kind: 'peer', package: 'effect', entry: 'effect/Effect' },
];
