import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OptionError, VirtualClock, seeded } from '../../src/core.js';
import type { ConcurrencyLimit, LimitMaker } from '../../src/policies/adaptive-limit.js';
import { aimd } from '../../src/policies/aimd.js';
import { Gradient, type GradientRules, gradient } from '../../src/policies/gradient.js';
import { bulkhead } from '../../src/policies/bulkhead.js';

/** A service that works on `capacity` calls at once; more of them make each other wait. */
class Service {
  now = 0;

  constructor(
    public capacity: number,
    public latency: number,
  ) {}

  /** Tells of `count` calls while as many are in flight as the limit allows, or `inFlight`. */
  serve(limit: ConcurrencyLimit, count: number, inFlight?: number): void {
    for (let call = 0; call < count; call++) {
      const busy = inFlight ?? limit.limit;
      const took = this.latency * Math.max(1, busy / this.capacity);
      this.now += took / busy;
      limit.tell({ startedAt: this.now - took, endedAt: this.now, inFlight: busy, dropped: false });
    }
  }

  drop(limit: ConcurrencyLimit, took: number, inFlight = limit.limit): void {
    limit.tell({ startedAt: this.now - took, endedAt: this.now, inFlight, dropped: true });
  }
}

function gradientOf(rules: Partial<GradientRules> = {}): Gradient {
  const usual = { initial: 20, min: 1, max: 200, backoff: 0.9, tolerance: 1.5, headroom: 4, smoothing: 0.2 };
  return new Gradient({ ...usual, ...rules }, seeded(1));
}

const makers: [string, (options: object) => LimitMaker][] = [
  ['aimd', aimd],
  ['gradient', gradient],
];

describe.each(makers)('%s', (_name, make) => {
  it('stays within min and max, a whole number, whatever it is told', () => {
    const sample = fc.record({
      startedAt: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      took: fc.double({ min: -10, max: 1e5, noNaN: true }),
      inFlight: fc.integer({ min: 0, max: 500 }),
      dropped: fc.boolean(),
    });
    const range = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 100 }));
    fc.assert(
      fc.property(range, fc.array(sample, { maxLength: 300 }), ([min, more], samples) => {
        const limit = make({ min, max: min + more })();
        for (const { startedAt, took, inFlight, dropped } of samples) {
          limit.tell({ startedAt, endedAt: startedAt + took, inFlight, dropped });

          expect(Number.isInteger(limit.limit)).toBe(true);
          expect(limit.limit).toBeGreaterThanOrEqual(min);
          expect(limit.limit).toBeLessThanOrEqual(min + more);
        }
      }),
    );
  });

  it('grows while answers come as usual and the limit is used', () => {
    const limit = make({})();

    new Service(1000, 10).serve(limit, 2000);

    expect(limit.limit).toBe(200);
  });

  it('T32: does not grow while fewer calls are in flight than half the limit', () => {
    const limit = make({})();

    new Service(1000, 10).serve(limit, 2000, 9);

    expect(limit.limit).toBe(20);
  });

  it('T33: is cut once for all the calls that were under way in a bad moment', () => {
    const limit = make({ initial: 100 })();
    const service = new Service(1000, 10);

    service.now = 10_000;
    for (let call = 0; call < 50; call++) service.drop(limit, 1000 - call);
    expect(limit.limit).toBe(90);
    service.now += 1000;
    service.drop(limit, 500);

    expect(limit.limit).toBe(81);
  });

  it('makes a fresh limit each time', () => {
    const maker = make({});
    const [first, second] = [maker(), maker()];

    new Service(1000, 10).serve(first, 100);

    expect(second.limit).toBe(20);
  });

  it.each([
    [{ mim: 1 }, 'did you mean min?'],
    [{ min: 0 }, 'min must be a whole number of 1 or more; got 0.'],
    [{ min: 10, max: 5 }, 'max must be 10 (min) or more; got 5.'],
    [{ initial: 500 }, 'initial must be a whole number from 1 to 200; got 500.'],
    [{ backoff: 1 }, 'backoff must be a number from 0.1 to 0.99; got 1.'],
  ])('refuses %j', (options, message) => {
    expect(() => make(options)).toThrow(OptionError);
    expect(() => make(options)).toThrow(message);
  });
});

describe('aimd, what is its own', () => {
  it('takes an answer above maxLatency for a drop', () => {
    const limit = aimd({ maxLatency: 100 })();

    limit.tell({ startedAt: 0, endedAt: 101, inFlight: 20, dropped: false });

    expect(limit.limit).toBe(18);
  });
});

