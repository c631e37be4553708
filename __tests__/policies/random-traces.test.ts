/**
 * 100,000 random traces through whole gateways: each decides as a plain restatement of the rules does.
 *
 * Thousands of gateways share one clock, so that one wake serves them all. A call begins at a moment of its own (of
 * every 16 ms, call 3 has the third) and everything else takes a multiple of 16 ms, so that no two calls are ever
 * looked at in the same moment: which of them comes first is nobody's rule.
 *
 * Left out: deadlines, jitter, slow-call rates, time windows, aborted calls, and the patterns that a gateway has only
 * when it is asked for them.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { type Random, VirtualClock, constant, gateway, seeded } from '../../src/core.js';
import { type Call, type Trace, foretell } from './oracle.js';

const traces = 100_000;
const batch = 1_000;
const tick = 16;

// A trace from a seed.

function traceOf(seed: number): Trace {
  const random = seeded(seed);
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const ticks = (least: number, most: number): number =>
    tick * (least + Math.floor(random() * (most - least + 1)));
  const timeout = ticks(1, 4);
  const maxTries = pick(1, 2, 3, 4);
  const isByRate = pick(false, false, true);
  const isBoth = pick(true, false, false);
  const size = pick(3, 4, 6);
  const successes = pick(1, 1, 2);
  const first = ticks(2, 10);
  return {
    retry: { timeout, maxTries, wait: pick(0, ticks(1, 3)) },
    budget: {
      ratio: pick(0.1, 0.5, 1),
      minimum: pick(1, 3, 6),
      maximum: pick(6, 8),
      window: pick(100, 1_000),
      error: 1,
      timeout: 2,
    },
    trip: {
      failures: isByRate && !isBoth ? Infinity : pick(1, 2, 3, 5),
      lasting: pick(0, 0, ticks(1, 4)),
      rate: isByRate || isBoth ? pick(0.4, 0.5, 0.75, 1) : Infinity,
      size,
      least: pick(2, 3, size),
    },
    probes: {
      first,
      most: pick(first, first * 2, 60_000),
      atOnce: pick(1, 1, 2),
      successes,
      of: successes + pick(0, 0, 1),
      lease: pick(ticks(1, 6), 30_000),
    },
    ramp: { from: pick(1, 1, 0.1, 0.3), factor: pick(1.5, 2), every: ticks(1, 8), least: pick(1, 2, 3) },
    hasFallback: pick(true, false),
    calls: callsOf(random, pick, ticks, timeout, maxTries),
  };
}

function callsOf(
  random: Random,
  pick: <T>(...choices: readonly T[]) => T,
  ticks: (least: number, most: number) => number,
  timeout: number,
  maxTries: number,
): Call[] {
  const count = pick(6, 8, 10);
  const longest = pick(1, 4, 16); // overlapping, mixed, mostly one after the other
  const looks = pick(0, 0.5, 1);
  const change = pick(0.1, 0.3, 0.5);
  let failing = pick(0, 0.5, 0.9);
  let moment = 0;
  const afters = [
    0,
    0,
    0,
    ticks(1, timeout / tick),
    ticks(1, timeout / tick),
    timeout,
    timeout + tick,
    Infinity,
  ];
  const answer = (): Call['answers'][number] => ({
    ok: random() >= failing,
    after: pick(...afters),
  });
  return Array.from({ length: count }, (_, id) => {
    if (random() < change) failing = pick(0, 0.2, 0.9, 1);
    moment += ticks(0, longest);
    const answers = Array.from({ length: maxTries }, answer);
    return { id, at: moment + id, answers, isLooked: id === count - 1 || random() < looks };
  });
}

// What a gateway does with it.

/** A sleeper of the clock: cheaper than a promise around a timer, and nothing of a policy's. */
function at(clock: VirtualClock, moment: number, wake: () => void): void {
  clock.schedule({ place: -1, unref: false, wake }, moment - clock.now());
}

const boom = (): Error => new Error('boom');

function nameOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === 'ERR_TIMEOUT') return 'timeout';
  if (code === 'ERR_CIRCUIT_OPEN') return 'refusal';
  return message === 'boom' ? 'error' : message;
}

