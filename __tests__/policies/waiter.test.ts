/**
 * Waiting for a turn inside a call that may be ended, before and after an `await`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import {
  type AnyFunction,
  VirtualClock,
  bulkhead,
  compose,
  currentCall,
  deadline,
  rateLimit,
  retry,
} from '../../src/core.js';

function sleep(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule({ place: -1, unref: false, wake: () => resolve() }, ms);
  });
}

/** A call with an ambient deadline of 10 s, which asks for `work` after an `await` and may be aborted. */
function ambientCall(clock: VirtualClock, work: () => unknown) {
  const controller = new AbortController();
  const around = compose(
    retry({ maxTries: 1, signal: controller.signal, clock }),
    deadline({ ms: 10_000, ambient: true, clock }),
  );
  const end = around(async () => {
    await null;
    return work();
  })();
  return { end: end.catch((error: unknown) => error), abort: () => controller.abort('enough') };
}

describe('a call that waits under an ambient deadline', () => {
  it('leaves the queue at once when the call around it is aborted', async () => {
    const clock = new VirtualClock();
    const policy = bulkhead({ limit: 1, queue: 1, maxWait: Infinity, clock });
    const started: string[] = [];
    const work = policy(async (name: string) => {
      started.push(name);
      await sleep(clock, 500);
    });
    const first = work('first');
    const call = ambientCall(clock, () => work('second'));
    await clock.advance(1);
    expect(policy.state.queued).toBe(1);

    call.abort();
    expect(policy.state.queued).toBe(0);

    expect(await call.end).toBe('enough');
    await clock.run(first);
    expect(started).toEqual(['first']);
  });

  it('gives back the moment it waits for when the call around it is aborted', async () => {
    const clock = new VirtualClock();
    const policy = rateLimit({ limit: 1, maxWait: '5s', clock });
    const work = policy(async () => 1);
    await work();
    const call = ambientCall(clock, work);
    await clock.advance(1);
    expect(policy.state.wait).toBe(1999);

    call.abort();

    expect(policy.state.wait).toBe(999);
    expect(await call.end).toBe('enough');
  });

  it('does not wait at all where the call around it has been aborted already', async () => {
    const clock = new VirtualClock();
    const policy = bulkhead({ limit: 1, queue: 1, maxWait: Infinity, clock });
    const work = policy(async () => sleep(clock, 500));
    void work();
    let waited: unknown;
    const call = ambientCall(clock, async () => {
      call.abort();
      waited = await work().catch((error: unknown) => error);
    });

    await call.end;
    await clock.advance(0);

    expect(waited).toBe('enough');
    expect(policy.state.queued).toBe(0);
  });
});

describe('a call that has waited', () => {
  const lines: readonly (readonly [string, (clock: VirtualClock) => (fn: AnyFunction) => AnyFunction])[] = [
    ['bulkhead', (clock) => bulkhead({ limit: 1, queue: 5, maxWait: Infinity, clock })],
    ['rateLimit', (clock) => rateLimit({ limit: 2, maxWait: Infinity, clock })],
  ];

  it.each(lines)('is made in the asynchronous context it was asked for in (%s)', async (_, make) => {
    const clock = new VirtualClock();
    const request = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const work = make(clock)(async () => {
      const before = request.getStore();
      await sleep(clock, 500);
      seen.push([before, request.getStore()]);
    });

    const ends = ['a', 'b', 'c'].map((id) => request.run(id, () => work()));
    await clock.run(Promise.all(ends));

    expect(seen).toEqual([['a', 'a'], ['b', 'b'], ['c', 'c']]); // prettier-ignore
  });

  it.each(lines)('has the ambient deadline of its own caller (%s)', async (_, make) => {
    const clock = new VirtualClock();
    const left: number[] = [];
    const inner = retry({ maxTries: 1, clock })(async () => {
      left.push(currentCall().remaining());
    });
    const work = make(clock)(async () => {
      await sleep(clock, 500);
      await inner();
    });
    const caller = (ms: number): Promise<unknown> =>
      deadline({ ms, ambient: true, clock })(async () => {
        await null;
        return work();
      })();

    await clock.run(Promise.all([caller(10_000), caller(20_000)]));

    expect(left).toEqual([9500, 19_000]);
  });
});
