import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, onException, subscribe, withRetry } from '../../src/core.js';
import type { EndDetails, StampedeEvent } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const wait = constant(1);

/** What the hub hears while `work` runs. */
async function heard(work: () => unknown): Promise<StampedeEvent[]> {
  const events: StampedeEvent[] = [];
  const stop = subscribe((event) => void events.push(event));
  try {
    await work();
  } catch {
    // how it ends is not what is asked here
  } finally {
    stop();
  }
  return events;
}

const bug = (): never => {
  throw new TypeError('my option');
};

describe('the event hub', () => {
  const warnings = catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: hears of everything that happens in a call, in order`, async () => {
      const clock = new VirtualClock();

      const events = await heard(() =>
        finish(clock, withRetry(play(boom, 'pong'), { wait, name: 'ping', clock })),
      );

      const types = ['retry:attempt', 'retry:backoff', 'retry:attempt', 'retry:success', 'retry:end'];
      expect(events.map(({ type }) => type)).toEqual(types);
      expect(new Set(events.map(({ name }) => name))).toEqual(new Set(['ping']));
      expect(events.every((event) => Object.isFrozen(event) && Object.isFrozen(event.details))).toBe(true);
    });

    it(`${kind}: hears of giving up`, async () => {
      const clock = new VirtualClock();

      const events = await heard(() => finish(clock, withRetry(play(boom), { maxTries: 1, clock })));

      expect(events.map(({ type }) => type)).toEqual(['retry:attempt', 'retry:giveup', 'retry:end']);
      expect(events[1]?.details).toMatchObject({ reason: 'maxTries', error: boom });
    });

    it.each([
      ['succeeds at once', ['pong'], {}, 'success'],
      ['succeeds late', [boom, 'pong'], {}, 'success'],
      ['succeeds by a predicate', [0, 1], { predicate: (value: unknown) => value === 0 }, 'success'],
      ['gives up', [boom], { maxTries: 2 }, 'giveup'],
      ['gives up on a value', [0], { predicate: () => true, maxTries: 2 }, 'giveup'],
      ['gives up in silence', [boom], { maxTries: 2, raiseOnGiveup: false }, 'giveup'],
      ['ends with an error that passes through', [boom], { errors: TypeError }, 'passed'],
      ['may not be retried', [boom], { enabled: false }, 'passed'],
      ['was aborted before it began', ['pong'], { signal: AbortSignal.abort() }, 'abort'],
    ])(`${kind}: hears of one end of a call that %s`, async (_case, outcomes, options, ended) => {
      const clock = new VirtualClock();

      const events = await heard(() =>
        finish(clock, withRetry(play(...outcomes), { wait, clock, ...options })),
      );

      const ends = events
        .filter(({ type }) => type === 'retry:end')
        .map(({ details }) => details as EndDetails);
      expect(ends).toMatchObject([{ event: 'end', ended }]);
    });

    it(`${kind}: hears of one end of a call that a handler aborts`, async () => {
      const clock = new VirtualClock();
      const controller = new AbortController();
      const { signal } = controller;
      const onBackoff = (): void => {
        controller.abort();
      };

      const events = await heard(() => finish(clock, withRetry(play(boom), { signal, clock, onBackoff })));

      const ends = events
        .filter(({ type }) => type === 'retry:end')
        .map(({ details }) => details as EndDetails);
      expect(ends).toMatchObject([{ ended: 'abort' }]);
    });

    it.each([
      ['giveup throws', { giveup: bug }],
      ['a test of errors throws', { errors: () => bug() }],
      ['the predicate throws', { errors: Error, predicate: bug }],
      ['an option given as a function throws', { maxTries: bug }],
      ['the signal given as a function throws', { signal: bug }],
      ['the waits throw', { wait: bug }],
      ['the jitter throws', { jitter: bug }],
      ['a test of errors gives a promise', { errors: () => Promise.resolve(true) }],
    ])(`${kind}: hears of one end of a call in which %s`, async (_case, options) => {
      const clock = new VirtualClock();
      const outcomes = 'predicate' in options ? ['pong'] : [boom];

      const events = await heard(() =>
        finish(clock, withRetry(play(...outcomes), { wait, clock, ...(options as object) })),
      );

      expect(events.filter(({ type }) => type === 'retry:end')).toHaveLength(1);
    });

    it(`${kind}: is left alone by a listener that throws, which is warned of once`, async () => {
      const clock = new VirtualClock();
      const stop = subscribe(() => {
        throw new TypeError('my listener');
      });

      const events = await heard(async () => {
        expect(await finish(clock, withRetry(play(boom, 'pong'), { wait, clock }))).toBe('pong');
      });
      stop();

      expect(events.at(-1)?.type).toBe('retry:end');
      expect(warnings.codes.filter((code) => code === 'STAMPEDE_LISTENER')).toHaveLength(1);
    });

    it(`${kind}: is told how long a call has taken`, async () => {
      const clock = new VirtualClock(500);

      const events = await heard(() =>
        finish(clock, withRetry(play(boom, 'pong'), { wait: constant(70), jitter: null, clock })),
      );

      expect(events.at(-1)?.details).toMatchObject({ elapsed: 70, tries: 2 });
    });

    it(`${kind}: hears nothing after it was left`, async () => {
      const clock = new VirtualClock();
      const events: string[] = [];
      const stop = subscribe(({ type }) => void events.push(type));
      stop();

      await finish(clock, withRetry(play(boom, 'pong'), { wait, clock }));

      expect(events).toEqual([]);
    });

    it(`${kind}: tells each of several listeners`, async () => {
      const clock = new VirtualClock();
      const counts = [0, 0];
      const stops = counts.map((_, index) => subscribe(() => void (counts[index]! += 1)));

      await finish(clock, onException(wait, Error, { clock })(play('pong')));
      stops.forEach((stop) => {
        stop();
      });

      expect(counts).toEqual([3, 3]);
    });
  });

  it('hears of one end of a sync call whose function gives a promise all the same', async () => {
    const ping = withRetry(() => Promise.resolve('pong'), { mode: 'sync' });

    const events = await heard(ping);

    expect(events.filter(({ type }) => type === 'retry:end')).toHaveLength(1);
  });

  it('hears of one end of a sync call that cannot wait here', async () => {
    const clock = new (class extends VirtualClock {
      override block(): void {
        throw new TypeError('not here');
      }
    })();
    const ping = withRetry(
      () => {
        throw boom;
      },
      { mode: 'sync', wait, clock },
    );

    const events = await heard(ping);

    expect(events.filter(({ type }) => type === 'retry:end')).toHaveLength(1);
  });

  it('lets the same listener be added twice and taken away once', () => {
    let count = 0;
    const listener = (): void => void (count += 1);
    const stops = [subscribe(listener), subscribe(listener)];

    stops[0]?.();
    withRetry(() => 'pong')();
    stops[1]?.();

    expect(count).toBe(3);
  });
});
