import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CircuitRules, Permit } from '../../src/policies/circuit-rules.js';
import { Circuit } from '../../src/policies/circuit.js';
import { CountWindow, TimeWindow } from '../../src/policies/windows.js';

const plain: CircuitRules = {
  consecutive: { failures: 3, lasting: 0 },
  failureRate: undefined,
  slowRate: undefined,
  minCalls: { least: 5, share: 0.2, most: 100 },
  window: undefined,
  isTimed: false,
  halfOpen: { atOnce: 1, successes: 1, of: 1, lease: 1000 },
  ramp: undefined,
  openTime: (reopened) => 1000 * 2 ** reopened,
  random: () => 0,
};

function circuit(rules: Partial<CircuitRules> = {}): Circuit {
  return new Circuit({ ...plain, ...rules });
}

function fail(one: Circuit, now: number, times = 1): void {
  for (let i = 0; i < times; i++) one.end(one.admit(now)!, 'failure', now);
}

function succeed(one: Circuit, now: number, times = 1): void {
  for (let i = 0; i < times; i++) one.end(one.admit(now)!, 'success', now);
}

function opened(rules: Partial<CircuitRules> = {}): Circuit {
  const one = circuit(rules);
  one.open(0);
  return one;
}

describe('Circuit, closed', () => {
  it('opens after so many failures in a row', () => {
    const one = circuit();
    fail(one, 1, 2);
    succeed(one, 2);
    fail(one, 3, 2);
    expect(one.state).toBe('closed');

    fail(one, 4);

    expect(one).toMatchObject({ state: 'open', because: 'consecutive', retryAt: 1004 });
    expect(one.admit(1003)).toBeUndefined();
  });

  it('opens after failures in a row only when they have lasted', () => {
    const one = circuit({ consecutive: { failures: 3, lasting: 500 } });
    fail(one, 0, 50);
    expect(one.state).toBe('closed');

    fail(one, 500);

    expect(one.state).toBe('open');
  });

  it('opens at a failure rate over the last calls', () => {
    const one = circuit({ consecutive: undefined, failureRate: 0.5, window: () => new CountWindow(10) });
    succeed(one, 0, 5);
    fail(one, 0, 4);
    expect(one.state).toBe('closed');

    fail(one, 0);

    expect(one).toMatchObject({ state: 'open', because: 'failureRate' });
    expect(one.counts(0)).toEqual({ calls: 10, failures: 5, slow: 0, consecutive: 5 });
  });

  it('is not opened by a success that brings the number of calls to the least', () => {
    const one = circuit({ consecutive: undefined, failureRate: 0.5, window: () => new CountWindow(10) });
    fail(one, 0, 4);
    succeed(one, 0);

    expect(one.state).toBe('closed');
  });

  it('T3: looks at the time before it looks at the window', () => {
    const timed = { failureRate: 0.5, window: () => new TimeWindow(1000), isTimed: true };
    const one = circuit({ ...timed, consecutive: undefined });
    fail(one, 0, 4);
    expect(one.counts(5000)).toMatchObject({ calls: 0, failures: 0 });

    const slow = circuit({ ...timed, consecutive: undefined, slowRate: 0.5 });
    fail(slow, 0, 4);
    fail(one, 5000);
    slow.slow(slow.admit(5000)!, 5000);

    expect([one.state, slow.state]).toEqual(['closed', 'closed']);
  });

  it('T13: takes few calls for evidence in a process that makes few, and more in one that makes many', () => {
    const rules = { failureRate: 0.5, window: () => new TimeWindow(10_000), isTimed: true };
    const untilOpen = (every: number): { calls: number; time: number } => {
      const one = circuit({ ...rules, consecutive: { failures: 5, lasting: 10_000 } });
      one.close(0);
      let calls = 0;
      for (let now = 0; one.state === 'closed'; now += every) {
        fail(one, now);
        calls += 1;
        if (now > 1e6) break;
      }
      return { calls, time: (calls - 1) * every };
    };

    expect(untilOpen(12_500)).toEqual({ calls: 5, time: 50_000 }); // 800 calls a second over 10,000 processes
    expect(untilOpen(1000).calls).toBe(5);
    expect(untilOpen(100)).toEqual({ calls: 21, time: 2000 });
    expect(untilOpen(1).calls).toBe(100);
  });

  it('counts a call that has become slow, once, and its failure with it', () => {
    const one = circuit({ consecutive: undefined, slowRate: 0.9, window: () => new CountWindow(10) });
    const slow = one.slow(one.admit(0)!, 5);
    expect(one.slow(slow, 6)).toBe(slow);
    expect(one.counts(6)).toMatchObject({ calls: 1, failures: 0, slow: 1 });
    one.end(slow, 'failure', 7);

    expect(one.counts(7)).toMatchObject({ calls: 1, failures: 1, slow: 1 });
  });

  it('T7: counts a neutral end nowhere', () => {
    const one = circuit({ failureRate: 0.5, window: () => new CountWindow(10) });
    fail(one, 0, 2);

    for (let i = 0; i < 100; i++) one.end(one.admit(0)!, 'neutral', 0);

    expect(one.counts(0)).toEqual({ calls: 2, failures: 2, slow: 0, consecutive: 2 });
    fail(one, 0);
    expect(one.state).toBe('open');
  });
});

