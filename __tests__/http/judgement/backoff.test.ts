import { describe, expect, it } from '@jest/globals';
import { add, constant, expo, fibo } from '../../../src/core.js';
import type { WaitMaker } from '../../../src/core.js';
import { checkBackoff } from '../../../src/http/judgement/backoff.js';
import { run } from './fake-call.js';

const waitsOf = async (backoff: any, retries = 5): Promise<readonly number[]> =>
  (await run({ backoff, retries }, [503])).waits;

describe('checkBackoff', () => {
  it('doubles from 100 ms to 10 s by default', async () => {
    const { waits } = await run({ retries: 9 }, [503]);

    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  it.each<[string, WaitMaker, number[]]>([
    ['a factory', fibo, [1000, 1000, 2000]],
    ['a maker', expo({ factor: 10 }), [10, 20, 40]],
    ['a sum', add(constant(1), constant(2)), [3, 3, 3]],
    [
      'a generator function',
      function* () {
        yield* [7, 8, 9];
      },
      [7, 8, 9],
    ],
  ])('takes %s', async (_, backoff, waits) => {
    expect(await waitsOf(backoff, 3)).toEqual(waits);
  });

  it.each<[string, object, number[]]>([
    ['fixed', { type: 'fixed', delay: '5s' }, [5000, 5000]],
    ['fibonacci', { type: 'fibonacci', initial: 0, maxValue: '2s' }, [0, 1000, 1000, 2000, 2000]],
    ['exponential', { type: 'exponential', factor: 10, base: 3, maxValue: 80 }, [10, 30, 80]],
  ])('takes %s waits as data', async (_, backoff, waits) => {
    expect(await waitsOf(backoff, waits.length)).toEqual(waits);
  });

  it('takes random waits as data', async () => {
    const [wait] = await waitsOf({ type: 'random', min: '3s', max: '15s' }, 1);

    expect(wait).toBeGreaterThanOrEqual(3000);
    expect(wait).toBeLessThanOrEqual(15_000);
  });

  it.each([
    ['a number', (tries: number) => tries * 100],
    ['a text', () => '1s'],
  ])('refuses a function that gives %s, before the first retry', (_, backoff) => {
    expect(() => checkBackoff(backoff, undefined)).toThrow(
      /^backoff must give a sequence of waits, .*gives a single wait/,
    );
  });

  it('takes a function that looks at the outcome, of which there is none yet', async () => {
    const backoff = (first: { readonly value: { readonly status: number } }): WaitMaker =>
      constant(first.value.status);

    expect(await waitsOf(backoff, 2)).toEqual([503, 503]);
  });

  it('walks no sequence before it is needed', () => {
    let walked = 0;
    function* backoff(): Generator<number> {
      yield (walked += 1);
    }

    checkBackoff(backoff, undefined);
    checkBackoff(() => backoff(), undefined);

    expect(walked).toBe(0);
  });

  it('waits not at all for false', async () => {
    expect(await waitsOf(false, 12)).toEqual(Array(12).fill(0));
  });

  it("waits by urllib3's formula for backoffFactor: none, then doubling from twice the factor", async () => {
    const { waits } = await run({ retries: 12, backoffFactor: 100 }, [503]);

    expect(waits).toEqual([0, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 102_400, 120_000]);
  });

  it('takes a factor with a unit, and one of 0', async () => {
    expect((await run({ retries: 3, backoffFactor: '1s' }, [503])).waits).toEqual([0, 2000, 4000]);
    expect((await run({ retries: 3, backoffFactor: 0 }, [503])).waits).toEqual([0, 0, 0]);
  });

  it('shares one sequence between all kinds of failure of a call, and none between calls', async () => {
    const wait = checkBackoff(undefined, 100);

    expect((await run({ backoff: wait }, [503])).waits).toEqual([0, 200, 400]);
    expect((await run({ backoff: wait }, [503])).waits).toEqual([0, 200, 400]);
  });

  it.each([
    [100, 'backoff must make waits'],
    ['1s', 'backoff must make waits'],
    [true, 'backoff must make waits'],
    [[100], 'backoff must make waits'],
    [{}, 'backoff.type must be one of fixed, random, fibonacci, exponential; got undefined'],
    [{ type: 'linear' }, 'backoff.type must be one of'],
    [{ type: 'constructor' }, 'backoff.type must be one of'],
    [{ type: 'fixed' }, 'backoff.delay must be milliseconds'],
    [{ type: 'fixed', delay: -1 }, 'backoff.delay must be'],
    [{ type: 'fixed', delay: 1, max: 2 }, 'max is not an option of backoff'],
    [{ type: 'random', min: 5, max: 3 }, 'max'],
    [{ type: 'fibonacci', initial: 'soon' }, 'initial'],
    [{ type: 'exponential', fctor: 1 }, 'did you mean factor?'],
  ])('refuses %p', (backoff, text) => {
    expect(() => checkBackoff(backoff, undefined)).toThrow(text);
  });

  it.each([-1, NaN, Infinity, '5', {}, true, 1n])('refuses a factor of %p', (factor) => {
    expect(() => checkBackoff(undefined, factor)).toThrow(/^backoffFactor /);
  });

  it('refuses both at once', () => {
    expect(() => checkBackoff(expo, 100)).toThrow('backoffFactor cannot stand beside backoff');
  });
});
