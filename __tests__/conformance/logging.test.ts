/** What litl/backoff logs, and when. */
import { describe, expect, it } from '@jest/globals';
import {
  type Log,
  type LogLevel,
  VirtualClock,
  constant,
  onException,
  onPredicate,
  runtime,
  subscribe,
  withRetry,
} from '../../src/core.js';
import { bothDrivers, thrown } from '../support/both-drivers.js';
import { KeyError, withoutWarnings } from './cases.js';

withoutWarnings();

function logger() {
  const records: [LogLevel, string][] = [];
  const log: Log = (level, text) => void records.push([level, text]);
  return { records, log, texts: () => records.map(([, text]) => text) };
}

describe('the log', () => {
  bothDrivers((kind, play, finish) => {
    it(`${kind}: has backoff's two sentences`, async () => {
      const clock = new VirtualClock();
      const { records, log } = logger();
      const options = { jitter: null, maxTries: 3, clock, log, name: 'Shop.open' };
      const script = play(new KeyError('no door'));
      const load = onException(constant([1234, 80]), KeyError, options)(script);

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(records).toEqual([
        ['info', 'Backing off Shop.open(...) for 1.2s (KeyError: no door)'],
        ['info', 'Backing off Shop.open(...) for 80ms (KeyError: no door)'],
        ['error', 'Giving up Shop.open(...) after 3 tries (KeyError: no door)'],
      ]);
    });

    it(`${kind}: shows the shape of the value that was not good enough`, async () => {
      const clock = new VirtualClock();
      const { log, texts } = logger();
      const options = { jitter: null, maxTries: 2, clock, log, name: 'poll' };
      const poll = onPredicate(constant('1s'), (jobs: unknown[]) => jobs.length === 0, options)(play([]));

      await finish(clock, poll);

      expect(texts()).toEqual([
        'Backing off poll(...) for 1.0s (an array of 0)',
        'Giving up poll(...) after 2 tries (an array of 0)',
      ]);
    });

    it(`${kind}: shows the value, whatever error is being handled around the call`, async () => {
      const clock = new VirtualClock();
      const { log, texts } = logger();
      const poll = onPredicate(constant('1s'), undefined, { maxTries: 1, clock, log, name: 'poll' })(play(0));

      try {
        throw new KeyError('something else');
      } catch {
        await finish(clock, poll);
      }

      expect(texts()).toEqual(['Giving up poll(...) after 1 try (0)']);
    });

    it(`${kind}: keeps a message of several lines, and survives what is no error`, async () => {
      const clock = new VirtualClock();
      const { log, texts } = logger();
      const script = play(new KeyError('one\ntwo'), thrown(undefined), 'pong');
      const load = withRetry(script, { wait: constant(5), jitter: null, clock, log, name: 'load' });

      await finish(clock, load);

      expect(texts()).toEqual([
        'Backing off load(...) for 5ms (KeyError: one\ntwo)',
        'Backing off load(...) for 5ms (undefined)',
      ]);
    });

    it(`${kind}: never shows arguments`, async () => {
      const clock = new VirtualClock();
      const { log, texts } = logger();
      const options = { maxTries: 2, clock, log, name: 'login' };
      const login = onException(constant(1), KeyError, options)(play(new KeyError('no')));

      await expect(finish(clock, login, 'user', 'hunter2')).rejects.toBeInstanceOf(KeyError);

      expect(texts()).toHaveLength(2);
      for (const text of texts()) expect(text).not.toMatch(/user|hunter2/);
    });

    it(`${kind}: speaks before the user's handlers do`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const options = {
        log: (_: LogLevel, text: string) => void told.push(text.slice(0, 7)),
        onBackoff: () => void told.push('onBackoff'),
        onGiveup: () => void told.push('onGiveup'),
        maxTries: 2,
        clock,
      };
      const load = onException(constant(1), KeyError, options)(play(new KeyError()));

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(told).toEqual(['Backing', 'onBackoff', 'Giving ', 'onGiveup']);
    });

    it(`${kind}: has no error in it where giveup chose to stop`, async () => {
      const clock = new VirtualClock();
      const { records, log } = logger();
      const options = { giveup: () => true, clock, log, name: 'load' };
      const load = onException(constant(1), KeyError, options)(play(new KeyError('gone')));

      await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);

      expect(records).toEqual([['info', 'Giving up load(...) after 1 try (KeyError: gone)']]);
    });

    it(`${kind}: has one line for each event, however many functions a decorator is used on`, async () => {
      const clock = new VirtualClock();
      const { log, texts } = logger();
      const patient = onException(constant('1s'), KeyError, {
        jitter: null,
        maxTries: 2,
        clock,
        log,
        name: 'f',
      });
      const functions = [1, 2, 3].map((n) => patient(play(new KeyError(`${n}`))));

      for (const load of functions) {
        await expect(finish(clock, load)).rejects.toBeInstanceOf(KeyError);
      }

      expect(texts()).toEqual(
        ['1', '2', '3'].flatMap((n) => [
          `Backing off f(...) for 1.0s (KeyError: ${n})`,
          `Giving up f(...) after 2 tries (KeyError: ${n})`,
        ]),
      );
    });

    it(`${kind}: calls a function without a name anonymous, and retries it`, async () => {
      const clock = new VirtualClock();
      const { log, texts } = logger();
      const script = play(new KeyError('lost'), 'pong');
      Object.defineProperty(script, 'name', { value: '' });
      const load = onException(constant('1s'), KeyError, { jitter: null, clock, log })(script);

      const answer = await finish(clock, load);

      expect(answer).toBe('pong');
      expect(texts()).toEqual(['Backing off anonymous(...) for 1.0s (KeyError: lost)']);
    });
  });

  it('names a method with its class, and a function with its name', () => {
    const clock = new VirtualClock();
    const { log, texts } = logger();
    const patient = onException(runtime({ value: () => 1000 }), KeyError, {
      jitter: null,
      maxTries: 2,
      clock,
      log,
    });
    class Shop {
      @patient
      open(): void {
        throw new KeyError('lost');
      }
    }
    function close(): void {
      throw new KeyError('lost');
    }

    expect(() => new Shop().open()).toThrow(KeyError);
    expect(() => patient(close)()).toThrow(KeyError);

    expect(texts()).toEqual([
      'Backing off Shop.open(...) for 1.0s (KeyError: lost)',
      'Giving up Shop.open(...) after 2 tries (KeyError: lost)',
      'Backing off close(...) for 1.0s (KeyError: lost)',
      'Giving up close(...) after 2 tries (KeyError: lost)',
    ]);
  });

  it('may be read as events instead, for all functions at once', () => {
    const clock = new VirtualClock();
    const events: string[] = [];
    const stop = subscribe(({ type, name }) => void events.push(`${type} ${name}`));
    const load = onException(constant(1), KeyError, { maxTries: 2, clock, name: 'load', log: false })(() => {
      throw new KeyError();
    });

    expect(load).toThrow(KeyError);
    stop();

    expect(events).toEqual([
      'retry:attempt load',
      'retry:backoff load',
      'retry:attempt load',
      'retry:giveup load',
      'retry:end load',
    ]);
  });
});