describe('Circuit, open and half-open', () => {
  it('T5: ignores the results of an earlier period', () => {
    const one = circuit();
    const early = [one.admit(0)!, one.admit(0)!];
    fail(one, 0, 3);

    one.end(early[0]!, 'success', 500);
    expect(one.state).toBe('open');
    const probe = one.admit(1000)!;
    one.end(early[1]!, 'success', 1001);
    one.slow(early[1]!, 1001);

    expect(one.state).toBe('half-open');
    one.end(probe, 'success', 1002);
    expect(one.state).toBe('closed');
  });

  it('T6: takes a cancelled probe for neither success nor failure, and gives its place to another', () => {
    const one = opened();

    one.end(one.admit(1000)!, 'neutral', 1100);

    expect(one.state).toBe('half-open');
    one.end(one.admit(1100)!, 'success', 1200);
    expect(one.state).toBe('closed');
  });

  it('T8: gives the place of a probe that hangs to another when its lease has expired', () => {
    const one = opened();
    const hung = one.admit(1000)!;
    expect(one.admit(1999)).toBeUndefined();

    const second = one.admit(2000)!;

    expect(second).toBeDefined();
    one.end(hung, 'success', 2001); // too late: its place is another's
    expect(one.state).toBe('half-open');
    one.end(second, 'success', 2002);
    expect(one.state).toBe('closed');
  });

  it('T12: opens for longer each time, and for the shortest time after a recovery', () => {
    const one = opened();
    const lengths = [one.retryAt];
    for (let i = 0; i < 3; i++) {
      const now = one.retryAt;
      fail(one, now);
      lengths.push(one.retryAt - now);
    }
    succeed(one, one.retryAt);
    one.open(50_000);

    expect(lengths).toEqual([1000, 2000, 4000, 8000]);
    expect(one.retryAt).toBe(51_000);
  });

  it('T14: lets so many probes through and no more', () => {
    const one = opened({ halfOpen: { atOnce: 2, successes: 2, of: 3, lease: 1000 } });
    const admitted = Array.from({ length: 100 }, () => one.admit(1000));
    const probes = admitted.filter((permit): permit is Permit => permit !== undefined);
    expect(probes).toHaveLength(2);

    one.end(probes[0]!, 'success', 1100);
    one.end(probes[1]!, 'failure', 1100);
    expect(one.state).toBe('half-open');
    one.end(one.admit(1100)!, 'success', 1200);

    expect(one.state).toBe('closed');
  });

  it('opens again when too many probes have failed, and counts a slow one among them', () => {
    const halfOpen = { atOnce: 3, successes: 2, of: 3, lease: 1000 };
    const one = opened({ halfOpen, slowRate: 0.5, window: () => new CountWindow(10) });
    const [first, second] = [one.admit(1000)!, one.admit(1000)!];

    one.slow(first, 1500);
    one.end(first, 'success', 1600); // it has been counted
    one.end(second, 'failure', 1600);

    expect(one).toMatchObject({ state: 'open', because: 'probes', reopened: 2 });
  });

  it('T17: needs no timer to be half-open for who looks at it', () => {
    const one = opened();

    expect(one.stateAt(999)).toBe('open');
    expect(one.stateAt(1000)).toBe('half-open');
    expect(one.state).toBe('open'); // looking changes nothing
  });
});