describe('gradient, what is its own', () => {
  it('finds about what the service can take, and comes back after it could take less', () => {
    const limit = gradientOf({ max: 500 });
    const service = new Service(50, 10);

    service.serve(limit, 5000);
    const usual = limit.limit;
    service.capacity = 10;
    service.serve(limit, 5000);
    const ill = limit.limit;
    service.capacity = 50;
    service.serve(limit, 5000);

    expect(usual).toBeGreaterThan(50);
    expect(usual).toBeLessThan(100);
    expect(ill).toBeLessThan(25);
    expect(limit.limit).toBeGreaterThan(50);
    expect(limit.limit).toBeLessThan(100);
  });

  it('T30: does not take the latency of a long overload for the usual one', () => {
    const limit = gradientOf({ max: 500 });
    const service = new Service(50, 10);
    service.serve(limit, 2000);
    const before = limit.usual!;

    service.capacity = 10;
    service.serve(limit, 50_000);

    expect(limit.usual).toBeLessThan(1.1 * before);
    expect(limit.limit).toBeLessThan(30);
  });

  it('learns a latency that has changed for good, once it sends the least: it does not stay down for ever', () => {
    const limit = gradientOf({ min: 2, max: 500 });
    const service = new Service(50, 10);
    service.serve(limit, 2000);

    service.latency = 100;
    service.serve(limit, 5000);

    expect(limit.usual).toBeGreaterThan(70);
    expect(limit.limit).toBeGreaterThan(40);
  });

  it('T31: takes neither timeouts nor errors for latencies', async () => {
    const clock = new VirtualClock();
    const limit = gradientOf();
    const policy = bulkhead({ limit: () => limit, clock });
    const wait = (ms: number): Promise<void> =>
      new Promise((resolve) => clock.schedule({ place: -1, unref: false, wake: () => resolve() }, ms));
    const call = policy(async (ms: number, error?: Error) => {
      await wait(ms);
      if (error !== undefined) throw error;
    });

    for (let made = 0; made < 50; made++) await clock.run(() => call(10));
    for (let made = 0; made < 50; made++) {
      await clock.run(() => call(0, new Error('404')).catch(() => {}));
      await clock.run(() => call(5000, Object.assign(new Error(), { name: 'TimeoutError' })).catch(() => {}));
    }

    expect(limit.usual).toBeCloseTo(10);
    expect(limit.limit).toBe(1); // but each timeout, one after the other, has cut it
  });

  it('follows soon when the service has become faster', () => {
    const limit = gradientOf();
    const service = new Service(1000, 100);
    service.serve(limit, 200);

    service.latency = 10;
    service.serve(limit, 60);

    expect(limit.usual).toBeLessThan(25);
  });

  it('ends its look at the bare latency when calls are dropped', () => {
    const limit = gradientOf({ initial: 100 });
    const service = new Service(20, 10);
    while (limit.limit !== 4) service.serve(limit, 1);

    service.drop(limit, 0, 4);

    expect(limit.limit).toBeGreaterThan(20);
  });

  it('looks at the bare latency for ten answers to calls that were not beside older ones', () => {
    const limit = gradientOf();
    const service = new Service(20, 10);
    while (limit.limit !== 4) service.serve(limit, 1);

    service.serve(limit, 100, 5);
    limit.tell({ startedAt: 0, endedAt: service.now, inFlight: 1, dropped: false });
    service.now += 10;
    service.serve(limit, 9);
    expect(limit.limit).toBe(4);
    service.serve(limit, 1);

    expect(limit.limit).toBeGreaterThan(20);
    expect(limit.usual).toBeCloseTo(10);
  });

  it.each([
    [{ tolerance: 0.5 }, 'tolerance must be a number of 1 or more'],
    [{ smoothing: 0 }, 'smoothing must be a number from 0.001 to 1'],
    [{ headroom: 0 }, 'headroom must be a number of 1 or more'],
  ])('refuses %j', (options, message) => {
    expect(() => gradient(options)).toThrow(message);
  });

  it('keeps noisy latencies from closing it', () => {
    const limit = gradientOf({ max: 100 });
    const service = new Service(1000, 10);
    const random = seeded(5);

    for (let call = 0; call < 5000; call++) {
      service.latency = 5 + 10 * random();
      service.serve(limit, 1);
    }

    expect(limit.limit).toBeGreaterThan(80);
  });
});
