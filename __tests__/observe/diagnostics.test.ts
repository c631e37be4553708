import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type StampedeEvent, VirtualClock, eventTypes, withRetry } from '../../src/core.js';
import { areCallsObserved, isObserved } from '../../src/events.js';
import { observeWithDiagnostics } from '../../src/observe/index.js';

const boom = new Error('boom');
const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function observe(): () => void {
  const stop = observeWithDiagnostics();
  ends.push(stop);
  return stop;
}

/** What is published on the channel of one type, until the test is over. */
function heardOn(type: string): StampedeEvent[] {
  const heard: StampedeEvent[] = [];
  const listener = (message: unknown): void => void heard.push(message as StampedeEvent);
  subscribe(`stampede:${type}`, listener);
  ends.push(() => void unsubscribe(`stampede:${type}`, listener));
  return heard;
}

async function callThatFailsOnce(): Promise<void> {
  const clock = new VirtualClock();
  let left = 1;
  const ping = async (): Promise<string> => {
    if (left-- > 0) throw boom;
    return 'pong';
  };
  await clock.run(withRetry(ping, { clock, name: 'ping' }));
}

describe('observeWithDiagnostics', () => {
  it('publishes each event on the channel of its type', async () => {
    const [backoffs, ended, giveups] = [
      heardOn('retry:backoff'),
      heardOn('retry:end'),
      heardOn('retry:giveup'),
    ];
    observe();

    await callThatFailsOnce();

    expect(backoffs).toMatchObject([
      { type: 'retry:backoff', name: 'ping', details: { tries: 1, error: boom } },
    ]);
    expect(ended).toMatchObject([
      { type: 'retry:end', name: 'ping', details: { tries: 2, ended: 'success' } },
    ]);
    expect(giveups).toEqual([]);
  });

  it('makes an event only while its channel has a subscriber, who may come and go at any time', () => {
    observe();
    const before = eventTypes.filter(isObserved);
    heardOn('circuit:open');
    const during = eventTypes.filter(isObserved);
    const calls = areCallsObserved();
    ends.pop()?.();

    expect(before).toEqual([]);
    expect(during).toEqual(['circuit:open']);
    expect(calls).toBe(false);
    expect(eventTypes.filter(isObserved)).toEqual([]);
  });

  it('has calls observed when somebody subscribes to what all calls have', () => {
    observe();
    heardOn('retry:end');

    expect(areCallsObserved()).toBe(true);
  });

  it('publishes once, however often it was called, and ends when all have ended it', async () => {
    const heard = heardOn('retry:backoff');
    const [one, other] = [observe(), observe()];
    await callThatFailsOnce();
    const twice = heard.length;

    one();
    one();
    await callThatFailsOnce();
    const onceEnded = heard.length;
    other();
    await callThatFailsOnce();

    expect([twice, onceEnded, heard.length]).toEqual([1, 2, 2]);
    expect(channel('stampede:retry:backoff').hasSubscribers).toBe(true);
  });

  it('begins again after it has ended', async () => {
    observe()();
    const heard = heardOn('retry:backoff');
    observe();

    await callThatFailsOnce();

    expect(heard).toHaveLength(1);
  });
});
