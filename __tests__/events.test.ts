/** The event hub: who wants to know hears it, and does no harm. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type EventListener, type StampedeEvent, subscribe } from '../src/core.js';
import { describe as describeError, isObserved, publish, warnOnce } from '../src/events.js';

let stops: (() => void)[] = [];
let warnings: unknown[][] = [];

function listen(listener: EventListener): () => void {
  const stop = subscribe(listener);
  stops.push(stop);
  return stop;
}

beforeEach(() => {
  warnings = [];
  jest.spyOn(process, 'emitWarning').mockImplementation((...args: unknown[]) => void warnings.push(args));
});

afterEach(() => {
  for (const stop of stops) stop();
  stops = [];
  jest.restoreAllMocks();
});

describe('subscribe', () => {
  it('tells every listener of every event, in the order in which they came, at once', () => {
    const seen: unknown[] = [];
    listen((event) => void seen.push(['first', event]));
    listen((event) => void seen.push(['second', event]));
    const details = { tries: 1 };

    publish('retry:backoff', 'ping', details);
    publish('retry:giveup', 'pong', details);

    const [backoff, giveup] = [
      { type: 'retry:backoff', name: 'ping', details },
      { type: 'retry:giveup', name: 'pong', details },
    ];
    expect(seen).toEqual([
      ['first', backoff],
      ['second', backoff],
      ['first', giveup],
      ['second', giveup],
    ]);
  });

  it('gives an event that no listener can change', () => {
    let event: StampedeEvent | undefined;
    listen((given) => void (event = given));

    publish('retry:backoff', 'ping', {});

    expect(Object.isFrozen(event)).toBe(true);
  });

  it('ends by the function it gives, which may be called again', () => {
    const [one, other] = [jest.fn<EventListener>(), jest.fn<EventListener>()];
    const stop = listen(one);
    listen(other);

    stop();
    stop();
    publish('retry:backoff', 'ping', {});

    expect(one).not.toHaveBeenCalled();
    expect(other).toHaveBeenCalledTimes(1);
  });

  it('counts a listener that subscribed twice as two', () => {
    const listener = jest.fn<EventListener>();
    const stop = listen(listener);
    listen(listener);
    publish('retry:backoff', 'ping', {});
    expect(listener).toHaveBeenCalledTimes(2);

    stop();
    publish('retry:backoff', 'ping', {});

    expect(listener).toHaveBeenCalledTimes(3);
  });

  it('tells those of an event who were there when it happened, whoever comes and goes meanwhile', () => {
    const [late, leaving] = [jest.fn<EventListener>(), jest.fn<EventListener>()];
    let stopLeaving = (): void => {};
    const stopFirst = listen(() => {
      listen(late);
      stopLeaving();
    });
    stopLeaving = listen(leaving);

    publish('retry:backoff', 'ping', {});
    expect([late.mock.calls.length, leaving.mock.calls.length]).toEqual([0, 1]);

    stopFirst();
    publish('retry:backoff', 'ping', {});
    expect([late.mock.calls.length, leaving.mock.calls.length]).toEqual([1, 1]);
  });

  it('is observed as long as somebody listens', () => {
    expect(isObserved()).toBe(false);

    const [stopOne, stopOther] = [listen(() => {}), listen(() => {})];
    expect(isObserved()).toBe(true);

    stopOne();
    expect(isObserved()).toBe(true);

    stopOther();
    stopOther();
    expect(isObserved()).toBe(false);
  });
});

describe('a listener that throws', () => {
  const throwing = (): never => {
    throw new TypeError('a faulty listener');
  };

  it('changes nothing for the publisher and the other listeners', () => {
    const [before, after] = [jest.fn<EventListener>(), jest.fn<EventListener>()];
    listen(before);
    listen(throwing);
    listen(after);

    publish('retry:backoff', 'ping', {});

    expect(before).toHaveBeenCalledTimes(1);
    expect(after).toHaveBeenCalledTimes(1);
  });

  it('is reported once as a process warning, however often it throws', () => {
    listen(throwing);

    for (let round = 0; round < 5; round++) publish('retry:backoff', 'ping', {});

    expect(warnings).toEqual([
      [
        'An event listener failed: TypeError: a faulty listener',
        { type: 'StampedeWarning', code: 'STAMPEDE_LISTENER' },
      ],
    ]);
  });

  it('does not keep another from being reported', () => {
    listen(throwing);
    listen(throwing);

    publish('retry:backoff', 'ping', {});

    expect(warnings).toHaveLength(2);
  });

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'],
    ['a text', 'boom', 'boom'],
    ['an error whose message throws', errorWithThrowingMessage(), 'an error that cannot be shown'],
    ['a revoked Proxy', revokedProxy(), 'an error that cannot be shown'],
  ])('is reported although it throws %s', (_, thrown, text) => {
    listen(() => {
      throw thrown;
    });

    publish('retry:backoff', 'ping', {});

    expect(warnings[0]?.[0]).toBe(`An event listener failed: ${text}`);
  });

  it('and that is async is reported too, instead of leaving its rejection to nobody', async () => {
    const rejects: (event: StampedeEvent) => unknown = async () => {
      await null;
      throw new TypeError('a faulty listener');
    };
    listen(rejects);

    publish('retry:backoff', 'ping', {});
    publish('retry:backoff', 'ping', {});
    await new Promise((resolve) => void setImmediate(resolve));

    expect(warnings).toEqual([
      [
        'An event listener failed: TypeError: a faulty listener',
        { type: 'StampedeWarning', code: 'STAMPEDE_LISTENER' },
      ],
    ]);
  });
});

describe('warnOnce', () => {
  it('warns once for each subject', () => {
    const [one, other] = [{}, () => {}];

    for (const subject of [one, one, other, one, other])
      warnOnce(subject, 'Something is odd.', 'STAMPEDE_ODD');

    const warning = ['Something is odd.', { type: 'StampedeWarning', code: 'STAMPEDE_ODD' }];
    expect(warnings).toEqual([warning, warning]);
  });
});

describe('describe', () => {
  it.each<[string, unknown, string]>([
    ['an error', new RangeError('too far'), 'RangeError: too far'],
    ['a text', 'boom', 'boom'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['an object without a prototype', Object.create(null), 'an error that cannot be shown'],
    ['an error whose message throws', errorWithThrowingMessage(), 'an error that cannot be shown'],
    ['a revoked Proxy', revokedProxy(), 'an error that cannot be shown'],
  ])('puts %s into one line', (_, thrown, text) => {
    expect(describeError(thrown)).toBe(text);
  });
});

function errorWithThrowingMessage(): Error {
  return Object.defineProperty(new Error(), 'message', {
    get() {
      throw new Error('no message for you');
    },
  });
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
