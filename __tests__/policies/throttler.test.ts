import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seeded } from '../../src/core.js';
import { type ThrottleRules, Throttler } from '../../src/policies/throttler.js';

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
