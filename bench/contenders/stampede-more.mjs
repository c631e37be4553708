/** Other ways to hold and to ship this library: exponential waits in memory, all of it in one bundle. */
import { expo, withRetry } from '../../dist/esm/index.js';

const STAMPEDE = '../../dist/esm/index.js';

export default [
  {
    /** Not seen to be async before it is called, as most arrow functions around a client are not. */
    name: 'stampede, around an arrow',
    kind: 'stampede',
    plain(fn) {
      const call = withRetry((x) => fn(x), { wait: expo({ factor: 100, maxValue: '10s' }), maxTries: 6 });
      return () => call(1);
    },
  },
  {
    name: 'stampede, expo',
    kind: 'stampede',
    longWait: (fn) => withRetry(fn, { wait: expo({ factor: 60_000 }), jitter: null, maxTries: 2 }),
  },
  {
    name: 'stampede, with debug',
    kind: 'stampede',
    program: `
      import { expo, withRetry } from '${STAMPEDE}';
      export const get = withRetry((url) => fetch(url), { wait: expo({ factor: 100 }), maxTries: 6 });
    `,
  },
  {
    name: 'stampede, whole core',
    kind: 'stampede',
    program: `export * from '${STAMPEDE}';`,
    external: ['debug'],
  },
];
