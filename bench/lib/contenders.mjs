/**
 * Who takes part: every file in `contenders/`.
 *
 * A file's default export is a contender, or an array of them. What a contender leaves out it does not do, and
 * the suites that need it pass it by.
 *
 * @typedef {(fn: Function) => Function} Wrap  Gives a function that calls `fn` with retries, keeping `this` and
 *   the arguments.
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {'bare' | 'floor' | 'stampede' | 'peer'} kind
 * @property {string} [package]  The package whose version is reported; a peer's default is its name.
 * @property {Record<string, string>} [notes]  By suite: what a reader of its table should know.
 *
 * @property {Wrap} [plain]      Around an async function without arguments: 5 retries, exponential backoff from
 *                               100 ms to 10 s.
 * @property {Wrap} [method]     The same around an async method with `this` and two arguments.
 * @property {Wrap} [sync]       The same around a sync method; what it returns is returned at once.
 * @property {Wrap} [optioned]   The same with options, which the contender's name tells.
 * @property {() => { call: Wrap, seen?: () => number } | Promise<object>} [observed]  Begins to observe; gives `plain`
 *                               and, where something is observed, how often it was.
 * @property {Wrap} [zeroWait]   5 retries and no wait, around an async function of one argument.
 * @property {Wrap} [endless]    As `zeroWait`, with thousands of retries.
 * @property {Wrap} [longWait]   One retry after 60 s, around an async function without arguments.
 * @property {(fn: Function, draw: () => number, longest: number) => Function} [randomWait]
 *   One retry after `draw()` milliseconds, around an async function of one argument. A library with an even
 *   distribution of its own takes `longest`, the largest that `draw` gives.
 *
 * @property {Wrap} [breaker]    Around an async function without arguments: a circuit breaker whose circuit is closed. May
 *                               give a promise of the function, as may the next four.
 * @property {Wrap} [tripping]   A circuit breaker that opens after five failures in a row, or as soon as it can, and stays
 *                               open for an hour.
 * @property {Wrap} [bigWindow]  A circuit breaker that opens at 99 % failures of the last 20,000 calls or 10 minutes.
 * @property {(fn: Function, ms: number) => Function} [timeout]  A promise that is not settled in time is rejected.
 * @property {Wrap} [stack]      Three tries within a fallback to the text 'instead', each try through a closed circuit
 *                               and with a timeout of 10 s.
 * @property {() => unknown} [beforehand]  What a process does once before bare calls are measured in it.
 *
 * @property {(origin: string) => (path: string) => Promise<object>} [httpGet]
 *   Gives a function that GETs a path of `origin` and gives the parsed JSON of the answer: 3 retries after 1 ms each, on
 *   a 503 too. 64 calls may be under way at once.
 * @property {(origin: string) => (path: string, data: object) => Promise<object>} [httpPost]  The same with a POST of
 *                               `data` as JSON; whether it is repeated does not matter.
 * @property {(origin: string) => (path: string, data: object) => Promise<object>} [httpPostRetried]
 *   As `httpPost`; repeated on a 503.
 *
 * @property {string} [entry]    What `import` takes; a relative path is seen from `suites/`.
 * @property {string} [program]  The smallest module that retries a `fetch` with exponential backoff.
 * @property {string[]} [external]  Packages left out of the bundle.
 */
import { readdir } from 'node:fs/promises';

const FOLDER = new URL('../contenders/', import.meta.url);
const PLAIN_FIELDS = ['name', 'kind', 'package', 'notes', 'entry', 'program', 'external'];

/** The contenders of one file. */
export async function load(file) {
  const { default: found } = await import(new URL(file, FOLDER).href);
  return [found].flat();
}

/**
 * Tells of each contender what it offers, without its functions, so that it can cross to another process; and of
 * each file that cannot be loaded, why.
 */
export async function describeAll() {
  const contenders = [];
  const faults = [];
  for (const file of (await readdir(FOLDER)).filter((name) => name.endsWith('.mjs')).sort()) {
    try {
      for (const contender of await load(file)) {
        const described = Object.fromEntries(PLAIN_FIELDS.map((field) => [field, contender[field]]));
        contenders.push({ file, ...described, offers: Object.keys(contender) });
      }
    } catch (error) {
      faults.push({ message: `contenders/${file} cannot be loaded: ${reason(error)}` });
    }
  }
  return { contenders, faults };
}

function reason({ code, message }) {
  const notBuilt = code === 'ERR_MODULE_NOT_FOUND' && message.includes('dist');
  return notBuilt ? 'stampede-js is not built (npm run build, one folder up)' : message;
}