/** Plays a trace. @returns What happens, as it happens. */
function play(trace: Trace, clock: VirtualClock, random: Random): string[] {
  const { retry, budget, trip, probes, ramp } = trace;
  const { error, timeout, ...bucket } = budget;
  const byRate = { failureRate: trip.rate, lastCalls: trip.size, minCalls: trip.least };
  const door = gateway<unknown>('traced', {
    timeout: retry.timeout,
    deadline: false,
    retry: { maxTries: retry.maxTries, wait: constant(retry.wait), jitter: null },
    budget: { ...bucket, cost: { error, timeout } },
    circuitBreaker: {
      consecutive: trip.failures === Infinity ? null : { failures: trip.failures, lasting: trip.lasting },
      ...(trip.rate === Infinity ? { failureRate: null } : byRate),
      openTime: probes.first,
      maxOpenTime: probes.most,
      jitter: null,
      halfOpen: {
        atOnce: probes.atOnce,
        successes: probes.successes,
        of: probes.of,
        lease: probes.lease,
      },
      ramp:
        ramp.from === 1
          ? null
          : { from: ramp.from, factor: ramp.factor, every: ramp.every, minCalls: ramp.least },
    },
    fallback: trace.hasFallback
      ? (outcome: { error?: unknown }) => `fallback for ${nameOf(outcome.error)}`
      : undefined,
    clock,
    random,
  });
  const told: string[] = [];
  const tries = trace.calls.map(() => 0);
  const ask = (call: Call): Promise<string> => {
    const count = (tries[call.id] = (tries[call.id] ?? 0) + 1);
    told.push(`${clock.now()}: call ${call.id}, attempt ${count}`);
    const { ok, after } = call.answers[count - 1] as Call['answers'][number];
    if (after === 0 && !ok && count % 2 === 0) throw boom(); // at once, though every gateway is async
    return new Promise((resolve, reject) => {
      const answer = (): void => {
        if (ok) resolve('value');
        else reject(boom());
      };
      if (after === 0) answer();
      else if (after < Infinity) at(clock, clock.now() + after, answer);
    });
  };
  const wrapped = door(ask) as typeof ask;
  for (const call of trace.calls) {
    const ended = (how: string): void => {
      const level = call.isLooked ? `, ${door.state.budget?.level.toFixed(6)}` : '';
      told.push(`${clock.now()}: call ${call.id} ends: ${how}, ${door.circuit?.state}${level}`);
    };
    at(clock, call.at, () => {
      // Both ways to make a call share the patterns.
      const end = call.id % 2 === 0 ? wrapped(call) : (door.run(() => ask(call)) as Promise<string>);
      end.then(ended, (reason: unknown) => {
        ended(nameOf(reason));
      });
    });
  }
  return told;
}

interface Seen {
  attempts: number;
  readonly ends: Map<string, number>;
}

function count(seen: Seen, lines: readonly string[]): void {
  for (const line of lines) {
    const [, how] = /ends: (.*?, [a-z-]+)/.exec(line) ?? [];
    if (how === undefined) seen.attempts += 1;
    else seen.ends.set(how, (seen.ends.get(how) ?? 0) + 1);
  }
}