describe('Circuit, on the ramp', () => {
  const ramp = { from: 0.1, factor: 2, every: 1000, minCalls: 3 };

  function ramping(random: () => number, rules: Partial<CircuitRules> = {}): Circuit {
    const one = opened({ ramp, random, ...rules });
    succeed(one, 1000);
    expect(one.state).toBe('ramp');
    return one;
  }

  it('T15: lets a growing share of the calls through after a recovery', () => {
    let drawn = 0;
    const one = ramping(() => (drawn++ % 100) / 100);
    const shares = [0, 1, 2, 3, 4].map((step) => {
      const now = 1000 + 1000 * step;
      const permits = Array.from({ length: 100 }, () => one.admit(now)).filter(
        (permit) => permit !== undefined,
      );
      for (const permit of permits) one.end(permit, 'success', now);
      return permits.length;
    });

    expect(shares).toEqual([10, 20, 40, 80, 100]);
    expect(one).toMatchObject({ state: 'closed', because: 'ramp', reopened: 0 });
  });

  it('opens again when calls fail', () => {
    const one = ramping(() => 0);
    succeed(one, 1000);
    fail(one, 1000);
    expect(one.state).toBe('ramp');

    fail(one, 1000);

    expect(one).toMatchObject({ state: 'open', because: 'ramp', retryAt: 3000 });
    expect(one.counts(1000)).toEqual({ calls: 3, failures: 2, slow: 0, consecutive: 2 }); // what it opened for
  });

  it('does not climb while a failure stands alone, and goes on by one step when there is evidence', () => {
    let dice = 0;
    const one = ramping(() => dice);
    fail(one, 1000);
    dice = 0.15;
    expect(one.admit(9000)).toBeUndefined();
    expect(one.retryAt).toBe(10_000);
    dice = 0;
    succeed(one, 9000, 2);
    dice = 0.15;
    expect(one.admit(9999)).toBeUndefined();

    expect(one.admit(10_000)).toBeDefined();

    expect(one).toMatchObject({ state: 'ramp', retryAt: 11_000 });
    dice = 0.25;
    expect(one.admit(10_000)).toBeUndefined();
  });

  it('T15: climbs by one step after a stall, however long, and keeps to its beat', () => {
    let dice = 0.15;
    const one = ramping(() => dice);

    expect(one.admit(61_500)).toBeDefined(); // silence is no evidence against it

    dice = 0.2;
    expect(one.admit(61_999)).toBeUndefined();
    expect(one).toMatchObject({ state: 'ramp', retryAt: 62_000 });
  });

  it('T15: does not climb while nothing comes back of what it has let through', () => {
    let dice = 0;
    const one = ramping(() => dice);
    const hanging = [one.admit(1000)!, one.admit(1000)!];
    dice = 0.15;
    for (let now = 2000; now < 60_000; now += 1000) expect(one.admit(now)).toBeUndefined();

    one.end(hanging[0]!, 'neutral', 60_000);
    expect(one.admit(60_000)).toBeUndefined();
    one.end(hanging[1]!, 'neutral', 60_000);

    expect(one.admit(61_000)).toBeDefined();
  });

  it('opens when it is about to climb and the calls so far were bad', () => {
    const one = ramping(() => 0);
    fail(one, 1000, 2);
    succeed(one, 1000);

    expect(one.admit(2000)).toBeUndefined();

    expect(one).toMatchObject({ state: 'open', because: 'ramp' });
  });

  it('counts slow calls, and a failure after a step that has passed as a call of this step', () => {
    const slow = { slowRate: 0.5, consecutive: undefined, window: () => new CountWindow(10) };
    const one = ramping(() => 0, slow);
    const permits = Array.from({ length: 4 }, () => one.admit(1000)!);
    expect(new Set(permits).size).toBe(1);
    one.end(permits[3]!, 'success', 1000);
    one.end(one.admit(1000)!, 'success', 1000);
    const first = one.slow(permits[0]!, 1500);
    expect(one.counts(1500)).toMatchObject({ calls: 3, slow: 1 });
    one.admit(2000);
    one.end(first, 'failure', 2100);
    expect(one.counts(2100)).toMatchObject({ calls: 1, failures: 1, slow: 0 });

    one.slow(permits[1]!, 2200);
    one.slow(permits[2]!, 2200);

    expect(one.state).toBe('open');
  });

  it('tells when the next step begins', () => {
    const one = ramping(() => 0.9);

    expect(one.admit(1500)).toBeUndefined();

    expect(one.retryAt).toBe(2000);
  });
});

