import { describe, expect, it } from '@jest/globals';
import { VirtualClock, circuitBreaker } from '../../src/core.js';
import { changeText } from '../../src/policies/circuit-log.js';
import type { CircuitBreaker, CircuitBreakerOptions, CircuitDetails } from '../../src/core.js';
import { runInNode } from '../support/run-in-node.js';

const boom = new Error('password=hunter2');
const fail = (): never => {
  throw boom;
};
const work = (): string => 'pong';

/** The lines for what happens to a circuit while `play` has it. */
function linesOf(
  options: CircuitBreakerOptions,
  play: (breaker: CircuitBreaker, clock: VirtualClock) => void,
): string[] {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const note = (details: CircuitDetails): void => {
    lines.push(changeText(details, details.retryAt - clock.now()));
  };
  const all = { onOpen: note, onHalfOpen: note, onRamp: note, onClose: note };
  play(circuitBreaker({ name: 'payments', clock, jitter: null, ...all, ...options }), clock);
  return lines;
}

const failing = (breaker: CircuitBreaker, times: number): void => {
  for (let call = 0; call < times; call++) expect(() => breaker(fail)()).toThrow(boom);
};

describe('the line of the log for a change of a circuit', () => {
  it('tells from what to what, for how long, why, and the numbers behind it', () => {
    const lines = linesOf({ failureRate: 0.5, minCalls: 4 }, (breaker) => {
      breaker(work)();
      failing(breaker, 3);
    });

    expect(lines).toEqual(['Circuit payments: closed → open for 5.0s (failureRate: 3 of 4 calls failed)']);
  });

  it('follows a circuit through all its states', () => {
    const lines = linesOf({ consecutive: 2 }, (breaker, clock) => {
      failing(breaker, 2);
      clock.block(5000);
      failing(breaker, 1);
      clock.block(10_000);
      breaker(work)();
      for (let step = 0; step < 6; step++) {
        clock.block(1000);
        for (let call = 0; call < 100; call++) tolerate(breaker);
      }
    });

    expect(lines).toEqual([
      'Circuit payments: closed → open for 5.0s (consecutive: 2 failures in a row)',
      'Circuit payments: open → half-open (openTime)',
      'Circuit payments: half-open → open for 10.0s (probes: they failed; opened 2 times)',
      'Circuit payments: open → half-open (openTime)',
      'Circuit payments: half-open → ramp (probes: they succeeded)',
      'Circuit payments: ramp → closed (ramp)',
    ]);
  });

  it('tells of slow calls, and of what was done by hand', () => {
    const lines = linesOf({ slowAfter: 10, slowRate: 1, minCalls: 1 }, (breaker, clock) => {
      breaker(() => clock.block(20))();
      breaker.isolate();
      breaker.close();
    });

    expect(lines).toEqual([
      'Circuit payments: closed → open for 5.0s (slowRate: 1 of 1 calls were slow)',
      'Circuit payments: open → isolated (manual)',
      'Circuit payments: isolated → closed (manual)',
    ]);
  });

  it('never tells the key, which is made of arguments, or what the error says', () => {
    const lines = linesOf({ consecutive: 1, key: ({ args }) => String(args[0]) }, (breaker) => {
      expect(() => breaker(fail as (token: string) => void)('token=secret')).toThrow(boom);
    });

    expect(lines).toEqual([
      'Circuit payments, one of its keys: closed → open for 5.0s (consecutive: 1 failure in a row)',
    ]);
  });
});

function tolerate(breaker: CircuitBreaker): void {
  try {
    breaker(work)();
  } catch {
    // a ramp lets some through
  }
}

describe('DEBUG=stampede:circuit', () => {
  const program = `
    const breaker = stampede.circuitBreaker({ name: 'payments', consecutive: 1, jitter: null });
    try { breaker(() => { throw new Error('password=hunter2'); })('secret'); } catch {}
    breaker.close();
  `;

  it('writes them to the package debug, which is silent otherwise', async () => {
    const silent = await runInNode(program);
    const loud = await runInNode(`process.env.DEBUG = 'stampede:circuit';${program}`);

    expect(silent.stderr).toBe('');
    const lines = loud.stderr.trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /stampede:circuit Circuit payments: closed → open for 5.0s \(consecutive: 1 failure/,
    );
    expect(lines[1]).toMatch(/stampede:circuit Circuit payments: open → closed \(manual\)/);
    expect(loud.stderr).not.toMatch(/hunter2|secret/);
  });

  it('loads the package only when there is something to say and somebody asked', async () => {
    const loaded = `
      const { createRequire } = await import('node:module');
      console.log(Object.keys(createRequire(import.meta.url).cache).some((file) => /node_modules.debug/.test(file)));
    `;

    const silent = await runInNode(`${program}${loaded}`);
    const loud = await runInNode(`process.env.DEBUG = 'stampede:circuit';${program}${loaded}`);

    expect([silent.stdout.trim(), loud.stdout.trim()]).toEqual(['false', 'true']);
  });
});