/** What is planted in the oracle: a title, what stands in the source, what stands there instead. */
const bugs: readonly (readonly [string, string, string])[] = [
  ['a timeout costs what an error costs', `pays(budget[how], end)`, `pays(budget.error, end)`],
  [
    'a retry is paid for though it is not made',
    `tries === retry.maxTries || !pays(budget[how], end)`,
    `!pays(budget[how], end) || tries === retry.maxTries`,
  ],
  ['a retry that is refused is not refunded', `settle(now, paid)`, `settle(now)`],
  ['a budget that is nearly enough pays', `price - 1e-9`, `price - 0.5`],
  ['successes earn one by one, whatever the capacity', `Math.min(capacity, tokens`, `Math.max(0, tokens`],
  ['a success that was retried earns nothing', `earned += 1`, `earned += tries === 1 ? 1 : 0`],
  ['calls that end for want of a budget are no traffic', `traffic + 1]`, `traffic]`],
  ['one failure more opens', `streak >= trip.failures`, `streak > trip.failures`],
  ['a row of failures opens however short it is', `now - since >= trip.lasting`, `true`],
  ['a success does not end a row of failures', `: [0, now];`, `: [streak, since];`],
  ['generations are ignored', `pass.period !== period || pass.until`, `pass.until`],
  ['a probe too many', `leases.length >= probes.atOnce`, `leases.length > probes.atOnce`],
  ['a probe counts whose place is gone', ` || pass.until <= now) return`, `) return`],
  ['one failed probe is always too many', `bad > probes.of - probes.successes`, `bad > 0`],
  ['the open time never grows', `2 ** opened`, `1`],
  [
    'the open time ends late',
    `if (state === 'open' && now >= retryAt)`,
    `if (state === 'open' && now > retryAt)`,
  ],
  ['a window that forgets nothing', `-trip.size`, `0`],
  ['a window that opens before there is evidence', `seen.length >= least && `, ``],
  ['a ramp lets everybody through', `dice() >= gate`, `dice() >= 1`],
  ['a ramp climbs in spite of failures', `if (isRampBad()) turn`, `if (retryAt < 0) turn`],
  [
    'a ramp makes up for the steps that nobody took',
    `while (stepAt <= now) stepAt += ramp.every`,
    `stepAt += ramp.every`,
  ],
  ['a ramp climbs though a failure stands alone', `seen.includes(true) ? seen.length < ramp.least : `, ``],
  ['a ramp climbs while nothing comes back', ` && leases.length > 0;`, ` && false;`],
  [
    'a ramp forgets the failure that holds it back',
    `else if (!isHeld) [gate`,
    `else if (isHeld) seen = [];\n      else [gate`,
  ],
  [
    'what an open circuit refuses is tried again',
    `return finish(call, 'refusal', now)`,
    `return tries < retry.maxTries ? later(now + retry.wait, (next) => attempt(call, tries + 1, next)) : finish(call, 'refusal', now)`,
  ],
  ['an answer at the last moment is too late', `after > retry.timeout`, `after >= retry.timeout`],
  [
    'the waits count from the start of an attempt',
    `later(end + retry.wait`,
    `later(now + retry.wait + Math.min(after, retry.timeout) / 2`,
  ],
];

const source = readFileSync(path.join(import.meta.dirname, 'oracle.ts'), 'utf8');

function planted(from: string, to: string): typeof foretell {
  const { outputText } = ts.transpileModule(
    source.replace(from, () => to),
    {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    },
  );
  const exports = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a copy of the oracle, with a bug in it
  new Function('exports', outputText)(exports);
  return (exports as { foretell: typeof foretell }).foretell;
}

/** The first of the traces on which a wrong oracle says something else. What the right one says, the gateways do. */
function firstNoticed(wrong: typeof foretell): number | undefined {
  for (let seed = 0; seed < traces; seed++) {
    const trace = traceOf(seed);
    const right = foretell(trace, seeded(-1 - seed)).join('\n');
    if (wrong(trace, seeded(-1 - seed)).join('\n') !== right) return seed;
  }
  return undefined;
}

describe('the oracle', () => {
  it('takes at most 100 lines and nothing from elsewhere', () => {
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(100);
    expect(source).not.toMatch(/import|require/);
  });

  it.each(bugs)('would be caught if it said: %s', (_, from, to) => {
    expect(source.split(from)).toHaveLength(2);

    const seed = firstNoticed(planted(from, to));

    expect(seed).toBeLessThan(traces);
  });
});

describe('a whole gateway', () => {
  it(`decides on ${traces} random traces as an independent oracle does`, async () => {
    const seen: Seen = { attempts: 0, ends: new Map() };
    for (let start = 0; start < traces; start += batch) {
      const clock = new VirtualClock();
      const seeds = Array.from({ length: batch }, (_, index) => start + index);
      const made = seeds.map(traceOf);
      const played = made.map((trace, index) => play(trace, clock, seeded(-1 - start - index)));

      await clock.advance('1m');

      expect(clock.pending).toBe(0);
      seeds.forEach((seed, index) => {
        const lines = played[index] as string[];
        const foretold = foretell(made[index] as Trace, seeded(-1 - seed));
        // Not by `expect` for each: a hundred thousand of them take longer than the traces.
        if (lines.join('\n') !== foretold.join('\n'))
          expect({ seed, lines }).toEqual({ seed, lines: foretold });
        count(seen, lines);
      });
    }

    console.info(`${traces} traces, ${seen.attempts} attempts`, Object.fromEntries([...seen.ends].sort()));
    for (const how of ['value', 'error', 'timeout', 'fallback for error', 'fallback for timeout']) {
      for (const state of ['closed', 'open', 'half-open', 'ramp']) {
        expect([how, state, (seen.ends.get(`${how}, ${state}`) ?? 0) > 100]).toEqual([how, state, true]);
      }
    }
  }, 900_000); // a minute of work, on a machine that may be ten times as busy
});
