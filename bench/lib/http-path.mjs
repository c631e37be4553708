/**
 * Measuring HTTP clients: what a call costs the process that makes it, beside the barest client there is.
 *
 * The server is another process, and so is the reference: a client brings agents, pools and garbage that would
 * disturb another one beside it. Both are measured in the same round.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { check } from './check.mjs';

const SERVER = fileURLToPath(new URL('http-server.mjs', import.meta.url));
const REFERENCE = 'undici.request';
const FAIL_EVERY = 10;
const FIRST = 100_000; // all paths are of one length
const WARM_UP_AT_ONCE = 8; // one after the other would take several times as long

/** What is posted. */
const ORDER = {
  customer: 4711,
  items: ['tea', 'milk', 'sugar'],
  express: true,
  note: 'leave it at the door',
};

/**
 * A suite of one kind of call.
 *
 * @param {object} how
 * @param {string} how.name
 * @param {string} how.title
 * @param {'httpGet' | 'httpPost' | 'httpPostRetried'} how.needs
 * @param {number} how.atOnce   Calls under way at any moment.
 * @param {boolean} [how.fails] Whether the server refuses each tenth call once, with 503.
 */
export function httpSuite({ name, title, needs, atOnce, fails = false }) {
  return {
    name,
    title,
    needs,
    anchors: [REFERENCE],
    rounds: { full: 3, quick: 1 },
    columns: [
      { key: 'cpuUs', label: 'CPU µs per call', digits: 0 },
      { key: 'ratio', label: '× bare', digits: 2, main: true },
      { key: 'coldUs', label: 'CPU µs when cold', digits: 0 },
      { key: 'perSecond', label: 'calls per s', digits: 0 },
      { key: 'timesRate', label: 'rate × bare', digits: 2 },
    ],
    run: (contender, { quick }) => measure(contender, { needs, atOnce, fails, quick }),
    derive(result, round) {
      const reference = round.get(REFERENCE);
      return {
        ratio: result.cpuUs / reference?.cpuUs,
        timesRate: result.perSecond / reference?.perSecond,
      };
    },
  };
}

/**
 * Calls of the first two parts and of a block of the third, which goes on until it has used the CPU for so long: quick
 * clients make more calls in it than slow ones. All numbers of calls are multiples of `FAIL_EVERY`.
 *
 * A client's code is cold for some thousand calls, in which V8's compilers use most of the time: the first of them
 * are told apart, the next are not counted.
 */
const AMOUNTS = { cold: 500, warmUp: 3500, block: 500 };
const cpuMsOf = (quick) => (quick ? 250 : 1000);

async function measure(contender, { needs, atOnce, fails, quick }) {
  const server = await startServer(fails ? FAIL_EVERY : 0);
  try {
    const made = { calls: 0, right: 0 };
    const call = contender[needs](server.origin);
    const part = (calls, at, cpuMs) => measured(() => drive(call, made, calls, at), calls, cpuMs);

    const cold = await part(AMOUNTS.cold, atOnce, 0);
    await part(AMOUNTS.warmUp, Math.max(atOnce, WARM_UP_AT_ONCE), 0);
    const warm = await part(AMOUNTS.block, atOnce, cpuMsOf(quick));
    await seenToWork(server, made, { contender, posts: needs !== 'httpGet', fails });
    return { cpuUs: warm.cpuUs, perSecond: warm.perSecond, coldUs: cold.cpuUs };
  } finally {
    server.kill();
  }
}

/** Runs a block of `calls` once, and again until `cpuMs` of CPU time are used. */
async function measured(block, calls, cpuMs) {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let made = 0;
  let usedUs = 0;
  do {
    await block();
    made += calls;
    const { user, system } = process.cpuUsage(before);
    usedUs = user + system;
  } while (usedUs < cpuMs * 1e3);
  return { cpuUs: usedUs / made, perSecond: (made * 1e3) / (performance.now() - startedAt) };
}

/** Makes `calls` calls, `atOnce` of them at any moment, and counts those that are answered with what they asked for. */
async function drive(call, made, calls, atOnce) {
  const end = made.calls + calls;
  const caller = async () => {
    while (made.calls < end) {
      const path = `/users/${FIRST + made.calls++}`;
      const answer = await call(path, ORDER);
      if (answer?.path === path) made.right++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
}

/** Each refused call must have been made again, once, with all of its body; only the bare client has lost it. */
async function seenToWork(server, { calls, right }, { contender, posts, fails }) {
  const failed = fails ? calls / FAIL_EVERY : 0;
  const retries = contender.kind === 'bare' ? 0 : failed;
  const { requests, bodyBytes } = await server.seen();
  check(right, calls - failed + retries, 'right answers');
  check(requests, calls + retries, 'requests');
  check(bodyBytes, posts ? requests * JSON.stringify(ORDER).length : 0, 'bytes of request bodies');
}

async function startServer(failEvery) {
  const server = fork(SERVER, [String(failEvery)], { execArgv: [] });
  const [{ port }] = await once(server, 'message');
  return {
    origin: `http://127.0.0.1:${port}`,
    async seen() {
      server.send('what have you seen?');
      const [seen] = await once(server, 'message');
      return seen;
    },
    kill: () => server.kill(),
  };
}
