/** The event hub: who wants to know hears it, and does no harm. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type EventListener, type StampedeEvent, type SubscribeOptions, subscribe } from '../src/core.js';
import { areCallsObserved, describe as describeError, isObserved, publish, warnOnce } from '../src/events.js';

let stops: (() => void)[] = [];
let warnings: unknown[][] = [];

function listen(listener: EventListener, options: SubscribeOptions = {}): () => void {
  const stop = subscribe(listener, options);
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
    expect(isObserved('retry:backoff')).toBe(false);

    const [stopOne, stopOther] = [listen(() => {}), listen(() => {})];
    expect(isObserved('retry:backoff')).toBe(true);

    stopOne();
    expect(isObserved('retry:backoff')).toBe(true);

    stopOther();
    stopOther();
    expect(isObserved('retry:backoff')).toBe(false);
  });

  it('tells only of the types that are wanted, and makes no others for them', () => {
    const seen: string[] = [];
    listen(({ type }) => void seen.push(type), { types: ['retry:backoff', 'circuit:open'] });

    for (const type of ['retry:backoff', 'retry:end', 'circuit:open'] as const) publish(type, 'ping', {});

    expect(seen).toEqual(['retry:backoff', 'circuit:open']);
    expect([isObserved('circuit:open'), isObserved('retry:end')]).toEqual([true, false]);
  });

  it('leaves calls that succeed at once alone where nobody wants what they have', () => {
    const stop = listen(() => {}, { types: ['retry:backoff', 'retry:giveup', 'retry:abort'] });
    const before = areCallsObserved();
    for (const type of ['retry:attempt', 'retry:success', 'retry:end'] as const) {
      const stopOne = listen(() => {}, { types: [type] });
      expect(areCallsObserved()).toBe(true);
      stopOne();
    }
    stop();

    expect([before, areCallsObserved()]).toEqual([false, false]);
  });

  it('asks a function each time whether an event is wanted', () => {
    let wanted = false;
    const listener = jest.fn<EventListener>();
    listen(listener, { types: (type) => wanted && type !== 'timeout' });
    expect([areCallsObserved(), isObserved('hedge')]).toEqual([false, false]);
    publish('hedge', 'ping', {});

    wanted = true;
    expect([areCallsObserved(), isObserved('hedge'), isObserved('timeout')]).toEqual([true, true, false]);
    for (const type of ['hedge', 'timeout'] as const) publish(type, 'ping', {});

    expect(listener.mock.calls.map(([{ type }]) => type)).toEqual(['hedge']);
  });

  it('takes a question that throws for a no, and reports it once', () => {
    const listener = jest.fn<EventListener>();
    listen(listener, {
      types: () => {
        throw new TypeError('my question');
      },
    });

    for (let round = 0; round < 3; round++) publish('hedge', 'ping', {});

    expect(listener).not.toHaveBeenCalled();
    expect(warnings).toEqual([
      [
        'The types of an event listener failed: TypeError: my question',
        { type: 'StampedeWarning', code: 'STAMPEDE_LISTENER' },
      ],
    ]);
  });

  it.each([
    [['retry:backof'], 'types must have nothing in it but a type of event (did you mean retry:backoff?)'],
    [['weather'], /^types must have nothing in it but one of retry:attempt, .*fallback; got "weather"/],
    [[7], 'got 7.'],
    [
      'retry:backoff',
      'types must be an array of types of events, or a function of one; got "retry:backoff".',
    ],
  ])('refuses %j', (types, message) => {
    expect(() => subscribe(() => {}, { types: types as never })).toThrow(message);
    expect(isObserved('retry:backoff')).toBe(false);
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
