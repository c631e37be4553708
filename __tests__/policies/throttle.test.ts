import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OptionError, TimeoutError, VirtualClock, compose, seeded, subscribe } from '../../src/core.js';
import { RateLimitError } from '../../src/policies/rate-limit.js';
import {
  type ThrottleDetails,
  type ThrottleRules,
  ThrottledError,
  Throttler,
  throttle,
} from '../../src/policies/throttle.js';
import { bothDrivers, thrown } from '../support/both-drivers.js';

const usual: ThrottleRules = { multiplier: 2, window: 30_000, floor: 0.05, probesPerSecond: 0 };

/** Sends calls at an even rate, each answered at once. */
class Traffic {
  readonly throttler: Throttler;
  now = 0;
  readonly #random = seeded(7);

  constructor(rules: Partial<ThrottleRules> = {}) {
    this.throttler = new Throttler({ ...usual, ...rules });
  }

  /** @returns The share of calls that were sent. */
  send(seconds: number, perSecond: number, verdict: () => 'accept' | 'overload'): number {
    let sent = 0;
    const calls = seconds * perSecond;
    for (let call = 0; call < calls; call++) {
      this.now += 1000 / perSecond;
      const ticket = this.throttler.start(this.now, this.#random());
      if (ticket === undefined) continue;
      sent += 1;
      this.throttler.end(ticket, verdict(), this.now);
    }
    return sent / calls;
  }
}

const accepted = (): 'accept' => 'accept';
const overloaded = (): 'overload' => 'overload';

describe('Throttler', () => {
  it('holds nothing back while the service takes what it is sent', () => {
    expect(new Traffic().send(60, 100, accepted)).toBe(1);
  });

  it('holds nothing back while at least half of the calls are accepted', () => {
    const random = seeded(1);

    const sent = new Traffic().send(600, 20, () => (random() < 0.45 ? 'overload' : 'accept'));

    expect(sent).toBeGreaterThan(0.97);
  });

  it('sends about twice what is accepted', () => {
    const traffic = new Traffic();
    let accepts = 0;
    const everyTenth = (): 'accept' | 'overload' => {
      const capacity = traffic.now / 100; // ten a second, of a hundred
      return accepts < capacity ? ((accepts += 1), 'accept') : 'overload';
    };
    traffic.send(120, 100, everyTenth);

    expect(traffic.send(60, 100, everyTenth)).toBeCloseTo(0.2, 1);
  });

  it('T26: always sends the probe floor, however long everything is refused', () => {
    const traffic = new Traffic();
    traffic.send(600, 100, overloaded);

    const sent = traffic.send(600, 100, overloaded);

    expect(sent).toBeGreaterThan(0.045);
    expect(sent).toBeLessThan(0.06);
    expect(traffic.throttler.share(traffic.now)).toBeCloseTo(0.95);
  });

  it('sends so many probes a second, where that is more than the floor', () => {
    const traffic = new Traffic({ probesPerSecond: 2 });
    traffic.send(300, 10, overloaded);

    expect(traffic.send(300, 10, overloaded)).toBeCloseTo(0.2, 1);
  });

  it('T27: counts calls in flight for neither side: a first burst is not held back', () => {
    const throttler = new Throttler(usual);

    const tickets = Array.from({ length: 1000 }, () => throttler.start(0, 0));

    expect(tickets).not.toContain(undefined);
    for (const ticket of tickets.slice(0, 900)) throttler.end(ticket as number, 'overload', 20_000);
    expect(throttler.share(20_000)).toBeGreaterThan(0.9); // counted where they started, still in the window
  });

  it('T28: forgets old failures when it is asked, not only when something is recorded', () => {
    const traffic = new Traffic();
    traffic.send(60, 100, overloaded);
    expect(traffic.throttler.share(traffic.now)).toBeCloseTo(0.95);

    const firstAfterSilence = traffic.throttler.start(traffic.now + 31_000, 0);

    expect(firstAfterSilence).not.toBeUndefined();
  });

  // What another model of the same rules measured, in seconds.
  it.each([
    { rate: 8, window: 30, floor: 0, measured: 118 },
    { rate: 8, window: 120, floor: 0, measured: 609 },
    { rate: 100, window: 120, floor: 0, measured: 756 },
    { rate: 1000, window: 120, floor: 0, measured: 942 },
    { rate: 100, window: 30, floor: 0.05, measured: 72 },
    { rate: 100, window: 120, floor: 0.05, measured: 270 },
  ])('T29: is back to 95 % $measured s after an outage: $rate/s, $window s, floor $floor', (given) => {
    const { rate, window, floor, measured } = given;
    const traffic = new Traffic({ window: window * 1000, floor });
    traffic.send(2 * window, rate, accepted);
    traffic.send(3 * window, rate, overloaded);

    const restoredAt = traffic.now;
    while (traffic.throttler.share(traffic.now) > 0.05 && traffic.now < restoredAt + 2_000_000) {
      traffic.send(1, rate, accepted);
    }

    const seconds = (traffic.now - restoredAt) / 1000;
    expect(seconds).toBeGreaterThan(0.85 * measured);
    expect(seconds).toBeLessThan(1.15 * measured);
  });

  it('gives a share between 0 and 1 - floor, and honest counts, whatever it is told', () => {
    const step = fc.record({
      pass: fc.integer({ min: -500, max: 20_000 }),
      draw: fc.double({ min: 0, max: 0.999, noNaN: true }),
      end: fc.option(fc.constantFrom('accept' as const, 'overload' as const, 'neutral' as const)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const throttler = new Throttler(usual);
        const open: number[] = [];
        const starts: number[] = [];
        let now = 0;
        let latest = -Infinity;
        for (const { pass, draw, end } of steps) {
          now += pass;
          latest = Math.max(latest, now);
          const ticket = throttler.start(now, draw);
          starts.push(latest);
          if (ticket !== undefined) open.push(ticket);
          if (end !== null && open.length > 0) throttler.end(open.shift()!, end, now);

          const share = throttler.share(now);
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(0.95);
          const oldest = Math.floor(latest / 1000) - 29; // slots of a second, the present one included
          expect(throttler.requests(now)).toBe(starts.filter((at) => Math.floor(at / 1000) >= oldest).length);
        }
      }),
    );
  });
});

describe('throttle', () => {
  const busy = Object.assign(new Error('busy'), { status: 503 });

  /** A throttle that has seen nothing but overload for a while, and a die that always falls low. */
  function overloadedThrottle(options: object = {}): ReturnType<typeof throttle> {
    const policy = throttle({ clock: new VirtualClock(), random: () => 0.5, ...options });
    const fail = policy(() => {
      throw busy;
    });
    for (let call = 0; call < 20; call++) expect(fail).toThrow();
    return policy;
  }

  bothDrivers((kind, play, finish) => {
    it(`${kind}: holds calls back with an error of its own, and makes none`, async () => {
      const clock = new VirtualClock();
      const script = play(busy);
      const policy = throttle({ name: 'search', random: () => 0.5, clock });
      const search = policy(script);

      const ends: unknown[] = [];
      for (let call = 0; call < 10; call++) ends.push(await finish(clock, search).catch((e: unknown) => e));

      const refusal = ends.at(-1) as ThrottledError;
      expect(ends[0]).toBe(busy);
      expect(refusal).toBeInstanceOf(ThrottledError);
      expect(refusal.code).toBe('ERR_THROTTLED');
      expect(refusal.retryAfter).toBeUndefined();
      expect(refusal.message).toMatch(/^"search" holds back \d+ % of calls/);
      expect(script.calls).toBe(ends.filter((end) => end === busy).length);
      expect(policy.state).toEqual({ requests: 10, accepts: 0, share: expect.closeTo(10 / 11) });
    });

    it(`${kind}: T25: does not hold back a load-independent error share of 55 %`, async () => {
      const clock = new VirtualClock();
      const random = seeded(3);
      const outcomes = Array.from({ length: 1000 }, () => (random() < 0.55 ? new Error('404') : 'pong'));
      const script = play(...outcomes);
      const call = throttle({ random, clock })(script);

      for (let made = 0; made < 1000; made++) await finish(clock, call).catch(() => {});

      expect(script.calls).toBe(1000);
    });

    it.each([
      ['an error with status 429', thrown({ status: 429 })],
      ['an error with statusCode 503', thrown({ statusCode: 503 })],
      ['an error with a response', thrown({ response: { status: 503 } })],
      ['a response that is returned', { status: 503 }],
      ['a timeout of ours', new TimeoutError('ping', 10)],
      ['a timeout of the host', thrown(new DOMException('late', 'TimeoutError'))],
      ['a refused connection', Object.assign(new Error(), { code: 'ECONNREFUSED' })],
      ['a failed fetch', new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } })],
      ['an exhausted gRPC service', Object.assign(new Error(), { code: 8 })],
    ])(`${kind}: takes %s for a sign of overload`, async (_case, outcome) => {
      const clock = new VirtualClock();
      const policy = throttle({ random: () => 0.999, clock });
      const call = policy(play(outcome));

      for (let made = 0; made < 5; made++) await finish(clock, call).catch(() => {});

      expect(policy.state.share).toBeGreaterThan(0.5);
    });

    it.each([
      ['an error', new Error('404')],
      ['a thrown text', thrown('boom')],
      ['a status 500', thrown({ status: 500 })],
      ['a refusal of a policy within', new RateLimitError('inner', 10)],
      ['an abort', thrown(new DOMException('stop', 'AbortError'))],
      ['a Proxy that throws', thrown(new Proxy({}, { get: () => { throw new Error('trap'); } }))], // prettier-ignore
    ])(`${kind}: takes %s for none`, async (_case, outcome) => {
      const clock = new VirtualClock();
      const policy = throttle({ random: () => 0, clock });
      const script = play(outcome);
      const call = policy(script);

      for (let made = 0; made < 5; made++) await finish(clock, call).catch(() => {});

      expect(script.calls).toBe(5);
      expect(policy.state.share).toBe(0);
    });

    it.each([
      ['a refusal of a policy within', new RateLimitError('inner', 10)],
      ['an abort', thrown(new DOMException('stop', 'AbortError'))],
    ])(`${kind}: learns nothing from %s`, async (_case, outcome) => {
      const clock = new VirtualClock();
      const policy = throttle({ clock });

      await finish(clock, policy(play(outcome))).catch(() => {});

      expect(policy.state).toEqual({ requests: 1, accepts: 0, share: 0 });
    });

    it(`${kind}: keeps the states of keys apart`, async () => {
      const clock = new VirtualClock();
      const policy = throttle({ random: () => 0.999, clock, key: ({ args }) => String(args[0]) });
      const call = policy(play(busy));

      for (let made = 0; made < 5; made++) await finish(clock, call, 'a').catch(() => {});
      await finish(clock, call, 'b').catch(() => {});

      expect(policy.stateOf('a')?.requests).toBe(5);
      expect(policy.stateOf('b')?.requests).toBe(1);
      expect(policy.stateOf('c')).toBeUndefined();
      expect(policy.state.requests).toBe(0);
    });

    it(`${kind}: lets an error of the user's test reach the caller, the outcome as its cause`, async () => {
      const clock = new VirtualClock();
      const bug = new TypeError('my test');
      const isOverload = (): boolean => {
        throw bug;
      };

      const end = finish(clock, throttle({ isOverload, clock })(play(busy)));

      await expect(end).rejects.toBe(bug);
      expect(bug.cause).toBe(busy);
    });
  });

  it('rejects, rather than throws, for an async function that it has never called', async () => {
    const policy = overloadedThrottle();

    const end = policy(async () => 'pong')();

    await expect(end).rejects.toBeInstanceOf(ThrottledError);
  });

  it('decorates methods, stands in compose, and makes single calls', async () => {
    const policy = throttle({ clock: new VirtualClock() });
    class Api {
      readonly answer = 42;

      @policy
      async load(): Promise<number> {
        return this.answer;
      }
    }

    expect(await new Api().load()).toBe(42);
    expect(compose(policy, throttle())(() => 1)()).toBe(1);
    expect(policy.run(({ tries }) => tries)).toBe(1);
    expect(policy.state.accepts).toBe(3);
  });

  it('captures no stack for a refusal, unless asked to', () => {
    const refusalOf = (policy: ReturnType<typeof throttle>): Error => {
      try {
        return policy(() => new Error('sent'))();
      } catch (error) {
        return error as Error;
      }
    };

    expect(refusalOf(overloadedThrottle()).stack).not.toContain('throttle.test');
    expect(refusalOf(overloadedThrottle({ stack: true })).stack).toContain('throttle.test');
    expect(new Error('later').stack).toContain('throttle.test');
  });

  it('forgets the keys that were not used for longest, those it holds back last', async () => {
    const policy = throttle({ maxKeys: 2, key: ({ args }) => String(args[0]), random: () => 0.999 });
    const call = policy((host: string) => {
      if (host === 'ill') throw busy;
    });

    for (let made = 0; made < 5; made++) expect(() => call('ill')).toThrow();
    for (const host of ['a', 'b', 'c']) call(host);

    expect(policy.stateOf('ill')?.requests).toBe(5);
    expect(policy.stateOf('a')).toBeUndefined();
    expect(policy.stateOf('c')?.requests).toBe(1);
  });

  it('tells handlers and the hub of each call it holds back', () => {
    const told: ThrottleDetails[] = [];
    const heard: string[] = [];
    const policy = overloadedThrottle({
      name: 'search',
      onRefuse: (details: ThrottleDetails) => told.push(details),
    });
    told.length = 0;

    const stop = subscribe(({ type, name }) => heard.push(`${type} ${name}`));
    expect(policy(() => 1)).toThrow(ThrottledError);
    stop();

    expect(told).toEqual([{ event: 'refuse', name: 'search', error: expect.any(ThrottledError) }]);
    expect(heard).toEqual(['throttle:refuse search']);
  });

  it('takes the error of a key that gives no text to the caller', () => {
    const call = throttle({ key: () => 3 as never })(() => 1);

    expect(call).toThrow('key must give a text; got 3.');
  });

  it.each([
    [{ windows: 1 }, 'windows is not an option of throttle (did you mean window?)'],
    [{ multiplier: 0.5 }, 'multiplier must be a number of 1 or more; got 0.5.'],
    [{ floor: 1.5 }, 'floor must be a number from 0 to 1; got 1.5.'],
    [{ window: -1 }, 'window must be'],
    [{ probesPerSecond: Infinity }, 'probesPerSecond must be a number of 0 or more; got Infinity.'],
    [{ isOverload: 1 }, 'isOverload must be a function; got 1.'],
    [{ key: 'a' }, 'key must be a function'],
    [{ maxKeys: 0 }, 'maxKeys must be a whole number of 1 or more; got 0.'],
    [{ random: 1 }, 'random must be a function'],
  ])('refuses %j', (options, message) => {
    const make = (): unknown => throttle(options as never);

    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });
});