describe('Circuit, by hand', () => {
  it('opens, closes and isolates', () => {
    const one = circuit();
    one.open(0);
    one.open(500); // it is open already
    expect(one.retryAt).toBe(1000);

    one.isolate();
    expect(one.admit(1e9)).toBeUndefined();
    one.open(1e9);
    expect(one).toMatchObject({ state: 'isolated', retryAt: Infinity });

    one.close(1e9);
    expect(one).toMatchObject({ state: 'closed', because: 'manual' });
  });

  it('forgets what has happened when it is closed, calls that still run included', () => {
    const one = circuit();
    fail(one, 0, 2);
    const running = one.admit(0)!;

    one.close(0);
    one.end(running, 'failure', 1);
    fail(one, 1, 2);

    expect(one.state).toBe('closed');
  });

  it('T16: has nothing in common with another circuit of the same rules', () => {
    const rules = { ...plain, failureRate: 0.5, window: () => new CountWindow(10) };
    const [a, b] = [new Circuit(rules), new Circuit(rules)];

    fail(a, 0, 3);

    expect([a.state, b.state]).toEqual(['open', 'closed']);
    expect(b.counts(0)).toMatchObject({ calls: 0 });
  });
});

describe('Circuit, whatever happens', () => {
  it('counts periods upward, keeps to its probes, and makes a permit for a call that is slow', () => {
    const told = fc.array(
      fc.record({
        kind: fc.constantFrom('ask', 'success', 'failure', 'neutral', 'slow', 'open', 'close', 'isolate'),
        wait: fc.integer({ min: 0, max: 600 }),
        which: fc.nat(),
        dice: fc.double({ min: 0, max: 0.999, noNaN: true }),
      }),
      { maxLength: 100 },
    );
    fc.assert(
      fc.property(told, (list) => {
        let dice = 0;
        const one = circuit({
          failureRate: 0.5,
          slowRate: 0.5,
          window: () => new TimeWindow(1000),
          isTimed: true,
          ramp: { from: 0.2, factor: 2, every: 300, minCalls: 2 },
          random: () => dice,
        });
        let now = 0;
        const running: Permit[] = [];
        for (const { kind, wait, which, ...rest } of list) {
          now += wait;
          dice = rest.dice;
          const before = one.generation;
          if (kind === 'ask') {
            const permit = one.admit(now);
            if (permit) running.push(permit);
          } else if (kind === 'open') one.open(now);
          else if (kind === 'close') one.close(now);
          else if (kind === 'isolate') one.isolate();
          else if (running.length > 0) {
            const [permit] = running.splice(which % running.length, kind === 'slow' ? 0 : 1);
            const chosen = permit ?? running[which % running.length]!;
            if (kind === 'slow') running[running.indexOf(chosen)] = one.slow(chosen, now);
            else one.end(chosen, kind, now);
          }
          expect(one.generation - before).toBeGreaterThanOrEqual(0);
          expect(one.generation - before).toBeLessThanOrEqual(1);
          const { calls, failures, slow } = one.counts(now);
          expect(failures).toBeLessThanOrEqual(calls);
          expect(slow).toBeLessThanOrEqual(calls);
          const leased = running.filter(
            (permit) => permit.generation === one.generation && permit.until !== Infinity,
          );
          if (one.state === 'half-open')
            expect(leased.filter(({ until, slow: was }) => until > now && !was).length).toBeLessThanOrEqual(
              1,
            );
        }
      }),
      { numRuns: 500 },
    );
  });
});
