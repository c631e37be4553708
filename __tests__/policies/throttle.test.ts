import { describe, expect, it } from '@jest/globals';
import { OptionError, TimeoutError, VirtualClock, compose, seeded, subscribe } from '../../src/core.js';
import { RateLimitError } from '../../src/policies/rate-limit.js';
import { type ThrottleDetails, ThrottledError, throttle } from '../../src/policies/throttle.js';
import { bothDrivers, thrown } from '../support/both-drivers.js';

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
