import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Gcra } from '../../src/policies/gcra.js';

describe('Gcra', () => {
  it('lets a burst through, then one call in each spacing', () => {
    const gcra = new Gcra(100, 3);
    const times = Array.from({ length: 60 }, (_, index) => index * 10);

    const through = times.filter((now) => gcra.take(now) !== undefined);

    expect(through).toEqual([0, 10, 20, 100, 200, 300, 400, 500]);
  });

  it('says how long to wait', () => {
    const gcra = new Gcra(100, 1);
    gcra.take(0);

    expect(gcra.wait(0)).toBe(100);
    expect(gcra.wait(30)).toBe(70);
    expect(gcra.wait(100)).toBe(0);
  });

  it('lets a call through that waited as long as it was told to, although numbers are rounded', () => {
    const gcra = new Gcra(1000 / 3, 3);
    let now = 123_456_789.1;

    for (let call = 0; call < 10_000; call++) {
      expect(gcra.take(now)).toBe(0);
      now += gcra.wait(now);
    }
  });

  it('T38: takes nothing from a call that is refused: a caller that asks all the time gets its rate', () => {
    const gcra = new Gcra(100, 1);
    let through = 0;
    for (let now = 0; now < 10_000; now++) if (gcra.take(now) !== undefined) through += 1;

    expect(through).toBe(100);
  });

  it('never lets more than burst + time / spacing through in any stretch of time', () => {
    const story = fc.record({
      spacing: fc.double({ min: 0.5, max: 500, noNaN: true }),
      burst: fc.integer({ min: 1, max: 10 }),
      patience: fc.integer({ min: 0, max: 1000 }),
      gaps: fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 150 }),
    });
    fc.assert(
      fc.property(story, ({ spacing, burst, patience, gaps }) => {
        const gcra = new Gcra(spacing, burst);
        const made: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const wait = gcra.take(now, patience);
          if (wait !== undefined) made.push(now + wait);
          if (wait !== undefined) expect(wait).toBeLessThanOrEqual(patience);
        }

        expect(made).toEqual([...made].sort((a, b) => a - b)); // first come, first served
        for (const [first, from] of made.entries()) {
          for (const [extra, to] of made.slice(first).entries()) {
            expect(extra + 1).toBeLessThanOrEqual(burst + (to - from) / spacing + 1e-3);
          }
        }
      }),
    );
  });

  it('gives back the moment that was taken last, and only that', () => {
    const gcra = new Gcra(100, 1);
    gcra.take(0);
    gcra.take(0, 1000);
    const { mark } = gcra;

    gcra.giveBack(mark);
    gcra.giveBack(mark);

    expect(gcra.wait(0)).toBe(100);
  });

  it('asks for no longer wait because the clock was set back', () => {
    const gcra = new Gcra(100, 3);
    for (let call = 0; call < 3; call++) gcra.take(1_000_000);
    expect(gcra.wait(1_000_000)).toBe(100);

    expect(gcra.wait(40_000)).toBe(100);
    expect(gcra.take(40_100)).toBe(0);
    expect(gcra.take(40_100)).toBeUndefined();
    expect(gcra.take(40_200)).toBe(0);
  });

  it('never asks for more than a spacing, however its clock jumps', () => {
    const jumps = fc.array(fc.integer({ min: -10_000, max: 10_000 }), { maxLength: 100 });
    fc.assert(
      fc.property(jumps, fc.integer({ min: 1, max: 5 }), (list, burst) => {
        const gcra = new Gcra(100, burst);
        let now = 0;
        for (const jump of list) {
          now += jump;
          gcra.take(now);
          expect(gcra.wait(now)).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
