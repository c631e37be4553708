/**
 * How exact the timeouts of the HTTP helper are: how late each fires, and that none fires early.
 *
 *   node bench/timeouts/run.mjs          (build first: npm run build)
 *
 * 200 connect timeouts against a listener that never accepts, 200 read timeouts against one that never answers and
 * 200 total timeouts against one that sends a byte a second; one call after the other, the cases mixed, so that a slow
 * moment of the machine hits all of them. What is measured is what a caller sees: from the call to its rejection.
 * Ends with exit code 1 when a median is later than 5 ms, or anything was early, or failed in another way.
 */
import { setImmediate as macrotask } from 'node:timers/promises';
import { RetrySession } from '../../dist/esm/http/index.js';
import { listen } from './listeners.mjs';

const LATEST_MEDIAN_MS = 5;
const WARM_UP = 5;
const TIME_LIMIT_MS = 120_000;

/** How often each time limit is tried, in milliseconds: 200 times in all, in nine seconds. */
const SAMPLES = new Map([
  [5, 80],
  [25, 60],
  [50, 40],
  [250, 20],
]);

/** The other limits are far away, so that no other than the one measured can fire. */
const KINDS = [
  {
    name: 'connect',
    listener: 'never accepts',
    error: 'ConnectTimeoutError',
    timeout: (ms) => [ms, 10_000],
  },
  {
    name: 'read',
    listener: 'never answers',
    error: 'ReadTimeoutError',
    timeout: (ms) => [10_000, ms],
  },
  {
    name: 'total',
    listener: 'sends a byte a second',
    error: 'TotalTimeoutError',
    timeout: (ms) => ({ connect: 10_000, read: 10_000, total: ms }),
  },
];

process.exitCode = await main();

async function main() {
  setTimeout(giveUp, TIME_LIMIT_MS).unref();
  const listeners = new Map();
  for (const { listener } of KINDS) listeners.set(listener, await listen(listener));
  // One attempt, and no circuit breaker: it would soon refuse calls that nothing else is wrong with.
  const session = new RetrySession({ retries: false, circuitBreaker: false, trustEnv: false });
  const cases = KINDS.flatMap((kind) => [...SAMPLES].map(([ms, count]) => ({ kind, ms, count, late: [] })));
  const lateness = ({ kind, ms }) => fire(session, listeners.get(kind.listener).url, kind, ms);

  try {
    for (const one of cases.filter(({ ms }) => ms === 25)) {
      for (let i = 0; i < WARM_UP; i++) await lateness(one);
    }
    for (const [at, one] of mixed(cases).entries()) {
      await startWithinMillisecond(at);
      one.late.push(await lateness(one));
    }
  } finally {
    for (const { close } of listeners.values()) close();
  }
  return report(cases);
}

/** @returns Milliseconds from the moment at which the timeout should have fired; below 0 it was early. */
async function fire(session, url, { name, error, timeout }, ms) {
  const options = { timeout: timeout(ms) };
  const startedAt = performance.now();
  const thrown = await session.get(url, options).then(
    (response) => new Error(`an answer with status ${response.status}`),
    (reason) => reason,
  );
  const late = performance.now() - startedAt - ms;
  if (thrown?.name !== error) {
    throw new Error(`A ${name} timeout of ${ms} ms should end in ${error}.`, { cause: thrown });
  }
  return late;
}

/** Each case as often as it has samples, spread evenly over the run. */
function mixed(cases) {
  return cases
    .flatMap((one) => Array.from({ length: one.count }, (_, i) => ({ one, place: (i + 0.5) / one.count })))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

/** Node's timers count whole milliseconds. Calls must begin anywhere in one, or a timer that is early stays unseen. */
async function startWithinMillisecond(at) {
  await macrotask();
  const until = Math.ceil(performance.now()) + (at % 10) / 10;
  while (performance.now() < until);
}

function report(cases) {
  const rows = KINDS.flatMap((kind) => {
    const own = cases.filter((one) => one.kind === kind);
    return [...own, { kind, ms: 'all', late: own.flatMap(({ late }) => late) }];
  }).map(summary);

  console.log('How late timeouts are, in milliseconds\n');
  const line = (cells) => console.log(cells.map((cell) => String(cell).padStart(8)).join(''));
  line(['timeout', 'after', 'samples', 'least', 'p50', 'p99', 'most', 'early']);
  for (const { name, ms, count, times, early } of rows) {
    line([name, ms, count, ...times.map((time) => time.toFixed(1)), early]);
  }

  const faults = rows.flatMap(({ name, ms, times: [, median], early }) => {
    if (ms === 'all') return [];
    const late = median > LATEST_MEDIAN_MS ? [`the median is more than ${LATEST_MEDIAN_MS} ms late`] : [];
    return [...late, ...(early > 0 ? [`${early} fired early`] : [])].map((why) => `${name}, ${ms}: ${why}`);
  });
  for (const fault of faults) console.error(`! ${fault}`);
  return faults.length > 0 ? 1 : 0;
}

function summary({ kind, ms, late }) {
  const sorted = late.toSorted((a, b) => a - b);
  const quantile = (q) => sorted[Math.ceil(q * sorted.length) - 1];
  return {
    name: kind.name,
    ms,
    count: sorted.length,
    times: [sorted[0], quantile(0.5), quantile(0.99), quantile(1)],
    early: sorted.filter((value) => value < 0).length,
  };
}

function giveUp() {
  console.error(
    `! not done in ${TIME_LIMIT_MS / 1000} s: a timeout does not fire, or something is left open`,
  );
  process.exit(1);
}
